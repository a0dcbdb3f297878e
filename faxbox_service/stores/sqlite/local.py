"""Local documents of the embedded store: bookkeeping that no view, feed or replication shows."""

import sqlite3

from faxbox_service.documents.json.text import decode_stored_json, encode_json
from faxbox_service.documents.types import Document
from faxbox_service.stores.base import MissingDatabase

_GET = """
    SELECT l.body FROM databases b
    LEFT JOIN local_documents l ON l.database = b.number AND l.name = ?
    WHERE b.name = ?
"""

_PUT = """
    INSERT INTO local_documents (database, name, body)
    SELECT number, ?, ? FROM databases WHERE name = ?
    ON CONFLICT (database, name) DO UPDATE SET body = excluded.body
"""


def get_local(connection: sqlite3.Connection, database: str, name: str) -> Document | None:
    """Read one; None when there is none. Raises `MissingDatabase`."""
    row = connection.execute(_GET, (name, database)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    document: Document | None = None if row[0] is None else decode_stored_json(row[0])
    return document


def put_local(connection: sqlite3.Connection, database: str, name: str, document: Document) -> None:
    """Write one over whatever is there. Raises `MissingDatabase`."""
    if connection.execute(_PUT, (name, encode_json(document), database)).rowcount == 0:
        raise MissingDatabase(database)
