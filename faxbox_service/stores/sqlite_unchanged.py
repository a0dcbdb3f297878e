"""What is read again while nothing at all was written: answered from memory, never stale.

SQLite tells a connection whether anyone else, in this process or another, has committed since
it last asked. Asking once for all reads of a transaction costs less than the shortest of them, and
a tenth of reading a page of fifty rows with their documents.
"""

import sqlite3
from typing import TypeAlias

from faxbox_service.documents.types import DocumentId, Revision

from .base import UNSET, View, ViewRange, ViewRow
from .sqlite_views import ViewIndex, stored_size

_MOST_ENTRIES = 4096
_MOST_ROWS = 256
"""Of one range; longer ones are not kept."""

_MOST_BYTES = 16_000_000
"""Of all that is kept; a sixteenth of it for one range or document."""

_GET = """
    SELECT d.revision, d.body
    FROM databases b
    LEFT JOIN documents d ON d.database = b.number AND d.id = ? AND NOT d.deleted
    WHERE b.name = ?
"""

_StoredDocument: TypeAlias = tuple[Revision, bytes] | tuple[None, None]
"""Revision and JSON text without it; None for both where there is no such document."""


class Unchanged:
    """What was read since the latest commit to the file, by any process.

    The connection only reads: its own commits would not show in its `data_version`.
    """

    def __init__(self) -> None:
        self._version: int | None = None
        self._is_checked = False
        self._size = 0
        self._ranges: dict[tuple[str, View, ViewRange], list[ViewRow]] = {}
        self._documents: dict[tuple[str, DocumentId], _StoredDocument] = {}

    def end_transaction(self) -> None:
        """From now on others' commits may show."""
        self._is_checked = False

    def view_rows(
        self,
        index: ViewIndex,
        connection: sqlite3.Connection,
        database: str,
        view: View,
        wanted: ViewRange,
    ) -> list[ViewRow]:
        """What `ViewIndex.read` returns; the caller must not change it."""
        if not _can_be_kept(wanted):
            return index.read(connection, database, view, wanted)
        self._check(connection)
        key = (database, view, wanted)
        rows = self._ranges.get(key)
        if rows is None:
            rows = index.read(connection, database, view, wanted)
            if self._may_keep(sum(map(stored_size, rows))):
                self._ranges[key] = rows
        return rows

    def document(
        self, connection: sqlite3.Connection, database: str, document_id: DocumentId
    ) -> _StoredDocument | None:
        """A document as it is stored; None when there is no such database."""
        self._check(connection)
        key = (database, document_id)
        stored = self._documents.get(key)
        if stored is None:
            rows = connection.execute(_GET, (document_id, database)).fetchall()
            if not rows:
                return None
            stored = rows[0]
            if stored[1] is not None and self._may_keep(len(stored[1])):
                self._documents[key] = stored
        return stored

    def _check(self, connection: sqlite3.Connection) -> None:
        """Forget everything when anyone has committed; within a transaction nothing can."""
        if self._is_checked:
            return
        ((version,),) = connection.execute("PRAGMA data_version").fetchall()
        if version != self._version:
            self._forget()
            self._version = version
        self._is_checked = True

    def _may_keep(self, size: int) -> bool:
        """Whether there is room for so many bytes, made if need be."""
        if size > _MOST_BYTES // 16:
            return False
        entries = len(self._ranges) + len(self._documents)
        if self._size + size > _MOST_BYTES or entries >= _MOST_ENTRIES:
            self._forget()
        self._size += size
        return True

    def _forget(self) -> None:
        self._ranges.clear()
        self._documents.clear()
        self._size = 0


def _can_be_kept(wanted: ViewRange) -> bool:
    """Whether the range is short, and its keys are texts, so that it can be looked up."""
    keys = (wanted.key, wanted.start_key, wanted.end_key)
    return (
        wanted.limit is not None
        and wanted.limit <= _MOST_ROWS
        and all(isinstance(key, str) or key is UNSET for key in keys)
    )
