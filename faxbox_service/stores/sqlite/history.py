"""Former revisions in the embedded store: the newest few of each document of an account.

CouchDB keeps them until it compacts a database. Other databases hold replicas and secrets, whose
former revisions are never read.
"""

import sqlite3
from typing import TypeAlias

from faxbox_service.documents.names import DatabaseClass, database_class
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.base import LARGEST_HISTORY
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase

from .schema import stored_document

KEPT_REVISIONS = 20
"""Of each document, besides the current one: enough to see who changed what."""

_KEEP = """
    INSERT OR REPLACE INTO old_revisions (document, generation, revision, deleted, body)
    SELECT number, ?, revision, deleted, body FROM documents
    WHERE number = ?
      AND coalesce(json_extract(CAST(body AS TEXT), '$.pvt_type'), '') NOT IN ('user', 'account')
"""
# Former hashes and keys are not kept. Only the `pvt_type` at the top level counts: a client may set
# one within a field of a faxbox.

_FORGET = "DELETE FROM old_revisions WHERE document = ? AND generation <= ?"

_FORGET_ALL = "DELETE FROM old_revisions WHERE document = ?"

_CURRENT = """
    SELECT d.number, d.revision, d.deleted, d.body FROM databases b
    LEFT JOIN documents d ON d.database = b.number AND d.id = ?
    WHERE b.name = ?
"""

_OLD = """
    SELECT revision, deleted, body FROM old_revisions WHERE document = ? ORDER BY generation DESC
"""

_OLD_ONE = "SELECT revision, deleted, body FROM old_revisions WHERE document = ? AND revision = ?"

_Columns: TypeAlias = tuple[Revision, int, bytes]


def keep_revision(
    connection: sqlite3.Connection, database: str, number: int, generation: int
) -> None:
    """Keep the current revision of a document, given its row number and generation."""
    if database_class(database) is DatabaseClass.ACCOUNT:
        connection.execute(_KEEP, (generation, number))
        connection.execute(_FORGET, (number, generation - KEPT_REVISIONS))


def forget_revisions(connection: sqlite3.Connection, number: int) -> None:
    """Delete the former revisions of a document that is deleted for good."""
    connection.execute(_FORGET_ALL, (number,))


def read_revisions(
    connection: sqlite3.Connection, database: str, document_id: DocumentId
) -> list[Document]:
    """The revisions that are kept, newest first. Raises `DocumentNotFound`, `MissingDatabase`."""
    number, current = _current(connection, database, document_id)
    rows, size = [current], 0
    for row in connection.execute(_OLD, (number,)):
        size += len(row[-1])
        if size > LARGEST_HISTORY:
            break
        rows.append(row)
    return [_document(database, document_id, *row) for row in rows]


def read_revision(
    connection: sqlite3.Connection, database: str, document_id: DocumentId, revision: Revision
) -> Document:
    """One revision of a document that exists. Raises `DocumentNotFound`, `MissingDatabase`."""
    number, current = _current(connection, database, document_id)
    if current[0] == revision:
        return _document(database, document_id, *current)
    row = connection.execute(_OLD_ONE, (number, revision)).fetchone()
    if row is None:
        raise DocumentNotFound(f"{document_id!r} in {database} at {revision!r}")
    return _document(database, document_id, *row)


def _current(
    connection: sqlite3.Connection, database: str, document_id: DocumentId
) -> tuple[int, _Columns]:
    """The row number of a document, and its current revision."""
    row = connection.execute(_CURRENT, (document_id, database)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    number, revision, deleted, body = row
    if number is None or deleted:
        raise DocumentNotFound(f"{document_id!r} in {database}")
    return number, (revision, deleted, body)


def _document(
    database: str, document_id: DocumentId, revision: Revision, deleted: int, body: bytes
) -> Document:
    document = stored_document(database, document_id, revision, body)
    return {**document, "_deleted": True} if deleted else document
