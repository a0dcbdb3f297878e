"""Work that takes too long for the event loop, done beside it: one thing after the other."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from faxbox_service.repositories.errors import TooMuchAtOnce

Result = TypeVar("Result")


class WorkerThread:
    """A thread, and at most `most` pieces of work that are done or wait for it.

    Several threads would take more memory, and leave less of the processor to other requests.
    """

    def __init__(self, name: str, *, most: int) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._most = most
        self._under_way = 0

    async def run(self, work: Callable[..., Result], *given: object) -> Result:
        """What `work` returns. Raises what it raises, and `TooMuchAtOnce`."""
        if self._under_way >= self._most:
            raise TooMuchAtOnce
        self._under_way += 1
        # A request that is given up does not end what the thread does.
        done = self._thread.submit(work, *given)
        loop = asyncio.get_running_loop()
        done.add_done_callback(lambda _: loop.call_soon_threadsafe(self._end))
        try:
            return await asyncio.wrap_future(done)
        finally:
            # It holds what the work raised, whose traceback leads here: neither would go away.
            del done

    def _end(self) -> None:
        self._under_way -= 1
