"""Back-pressure: a number of requests at once, a queue of others, and a 503 for all beyond that.

A store that is asked for more than it can do does less and less of it; a client that is refused at
once can come back, and one that waits too long has gone by the time of the answer.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from .errors import overloaded


class ConcurrencyLimiter:
    """Gives out `limit` slots, first come first served, from `acquire` to `release`.

    A request is refused that finds `longest_queue` others waiting, or has waited for
    `queue_timeout` seconds.
    """

    def __init__(self, limit: int, *, longest_queue: int, queue_timeout: float) -> None:
        self._limit = limit
        self._free = limit
        self._longest_queue = longest_queue
        self._queue_timeout = queue_timeout
        self._queue: deque[asyncio.Future[None]] = deque()
        self.refused = 0

    @property
    def in_use(self) -> int:
        """How many slots are taken."""
        return self._limit - self._free

    @property
    def waiting(self) -> int:
        """How many requests wait for a slot."""
        return len(self._queue)

    def try_acquire(self) -> bool:
        """Take a slot if there is one; for most requests there is, and this is all they pay."""
        if self._free and not self._queue:
            self._free -= 1
            return True
        return False

    async def acquire(self) -> None:
        """Wait for a slot. Raises a 503."""
        if self.try_acquire():
            return
        if len(self._queue) >= self._longest_queue:
            self.refused += 1
            raise overloaded()
        await self._wait(self._queue_timeout)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot, however long it takes: for a reply that is begun and cannot be refused."""
        if not self.try_acquire():
            await self._wait(None)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Hand the slot to the first one that still waits."""
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    async def _wait(self, seconds: float | None) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        timer = None
        if seconds is not None:
            timer = waiter.get_loop().call_later(seconds, waiter.cancel)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                # The slot was handed over in the moment of the cancellation.
                self.release()
                raise
            # `release` may have dropped it from the queue already.
            with suppress(ValueError):
                self._queue.remove(waiter)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.refused += 1
            raise overloaded() from None
        finally:
            if timer is not None:
                timer.cancel()
