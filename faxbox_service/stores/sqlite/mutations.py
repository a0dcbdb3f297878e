"""What each kind of write does to the embedded store's tables, inside a transaction.

Checks come first and changes after them, so a refused write has changed nothing.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from faxbox_service.documents.json.text import decode_stored_json, encode_json
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    RevisionConflict,
)
from faxbox_service.stores.values import Outcome
from faxbox_service.stores.write_checks import refused

from .attachments import MissingAttachment, store_attachments, stored_stubs, stubs_after
from .edit import EMPTY_BODY, Edit, generation, next_revision, with_stubs
from .feeds import record_update
from .history import forget_revisions, keep_revision
from .view_index import ViewIndex

_CURRENT = """
    SELECT b.number, b.sequence, d.number, d.revision, d.deleted
    FROM databases b LEFT JOIN documents d ON d.database = b.number AND d.id = ?
    WHERE b.name = ?
"""

_INSERT = """
    INSERT INTO documents (revision, deleted, sequence, body, database, id)
    VALUES (?, ?, ?, ?, ?, ?)
"""

_UPDATE = "UPDATE documents SET revision = ?, deleted = ?, sequence = ?, body = ? WHERE number = ?"

_PUT_LOCAL = """
    INSERT INTO local_documents (database, name, body)
    SELECT number, ?, ? FROM databases WHERE name = ?
    ON CONFLICT (database, name) DO UPDATE SET body = excluded.body
"""

_DELETE_DATABASE = (
    "DELETE FROM old_revisions WHERE document IN (SELECT number FROM documents WHERE database = ?)",
    "DELETE FROM local_documents WHERE database = ?",
    "DELETE FROM view_rows WHERE database = ?",
    "DELETE FROM attachments WHERE document IN (SELECT number FROM documents WHERE database = ?)",
    "DELETE FROM documents WHERE database = ?",
    "DELETE FROM databases WHERE number = ?",
)


@dataclass(frozen=True, slots=True)
class _Current:
    """A document before the write; without one, all but the database's fields are None."""

    database: int
    sequence: int
    number: int | None
    revision: Revision | None
    deleted: int | None

    @property
    def exists(self) -> bool:
        return self.deleted == 0


def create_database(connection: sqlite3.Connection, name: str) -> bool:
    """Add a database; False when it exists."""
    cursor = connection.execute("INSERT OR IGNORE INTO databases (name) VALUES (?)", (name,))
    is_new = cursor.rowcount == 1
    if is_new:
        record_update(connection, name)
    return is_new


def delete_database(connection: sqlite3.Connection, name: str) -> None:
    """Remove a database with all it contains. Raises `MissingDatabase`."""
    row = connection.execute("SELECT number FROM databases WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise MissingDatabase(name)
    for statement in _DELETE_DATABASE:
        connection.execute(statement, row)
    record_update(connection, name)


def put(connection: sqlite3.Connection, index: ViewIndex, database: str, edit: Edit) -> Revision:
    """Write a document. Raises `RevisionConflict`, `DocumentRefused`, `MissingDatabase`."""
    current = _current(connection, database, edit.id)
    if not _follows(edit, current):
        raise RevisionConflict(f"{edit.id!r} in {database} is not at revision {edit.base}")
    return _write(connection, index, database, edit, current)


def put_many(
    connection: sqlite3.Connection,
    index: ViewIndex,
    database: str,
    edits: Iterable[Edit | DocumentRefused],
) -> list[Outcome]:
    """Write documents, each accepted or refused by itself. Raises `MissingDatabase`."""
    outcomes: list[Outcome] = []
    for edit in edits:
        if isinstance(edit, DocumentRefused):
            outcomes.append(edit)
            continue
        try:
            outcomes.append(put(connection, index, database, edit))
        except (RevisionConflict, DocumentRefused) as error:
            # Its traceback refers to the outcomes: a reference cycle.
            outcomes.append(error.with_traceback(None))
    return outcomes


def delete(
    connection: sqlite3.Connection,
    index: ViewIndex,
    database: str,
    document_id: DocumentId,
    revision: Revision,
) -> Revision:
    """Leave a tombstone. Raises `RevisionConflict`, `DocumentNotFound`, `MissingDatabase`."""
    current = _current(connection, database, document_id)
    if not current.exists:
        raise DocumentNotFound(f"{document_id!r} in {database}")
    if revision != current.revision:
        raise RevisionConflict(f"{document_id!r} in {database} is not at revision {revision}")
    tombstone = Edit(document_id, revision, True, EMPTY_BODY, {}, {})
    return _write(connection, index, database, tombstone, current)


def put_local(connection: sqlite3.Connection, database: str, name: str, document: Document) -> None:
    """Write a local document over the present one. Raises `MissingDatabase`."""
    if connection.execute(_PUT_LOCAL, (name, encode_json(document), database)).rowcount == 0:
        raise MissingDatabase(database)


def _current(connection: sqlite3.Connection, database: str, document_id: DocumentId) -> _Current:
    row = connection.execute(_CURRENT, (document_id, database)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    return _Current(*row)


def _follows(edit: Edit, current: _Current) -> bool:
    """Whether the edit was made from the current revision; a tombstone counts as no document.

    As in CouchDB, a new document may replace a tombstone, another tombstone may not.
    """
    if current.exists:
        return edit.base == current.revision
    return edit.base is None and (current.number is None or not edit.deleted)


def _write(
    connection: sqlite3.Connection,
    index: ViewIndex,
    database: str,
    edit: Edit,
    current: _Current,
) -> Revision:
    stored = stored_stubs(connection, current.number)
    try:
        stubs = stubs_after(edit, stored, generation(current.revision) + 1)
    except MissingAttachment as error:
        raise refused(database, edit.id, str(error)) from None
    if current.number is not None and edit.deleted:
        forget_revisions(connection, current.number)
    elif current.number is not None:
        keep_revision(connection, database, current.number, generation(current.revision))
    revision = next_revision(
        current.revision,
        edit.content(),
        deleted=edit.deleted,
        attachments={name: stub["digest"] for name, stub in stubs.items()},
    )
    body = with_stubs(edit.body, stubs)
    sequence = current.sequence + 1
    number = _store_document(connection, edit, current, (revision, edit.deleted, sequence, body))
    connection.execute(
        "UPDATE databases SET sequence = ? WHERE number = ?", (sequence, current.database)
    )
    record_update(connection, database)
    store_attachments(connection, number, edit, stored, stubs)
    if edit.deleted:
        index.remove(connection, number)
    else:
        document = {"_id": edit.id, "_rev": revision, **decode_stored_json(body)}
        index.update(connection, (database, current.database), number, document)
    return revision


def _store_document(
    connection: sqlite3.Connection,
    edit: Edit,
    current: _Current,
    columns: tuple[Revision, bool, int, bytes],
) -> int:
    """Write the row and return its number."""
    if current.number is not None:
        connection.execute(_UPDATE, (*columns, current.number))
        return current.number
    number = connection.execute(_INSERT, (*columns, current.database, edit.id)).lastrowid
    assert number is not None  # after an INSERT there is one
    return number
