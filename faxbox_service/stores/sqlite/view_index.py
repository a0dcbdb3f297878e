"""Rows of views in the embedded store: updated with every document, read by range.

The map functions run when a document is written, inside the same transaction: a view is never
behind its documents, and reading one is a walk along an index.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias, cast

from faxbox_service.documents.json.text import InvalidJson, decode_stored_json, encode_json
from faxbox_service.documents.names import DatabaseClass, database_class
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.stores.values import (
    UNSET,
    TruncatedRows,
    View,
    ViewRange,
    ViewRow,
)
from faxbox_service.stores.views.collation import HIGHEST, LOWEST, encode_key
from faxbox_service.stores.views.map_functions import VIEWS_VERSION, MapFunction, views_of

_log = logging.getLogger(__name__)

_StoredRow: TypeAlias = tuple[str, bytes, int, bytes]
"""View, encoded key, number among the document's rows, JSON text of `[key, value]`."""

_OLD_ROWS = "SELECT view, key, n, entry FROM view_rows WHERE document = ? ORDER BY n"

_ROWS_AT_ONCE = 8
"""Rows fetched at a time from a view with `most_bytes`, which may be read that far beyond it."""

_INSERT = """
    INSERT INTO view_rows (view, key, n, entry, database, id, document)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_ALL_DOCUMENTS = """
    SELECT b.name, b.number, d.number, d.id, d.revision, d.body
    FROM documents d JOIN databases b ON b.number = d.database
    WHERE NOT d.deleted
"""


def _select(*, descending: bool, include_docs: bool) -> str:
    direction = "DESC" if descending else "ASC"
    columns = "d.revision, d.body" if include_docs else "NULL, NULL"
    # CROSS JOIN keeps the planner from starting with the documents.
    join = "CROSS JOIN documents d ON d.number = v.document" if include_docs else ""
    return f"""
        SELECT v.id, v.entry, {columns} FROM view_rows v {join}
        WHERE v.database = (SELECT number FROM databases WHERE name = ?)
          AND v.view = ? AND v.key BETWEEN ? AND ?
        ORDER BY v.key {direction}, v.id {direction}, v.n {direction} LIMIT ?
    """


_SELECT = {
    (descending, include_docs): _select(descending=descending, include_docs=include_docs)
    for descending in (False, True)
    for include_docs in (False, True)
}


class _Row(NamedTuple):
    """A `ViewRow` as it was read: listings use few of its parts, and decode only those."""

    id: DocumentId
    entry: bytes
    revision: Revision | None
    body: bytes | None

    @property
    def key(self) -> Json:
        return decode_stored_json(self.entry)[0]

    @property
    def value(self) -> Json:
        return decode_stored_json(self.entry)[1]

    @property
    def document(self) -> Document | None:
        if self.body is None:
            return None
        return {"_id": self.id, "_rev": self.revision, **decode_stored_json(self.body)}


_as_row = partial(tuple.__new__, _Row)
"""`_Row._make` without its check of the length, which the query fixes."""


def stored_size(row: ViewRow) -> int:
    """The bytes of a row that was read here."""
    entry, _, body = cast(_Row, row)[1:]
    return len(entry) + len(body or b"")


class ViewIndex:
    """The views of every class of databases, as rows in the store's file."""

    def __init__(
        self,
        views_of: Callable[[DatabaseClass], Mapping[View, MapFunction]] = views_of,
        version: int = VIEWS_VERSION,
    ) -> None:
        """`version` stands for what the map functions emit: another one rebuilds all rows."""
        self._version = version
        self._maps = {
            kind: {
                view: (f"{view.design}/{view.name}", map_function)
                for view, map_function in views_of(kind).items()
            }
            for kind in DatabaseClass
        }

    def update(
        self,
        connection: sqlite3.Connection,
        database: tuple[str, int],
        number: int,
        document: Document,
    ) -> None:
        """Replace the rows of a document, given its row number and its new content."""
        name, database_number = database
        rows = list(self._rows_of(name, document))
        # Most edits change no row, and comparing is cheaper than writing.
        if rows == connection.execute(_OLD_ROWS, (number,)).fetchall():
            return
        self.remove(connection, number)
        connection.executemany(
            _INSERT, [(*row, database_number, document["_id"], number) for row in rows]
        )

    def remove(self, connection: sqlite3.Connection, number: int) -> None:
        """Delete the rows of a document that was deleted."""
        connection.execute("DELETE FROM view_rows WHERE document = ?", (number,))

    def rebuild_when_outdated(self, connection: sqlite3.Connection) -> None:
        """Rebuild all rows when other versions of the map functions filled the table."""
        stored = connection.execute("SELECT version FROM views").fetchone()
        if stored == (self._version,):
            return
        _log.info("building views, version %d", self._version)
        connection.execute("DELETE FROM view_rows")
        for name, database_number, number, id_, revision, body in connection.execute(
            _ALL_DOCUMENTS
        ):
            try:
                document = {"_id": id_, "_rev": revision, **decode_stored_json(body)}
            except InvalidJson:
                _log.warning("no view shows %r in %s: it cannot be read", id_, name)
                continue
            self.update(connection, (name, database_number), number, document)
        connection.execute("DELETE FROM views")
        connection.execute("INSERT INTO views (version) VALUES (?)", (self._version,))

    def has(self, database: str, view: View) -> bool:
        """Whether databases of this name's class have the view."""
        return view in self._maps[database_class(database)]

    def read(
        self, connection: sqlite3.Connection, database: str, view: View, wanted: ViewRange
    ) -> list[ViewRow]:
        """Return rows of a view that the database has; none when the database is missing."""
        stored_name, _ = self._maps[database_class(database)][view]
        low, high = _bounds(wanted)
        limit = -1 if wanted.limit is None else wanted.limit
        cursor = connection.execute(
            _SELECT[wanted.descending, wanted.include_docs],
            (database, stored_name, low, high, limit),
        )
        if wanted.most_bytes is None or not wanted.include_docs:
            return list(map(_as_row, cursor.fetchall()))
        return _bounded(cursor, wanted.most_bytes)

    def _rows_of(self, database: str, document: Document) -> Iterator[_StoredRow]:
        n = 0
        for stored_name, map_function in self._maps[database_class(database)].values():
            try:
                emitted = [
                    (encode_key(key), encode_json((key, value)))
                    for key, value in map_function(document)
                ]
            except Exception:
                # As in CouchDB, a map function that fails hides this document from this view;
                # the write itself is not affected.
                _log.warning("view %s failed on %r", stored_name, document["_id"], exc_info=True)
                continue
            for key, entry in emitted:
                yield stored_name, key, n, entry
                n += 1


def _bounded(cursor: sqlite3.Cursor, most_bytes: int) -> list[ViewRow]:
    """Rows until their documents have more than `most_bytes` in all."""
    rows: list[ViewRow] = []
    size = 0
    while found := cursor.fetchmany(_ROWS_AT_ONCE):
        rows += map(_as_row, found)
        size += sum(len(body) for *_, body in found)
        if size > most_bytes:
            return TruncatedRows(rows) if cursor.fetchone() is not None else rows
    return rows


def _bounds(wanted: ViewRange) -> tuple[bytes, bytes]:
    """Return the lowest and the highest encoded key of the range."""
    if wanted.key is not UNSET:
        only = encode_key(wanted.key)
        return only, only
    before, after = (HIGHEST, LOWEST) if wanted.descending else (LOWEST, HIGHEST)
    first = before if wanted.start_key is UNSET else encode_key(wanted.start_key)
    last = after if wanted.end_key is UNSET else encode_key(wanted.end_key)
    return (last, first) if wanted.descending else (first, last)
