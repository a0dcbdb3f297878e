"""The one thread that writes to the embedded store: waiting writes share a commit.

A commit waits for the disk once, however many writes it contains. Meanwhile more writes queue up,
and the next commit takes them all.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

from faxbox_service.stores.errors import StoreError, StoreUnavailable

from .connection import begin, unavailable

_T = TypeVar("_T")

Write: TypeAlias = Callable[[sqlite3.Connection], _T]
"""What one write does inside the transaction. It may run again after a roll-back, and raises a
`StoreError` only before it has changed anything."""

_QUIET_ITERATIONS = 2
"""Iterations of the event loop that a commit waits for more writes after the latest one."""

_ENOUGH = 64
"""Writes for which a commit does not wait any longer."""

_LARGEST_BATCH = 500
"""Writes in one transaction: other processes have to wait for all of them."""


@dataclass(slots=True, eq=False)
class _Job:
    """A write, the future that waits for it, and its result."""

    write: Write[object]
    future: "asyncio.Future[Any]"
    result: object = None
    error: Exception | None = None


class Writer:
    """Runs writes in its thread. All methods are for the event loop that created it."""

    def __init__(self, connection: sqlite3.Connection, path: Path, timeout: float) -> None:
        """Take over the connection; wait `timeout` seconds for other processes' writes."""
        self._connection = connection
        self._path = path
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Job] = []
        self._queue: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._stopping = False
        # A daemon, so that a process that never calls `stop` can still end.
        self._thread = Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, write: Write[_T]) -> "asyncio.Future[_T]":
        """Queue a write; the future resolves once it is durable.

        Cancelling the future does not withdraw the write. Raises, or the future does,
        `StoreUnavailable` and whatever `write` raises.
        """
        if self._stopping:
            raise StoreUnavailable(f"sqlite store {self._path}: closed")
        future: asyncio.Future[_T] = self._loop.create_future()
        self._waiting.append(_Job(write, future))
        if len(self._waiting) == 1:
            self._loop.call_soon(self._gather, 0, _QUIET_ITERATIONS)
        return future

    async def stop(self) -> None:
        """Finish what was submitted and close the connection. May be called twice."""
        if not self._stopping:
            self._stopping = True
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _gather(self, known: int, iterations_left: int) -> None:
        """Hand over the waiting writes after some iterations of the loop without further ones.

        Tasks that a commit woke up write again within a few iterations, and share the next commit;
        a commit costs a hundred times as much as an iteration.
        """
        waiting = len(self._waiting)
        if waiting > known:
            iterations_left = _QUIET_ITERATIONS
        if iterations_left and waiting < _ENOUGH:
            self._loop.call_soon(self._gather, waiting, iterations_left - 1)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting:
            self._queue.put(self._waiting)
            self._waiting = []

    # In the thread.

    def _run(self) -> None:
        try:
            while (jobs := self._queue.get()) is not None:
                jobs, last = self._with_all_waiting(jobs)
                for start in range(0, len(jobs), _LARGEST_BATCH):
                    self._write_and_report(jobs[start : start + _LARGEST_BATCH])
                if last:
                    return
        finally:
            with suppress(sqlite3.Error):
                # The log does not grow without us; a reader in another process may still need
                # some of it, which is not a reason to wait.
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._connection.close()

    def _with_all_waiting(self, jobs: list[_Job]) -> tuple[list[_Job], bool]:
        """Return `jobs` with all that followed them, and whether those were the last ones."""
        gathered = list(jobs)
        with suppress(Empty):
            while (more := self._queue.get_nowait()) is not None:
                gathered += more
            return gathered, True
        return gathered, False

    def _write_and_report(self, jobs: list[_Job]) -> None:
        self._commit(jobs)
        # On a closed loop no task waits any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_resolve, jobs)

    def _commit(self, jobs: list[_Job]) -> None:
        """Do all in one transaction. One that breaks it is left out, and the others repeated."""
        pending = jobs
        while pending:
            try:
                begin(self._connection, self._timeout)
                culprit = _apply(self._connection, pending)
                if culprit is None:
                    self._connection.execute("COMMIT")
                    return
            except sqlite3.Error as error:
                self._roll_back()
                for job in pending:
                    job.error = unavailable(self._path, error)
                return
            self._roll_back()
            pending = [job for job in pending if job is not culprit]

    def _roll_back(self) -> None:
        # SQLite has rolled back already after some errors; if it cannot, the next BEGIN says so.
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


def _apply(connection: sqlite3.Connection, jobs: Iterable[_Job]) -> _Job | None:
    """Do every job; return the first whose failure leaves the transaction undefined."""
    for job in jobs:
        job.error = None
        try:
            job.result = job.write(connection)
        except StoreError as refusal:
            # Its traceback refers to this job, and so to its future: a reference cycle.
            job.error = refusal.with_traceback(None)
        except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError) as error:
            job.error = error
            return job
        except sqlite3.Error:
            raise  # a failure of the file, not of this job
        except Exception as error:
            # Raised where the write was submitted, as if it had run there.
            job.error = error
            return job
    return None


def _resolve(jobs: Iterable[_Job]) -> None:
    for job in jobs:
        if job.future.cancelled():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
