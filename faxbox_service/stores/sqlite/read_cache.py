"""A cache of what was read since the latest commit to the file, which is never stale.

SQLite's `data_version` shows a connection whether any other one, in this process or another, has
committed since. Asking once for all reads of a transaction costs less than the shortest of them,
and a tenth of reading a page of fifty rows with their documents.
"""

import sqlite3
from typing import TypeAlias

from faxbox_service.bounded_cache import BoundedCache
from faxbox_service.documents.types import DocumentId, Revision
from faxbox_service.stores.values import (
    UNSET,
    View,
    ViewRange,
    ViewRow,
)

from .view_index import ViewIndex, stored_size

_MOST_ROWS = 256
"""Of one range; longer ones are not cached."""

_LONGEST_KEY = 256
"""Characters of one of its keys: longer ones match nothing, and come from requests."""

_RANGE_BYTES = 10_000_000
_DOCUMENT_BYTES = 6_000_000
"""Of all that is cached; a sixteenth of it for one range or document at most."""

_ROW = 300
"""Bytes that a row uses in memory beside what is stored of it."""

_GET = """
    SELECT d.revision, d.body
    FROM databases b
    LEFT JOIN documents d ON d.database = b.number AND d.id = ? AND NOT d.deleted
    WHERE b.name = ?
"""

_StoredDocument: TypeAlias = tuple[Revision, bytes] | tuple[None, None]
"""Revision and JSON text without it; None for both where there is no such document."""

_RangeKey: TypeAlias = tuple[str, View, ViewRange]
_DocumentKey: TypeAlias = tuple[str, DocumentId]


class ReadCache:
    """Documents and rows read since the latest commit to the file, by any process.

    The connection only reads: its own commits would not show in its `data_version`.
    """

    def __init__(
        self, *, range_bytes: int = _RANGE_BYTES, document_bytes: int = _DOCUMENT_BYTES
    ) -> None:
        """`range_bytes` are for rows of views, `document_bytes` for documents."""
        self._version: int | None = None
        self._is_checked = False
        self._ranges: BoundedCache[_RangeKey, list[ViewRow]] = BoundedCache(range_bytes)
        self._documents: BoundedCache[_DocumentKey, _StoredDocument] = BoundedCache(document_bytes)

    def expect_new_connection(self) -> None:
        """Drop what another connection read: each has its own count of versions."""
        self._version = None
        self._is_checked = False

    def end_transaction(self) -> None:
        """Later commits may be visible from now on."""
        self._is_checked = False

    def view_rows(
        self,
        index: ViewIndex,
        connection: sqlite3.Connection,
        database: str,
        view: View,
        wanted: ViewRange,
    ) -> list[ViewRow]:
        """The result of `ViewIndex.read`, which the caller must not change."""
        if not _is_cacheable(wanted):
            return index.read(connection, database, view, wanted)
        self._check(connection)
        key = (database, view, wanted)
        rows = self._ranges.get(key)
        if rows is None:
            rows = index.read(connection, database, view, wanted)
            self._ranges.put(key, rows, _size_of_range(rows))
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
            if stored[1] is not None:
                self._documents.put(key, stored, _size_of_document(key, stored))
        return stored

    def _check(self, connection: sqlite3.Connection) -> None:
        """Drop everything after another commit; within a transaction none is visible."""
        if self._is_checked:
            return
        ((version,),) = connection.execute("PRAGMA data_version").fetchall()
        if version != self._version:
            self._ranges.clear()
            self._documents.clear()
            self._version = version
        self._is_checked = True


def _is_cacheable(wanted: ViewRange) -> bool:
    """Whether the range is short and its keys are texts, so that it is hashable."""
    keys = (wanted.key, wanted.start_key, wanted.end_key)
    return (
        wanted.limit is not None
        and wanted.limit <= _MOST_ROWS
        and all(key is UNSET or (isinstance(key, str) and len(key) <= _LONGEST_KEY) for key in keys)
    )


def _size_of_range(rows: list[ViewRow]) -> int:
    # Three keys of four bytes a character at most.
    return 3 * 4 * _LONGEST_KEY + _ROW * len(rows) + sum(map(stored_size, rows))


def _size_of_document(key: _DocumentKey, stored: _StoredDocument) -> int:
    return 4 * len(key[1]) + len(stored[1] or b"")
