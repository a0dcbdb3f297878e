"""The tables of the embedded store, the migrations that lead to them, and a row as a document.

`PRAGMA user_version` counts the migrations applied. A file of a later version is refused: this
version cannot keep what a later one relies on.
"""

import sqlite3
from typing import Final

from faxbox_service.documents.json.text import InvalidJson, decode_stored_json
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.errors import DocumentRefused, Refusal, StoreUnavailable

_MIGRATIONS: Final = (
    (
        # AUTOINCREMENT: the number of a deleted database is never used again.
        """
        CREATE TABLE databases (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            sequence INTEGER NOT NULL DEFAULT 0
        )
        """,
        # `body` is JSON without `_id` and `_rev`; `sequence` is that of the latest write.
        """
        CREATE TABLE documents (
            number INTEGER PRIMARY KEY,
            database INTEGER NOT NULL,
            id TEXT NOT NULL,
            revision TEXT NOT NULL,
            deleted INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (database, id)
        )
        """,
        "CREATE UNIQUE INDEX changes ON documents (database, sequence)",
        # `data` comes last: SQLite need not walk over it to reach the other columns.
        """
        CREATE TABLE attachments (
            document INTEGER NOT NULL,
            name TEXT NOT NULL,
            content_type TEXT NOT NULL,
            digest TEXT NOT NULL,
            generation INTEGER NOT NULL,
            length INTEGER NOT NULL,
            data BLOB NOT NULL,
            UNIQUE (document, name)
        )
        """,
        # `key` is the collation's encoding; `entry` is the JSON text of `[key, value]`.
        """
        CREATE TABLE view_rows (
            database INTEGER NOT NULL,
            view TEXT NOT NULL,
            key BLOB NOT NULL,
            id TEXT NOT NULL,
            n INTEGER NOT NULL,
            document INTEGER NOT NULL,
            entry BLOB NOT NULL,
            PRIMARY KEY (database, view, key, id, n)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX view_rows_of_document ON view_rows (document)",
        # Which VIEWS_VERSION filled `view_rows`; no row: none yet.
        "CREATE TABLE views (version INTEGER NOT NULL)",
    ),
    (
        # Which databases were written to, created or deleted, in the sequence of the file.
        """
        CREATE TABLE updates (
            name TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX updates_in_order ON updates (sequence, name)",
        "INSERT INTO updates (name, sequence) SELECT name, number FROM databases",
        """
        CREATE TABLE local_documents (
            database INTEGER NOT NULL,
            name TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (database, name)
        ) WITHOUT ROWID
        """,
        # Former revisions of documents, without attachments.
        """
        CREATE TABLE old_revisions (
            document INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            revision TEXT NOT NULL,
            deleted INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (document, generation)
        ) WITHOUT ROWID
        """,
    ),
)

SCHEMA_VERSION: Final = len(_MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, inside the transaction of the caller.

    Raises `StoreUnavailable` for a file that a later version of this service has written.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > SCHEMA_VERSION:
        raise StoreUnavailable(
            f"the file has schema version {found}, and this service knows {SCHEMA_VERSION} at most:"
            " run the newer version of the service, or name another file"
        )
    for statements in _MIGRATIONS[found:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def stored_document(
    database: str, document_id: DocumentId, revision: Revision, body: bytes
) -> Document:
    """The document of a row. Raises `DocumentRefused` for one that cannot be read."""
    try:
        return {"_id": document_id, "_rev": revision, **decode_stored_json(body)}
    except InvalidJson as error:
        why = Refusal.UNREADABLE
        raise DocumentRefused(why, database, document_id, str(error)) from error
