"""The changes of a database in the embedded store, read from the sequences of its documents."""

import re
import sqlite3

from faxbox_service.documents.types import DocumentId, Revision
from faxbox_service.stores.base import (
    NOW,
    Change,
    Changes,
    DocumentRefused,
    MissingDatabase,
    Sequence,
)

from .bodies import stored_document

_SEQUENCE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})\Z", re.ASCII)

_DATABASE = "SELECT number, sequence FROM databases WHERE name = ?"

_CHANGES = """
    SELECT id, revision, deleted, sequence, CASE WHEN ? AND NOT deleted THEN body END
    FROM documents WHERE database = ? AND sequence > ? ORDER BY sequence LIMIT ?
"""


def read_changes(
    connection: sqlite3.Connection,
    database: str,
    since: Sequence | None,
    limit: int | None,
    *,
    include_docs: bool,
) -> Changes:
    """The changes after a place. Raises `MissingDatabase`, `ValueError` for what is no place."""
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


def _change(
    database: str, document_id: DocumentId, revision: Revision, is_deleted: int, body: bytes | None
) -> Change:
    if body is None:
        return Change(document_id, revision, bool(is_deleted))
    try:
        document = stored_document(database, document_id, revision, body)
    except DocumentRefused as error:
        return Change(document_id, revision, is_deleted=False, fault=error)
    return Change(document_id, revision, is_deleted=False, document=document)


def _sequence_in(number: int, newest: int, since: Sequence | None) -> int:
    """The place as a number; the beginning when the database has never been there."""
    if since is None:
        return 0
    match = _SEQUENCE.match(since)
    if match is None:
        raise ValueError(f"not a place in a database of the embedded store: {since!r}")
    known, sequence = map(int, match.groups())
    # A file that was put back to an earlier state is behind the places it gave.
    return sequence if known == number and sequence <= newest else 0
