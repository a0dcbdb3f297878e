"""A worker thread for what takes too long on the event loop: one job after the other."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from faxbox_service.repositories.errors import TooManyWaiting

Result = TypeVar("Result")


class WorkerThread:
    """A thread, and at most `most` jobs that are in progress or wait.

    Several threads would take more memory, and leave less of the processor to other requests.
    """

    def __init__(self, name: str, *, most: int) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._most = most
        self._in_progress = 0

    async def run(self, work: Callable[..., Result], *given: object) -> Result:
        """What `work` returns. Raises what it raises, and `TooManyWaiting`."""
        if self._in_progress >= self._most:
            raise TooManyWaiting
        self._in_progress += 1
        # A request that is cancelled does not end what the thread does.
        done = self._thread.submit(work, *given)
        loop = asyncio.get_running_loop()
        done.add_done_callback(lambda _: loop.call_soon_threadsafe(self._end))
        try:
            return await asyncio.wrap_future(done)
        finally:
            # It refers to what the work raised, whose traceback refers to this frame: a cycle.
            del done

    def _end(self) -> None:
        self._in_progress -= 1
