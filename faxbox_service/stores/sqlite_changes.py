"""The changes of a database in the embedded store, read from the sequences of its documents."""

import sqlite3

from faxbox_service.documents.json_text import decode_json

from .base import NOW, Change, Changes, MissingDatabase, Sequence

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
    """The changes after a place. Raises `MissingDatabase`."""
    row = connection.execute(_DATABASE, (database,)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    number, newest = row
    start = newest if since == NOW else _sequence_in(number, since)
    parameters = (include_docs, number, start, -1 if limit is None else limit)
    changes = []
    for document_id, revision, is_deleted, sequence, body in connection.execute(
        _CHANGES, parameters
    ):
        document = None
        if body is not None:
            document = {"_id": document_id, "_rev": revision, **decode_json(body)}
        changes.append(Change(document_id, revision, bool(is_deleted), document))
        start = sequence
    return Changes(changes, f"{number}-{start}")


def _sequence_in(number: int, since: Sequence | None) -> int:
    """The place as a number; the beginning when it is one of another database of the name."""
    known, _, sequence = (since or "").partition("-")
    return int(sequence) if known == str(number) and sequence.isdecimal() else 0
