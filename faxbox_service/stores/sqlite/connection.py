"""The embedded store's file: its connections, and what SQLite's errors mean to callers."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from faxbox_service.retry import SQLITE_BUSY
from faxbox_service.stores.errors import StoreUnavailable

_T = TypeVar("_T")

_CACHE_KIBIBYTES = 32_768
_LARGEST_IDLE_LOG = 64 * 1024 * 1024

_READER_TIMEOUT = 0.1
"""Seconds. In WAL mode readers wait only while another process recovers or closes the file; that
blocks the event loop."""


def unavailable(path: Path, error: sqlite3.Error | OSError) -> StoreUnavailable:
    """The error that names the file and what happened."""
    return StoreUnavailable(f"sqlite store {path}: {error}")


def create_file(path: Path) -> None:
    """Make sure the file exists, readable by its owner only (`-wal` and `-shm` follow its mode).

    A file that exists keeps its mode: an operator may have shared it with a group.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def connect_writer(path: Path, timeout: float) -> sqlite3.Connection:
    """Open the connection that writes, waiting `timeout` seconds for other processes.

    It may be used by one thread after the other.
    """
    # SQLite itself does not wait on this connection: `begin` does.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # Two processes that create the file together get "locked" here.
        mode = _retry_while_locked(connection, "PRAGMA journal_mode = WAL", timeout)
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


def begin(connection: sqlite3.Connection, timeout: float) -> None:
    """Start a transaction as the file's only writer, waiting for other processes.

    SQLite's own waiting grows to 100 ms between tries, and then loses against a process that
    commits all the time; short random pauses let every process commit.
    """
    _retry_while_locked(connection, "BEGIN IMMEDIATE", timeout)


def _retry_while_locked(connection: sqlite3.Connection, statement: str, timeout: float) -> object:
    deadline = time.monotonic() + timeout
    while True:
        try:
            row = connection.execute(statement).fetchone()
            return row[0] if row else None
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= deadline:
                raise
        time.sleep(SQLITE_BUSY.pause_after(0))


class Reader:
    """The connection that reads, on the thread of the event loop.

    All reads of one iteration of the event loop share a transaction, because locking and unlocking
    the file costs more than most reads. The transaction ends before the loop looks for new requests
    or hands out acknowledgements, so that no client that knows of a write gets an answer from
    before it.
    """

    def __init__(self, path: Path, on_end: Callable[[], None]) -> None:
        """`on_end` is called after each transaction: from then on later commits are seen."""
        self._path = path
        self._on_end = on_end
        self._connection: sqlite3.Connection | None = None
        self._is_reading = False

    def open(self) -> None:
        """Connect. Raises `sqlite3.Error`."""
        connection = sqlite3.connect(self._path, timeout=_READER_TIMEOUT, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        self._connection = connection

    def close(self) -> None:
        """Disconnect. May be called twice, and before `open`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def snapshot(self) -> sqlite3.Connection:
        """The connection, in the transaction of this iteration of the event loop.

        Raises `StoreUnavailable` when it is not open, and `sqlite3.Error`.
        """
        if self._connection is None:
            raise StoreUnavailable(f"sqlite store {self._path}: not open")
        if not self._is_reading:
            self._connection.execute("BEGIN")
            self._is_reading = True
            asyncio.get_running_loop().call_soon(self._end_snapshot)
        return self._connection

    def read(self, read: Callable[[sqlite3.Connection], _T]) -> _T:
        """What `read` finds in the file as it is now. Raises `StoreUnavailable`."""
        try:
            return read(self.snapshot())
        except sqlite3.Error as error:
            raise unavailable(self._path, error) from error

    def _end_snapshot(self) -> None:
        self._is_reading = False
        self._on_end()
        if self._connection is not None:
            self._connection.execute("COMMIT")
