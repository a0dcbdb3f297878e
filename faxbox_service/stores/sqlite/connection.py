"""Opening connections to the embedded store's file, and what SQLite's errors mean to callers."""

import os
import sqlite3
import time
from pathlib import Path

from faxbox_service.retry import SQLITE_BUSY
from faxbox_service.stores.base import StoreUnavailable

_CACHE_KIBIBYTES = 32_768
_LARGEST_IDLE_LOG = 64 * 1024 * 1024

_READER_PATIENCE = 0.1
"""Seconds. In WAL mode readers wait only while another process recovers or closes the file; the
event loop stands still meanwhile."""


def unavailable(path: Path, error: sqlite3.Error | OSError) -> StoreUnavailable:
    """Say what happened to which file."""
    return StoreUnavailable(f"sqlite store {path}: {error}")


def create_file(path: Path) -> None:
    """Make sure the file exists, readable by its owner only (`-wal` and `-shm` follow its mode).

    A file that exists keeps its mode: an operator may have shared it with a group.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def connect_writer(path: Path, patience: float) -> sqlite3.Connection:
    """Open the connection that writes, waiting `patience` seconds for other processes.

    It may be used by one thread after the other.
    """
    # SQLite itself does not wait on this connection: `begin` does.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # Two processes that create the file together get "locked" here.
        mode = _retry_while_locked(connection, "PRAGMA journal_mode = WAL", patience)
        if mode != "wal":
            raise StoreUnavailable(f"sqlite store {path}: no write-ahead log on this file system")
        # FULL: a commit returns when the log is on disk, which is what "durable" promises.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_IDLE_LOG}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the connection that reads, for the thread that calls."""
    connection = sqlite3.connect(path, timeout=_READER_PATIENCE, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    return connection


def begin(connection: sqlite3.Connection, patience: float) -> None:
    """Start a transaction as the file's only writer, waiting for other processes.

    SQLite's own waiting grows to 100 ms between tries, and then loses against a process that
    commits all the time; short random pauses give everyone a turn.
    """
    _retry_while_locked(connection, "BEGIN IMMEDIATE", patience)


def _retry_while_locked(connection: sqlite3.Connection, statement: str, patience: float) -> object:
    deadline = time.monotonic() + patience
    while True:
        try:
            row = connection.execute(statement).fetchone()
            return row[0] if row else None
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= deadline:
                raise
        time.sleep(SQLITE_BUSY.pause_after(0))
