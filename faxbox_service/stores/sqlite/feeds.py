"""The changes of a database, and which databases changed, in the embedded store.

Documents have sequence numbers of their database, databases those of the whole file.
"""

import re
import sqlite3

from faxbox_service.documents.types import DocumentId, Revision
from faxbox_service.stores.errors import DocumentRefused, MissingDatabase
from faxbox_service.stores.values import (
    NOW,
    Change,
    Changes,
    DatabaseUpdates,
    UpdateSequence,
)

from .schema import stored_document

_SEQUENCE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})\Z", re.ASCII)

_DATABASE = "SELECT number, sequence FROM databases WHERE name = ?"

_CHANGES = """
    SELECT id, revision, deleted, sequence, CASE WHEN ? AND NOT deleted THEN body END
    FROM documents WHERE database = ? AND sequence > ? ORDER BY sequence LIMIT ?
"""


_NEWEST_UPDATE = "SELECT coalesce(max(sequence), 0) FROM updates"

_RECORD_UPDATE = f"""
    INSERT INTO updates (name, sequence) VALUES (?, ({_NEWEST_UPDATE}) + 1)
    ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence
"""

_UPDATES = "SELECT name, sequence FROM updates WHERE sequence > ?"


def read_changes(
    connection: sqlite3.Connection,
    database: str,
    since: UpdateSequence | None,
    limit: int | None,
    *,
    include_docs: bool,
) -> Changes:
    """The changes after a sequence. Raises `MissingDatabase`, `ValueError` for any other text."""
    row = connection.execute(_DATABASE, (database,)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    number, newest = row
    start = newest if since == NOW else _sequence_in(number, newest, since)
    parameters = (include_docs, number, start, -1 if limit is None else limit)
    changes = []
    for document_id, revision, is_deleted, sequence, body in connection.execute(
        _CHANGES, parameters
    ):
        changes.append(_change(database, document_id, revision, is_deleted, body))
        start = sequence
    return Changes(changes, f"{number}-{start}")


def record_update(connection: sqlite3.Connection, database: str) -> None:
    """Record that a database was written to, created or deleted, in the write's transaction."""
    connection.execute(_RECORD_UPDATE, (database,))


def read_updates(connection: sqlite3.Connection, since: UpdateSequence | None) -> DatabaseUpdates:
    """The databases that changed after a sequence. Raises `ValueError` for any other text."""
    (newest,) = connection.execute(_NEWEST_UPDATE).fetchone()
    start = newest if since == NOW else int(since or 0)
    if start > newest:
        # A file that was restored from a backup may be behind the sequences that it returned.
        start = 0
    rows = connection.execute(_UPDATES, (start,)).fetchall()
    last = max((sequence for _, sequence in rows), default=start)
    return DatabaseUpdates(frozenset(name for name, _ in rows), str(last))


def _change(
    database: str, document_id: DocumentId, revision: Revision, is_deleted: int, body: bytes | None
) -> Change:
    if body is None:
        return Change(document_id, revision, bool(is_deleted))
    try:
        document = stored_document(database, document_id, revision, body)
    except DocumentRefused as error:
        return Change(document_id, revision, is_deleted=False, error=error)
    return Change(document_id, revision, is_deleted=False, document=document)


def _sequence_in(number: int, newest: int, since: UpdateSequence | None) -> int:
    """The sequence as a number; 0 when it is not one of this database."""
    if since is None:
        return 0
    match = _SEQUENCE.match(since)
    if match is None:
        raise ValueError(f"not an update sequence of the embedded store: {since!r}")
    known, sequence = map(int, match.groups())
    # A file that was restored from a backup may be behind the sequences that it returned.
    return sequence if known == number and sequence <= newest else 0
