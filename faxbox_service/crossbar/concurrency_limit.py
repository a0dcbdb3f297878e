"""Back-pressure: so many requests at once, a queue of those who wait, and no for all others.

A store that is asked for more than it can do does less and less of it; who is refused at once can
come back, and who waits too long has gone by the time of the answer.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from .errors import overloaded


class ConcurrencyLimiter:
    """Lets `width` in at a time, first come first served, from `enter` to `leave`.

    Raises a 503 for whoever finds `longest_queue` waiting, or has waited `patience` seconds.
    """

    def __init__(self, width: int, *, longest_queue: int, patience: float) -> None:
        self._width = width
        self._free = width
        self._longest_queue = longest_queue
        self._patience = patience
        self._queue: deque[asyncio.Future[None]] = deque()
        self.refused = 0

    @property
    def inside(self) -> int:
        """How many are in."""
        return self._width - self._free

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._queue)

    def try_enter(self) -> bool:
        """Go in if nobody has to be waited for: most requests do, and pay for nothing more."""
        if self._free and not self._queue:
            self._free -= 1
            return True
        return False

    async def enter(self) -> None:
        """Wait for a place. Raises a 503."""
        if self.try_enter():
            return
        if len(self._queue) >= self._longest_queue:
            self.refused += 1
            raise overloaded()
        await self._wait(self._patience)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, however long it takes: for what is begun and can be refused no more."""
        if not self.try_enter():
            await self._wait(None)
        try:
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """Hand the place to the next one who still waits."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    async def _wait(self, patience: float | None) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        timer = None
        if patience is not None:
            timer = turn.get_loop().call_later(patience, turn.cancel)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The turn came in the moment that we were cancelled in.
                self.leave()
                raise
            # Who leaves may have passed over us.
            with suppress(ValueError):
                self._queue.remove(turn)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.refused += 1
            raise overloaded() from None
        finally:
            if timer is not None:
                timer.cancel()
