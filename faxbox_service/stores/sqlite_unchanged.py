"""Views read again while nothing at all was written: answered from memory, never stale.

SQLite tells a connection whether anyone else, in this process or another, has committed since
it last asked. Asking costs a tenth of reading a page of fifty rows with their documents.
"""

import sqlite3

from .base import UNSET, View, ViewRange, ViewRow
from .sqlite_views import ViewIndex, stored_size

_MOST_RANGES = 256
_MOST_ROWS = 256
"""Of one range; longer ones are not kept."""

_MOST_BYTES = 32_000_000
"""Of all rows together; a thirty-second of it for one range."""


class UnchangedViews:
    """The rows read since the latest commit to the file, by any process."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._size = 0
        self._known: dict[tuple[str, View, ViewRange], list[ViewRow]] = {}

    def read(
        self,
        index: ViewIndex,
        connection: sqlite3.Connection,
        database: str,
        view: View,
        wanted: ViewRange,
    ) -> list[ViewRow]:
        """What `ViewIndex.read` returns; the caller must not change it.

        `connection` only reads: its own commits would not show in its `data_version`.
        """
        if not _can_be_kept(wanted):
            return index.read(connection, database, view, wanted)
        ((version,),) = connection.execute("PRAGMA data_version").fetchall()
        if version != self._version or len(self._known) >= _MOST_RANGES:
            self._forget()
            self._version = version
        key = (database, view, wanted)
        rows = self._known.get(key)
        if rows is None:
            rows = index.read(connection, database, view, wanted)
            self._keep(key, rows)
        return rows

    def _keep(self, key: tuple[str, View, ViewRange], rows: list[ViewRow]) -> None:
        size = sum(map(stored_size, rows))
        if size > _MOST_BYTES // 32:
            return
        if self._size + size > _MOST_BYTES:
            self._forget()
        self._known[key] = rows
        self._size += size

    def _forget(self) -> None:
        self._known.clear()
        self._size = 0


def _can_be_kept(wanted: ViewRange) -> bool:
    """Whether the range is short, and its keys are texts, so that it can be looked up."""
    keys = (wanted.key, wanted.start_key, wanted.end_key)
    return (
        wanted.limit is not None
        and wanted.limit <= _MOST_ROWS
        and all(isinstance(key, str) or key is UNSET for key in keys)
    )
