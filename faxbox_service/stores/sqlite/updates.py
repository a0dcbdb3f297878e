"""Which databases of the embedded store changed, and when: one sequence over the whole file."""

import sqlite3

from faxbox_service.stores.base import NOW, DatabaseUpdates, Sequence

_NEWEST = "SELECT coalesce(max(sequence), 0) FROM updates"

_NOTE = f"""
    INSERT INTO updates (name, sequence) VALUES (?, ({_NEWEST}) + 1)
    ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence
"""

_SINCE = "SELECT name, sequence FROM updates WHERE sequence > ?"


def note_update(connection: sqlite3.Connection, database: str) -> None:
    """Say that a database was written to, made or deleted, inside the write's transaction."""
    connection.execute(_NOTE, (database,))


def read_updates(connection: sqlite3.Connection, since: Sequence | None) -> DatabaseUpdates:
    """The databases that changed after a place. Raises `ValueError` for what is no place."""
    (newest,) = connection.execute(_NEWEST).fetchone()
    start = newest if since == NOW else int(since or 0)
    if start > newest:
        # A file that was put back to an earlier state is behind the places it gave.
        start = 0
    rows = connection.execute(_SINCE, (start,)).fetchall()
    last = max((sequence for _, sequence in rows), default=start)
    return DatabaseUpdates(frozenset(name for name, _ in rows), str(last))
