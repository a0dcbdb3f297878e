"""Returns freed memory to the system (glibc).

After a burst of long bodies or many connections glibc would keep their memory, scattered over its
heap, in case it is needed again.
"""

import asyncio
import ctypes
from collections.abc import Callable

_M_MMAP_THRESHOLD = -3
"""Of `mallopt`: allocations of `_LARGE` bytes are mapped one by one, and unmapped when freed.
Otherwise glibc raises this limit after the first large allocation, and keeps their memory too.
"""

_LARGE = 262_144
"""Bytes."""

_INTERVAL = 5.0
"""Seconds."""


class MallocTrim:
    """Calls `malloc_trim` every few seconds in which there was work."""

    def __init__(self, work_done: Callable[[], int]) -> None:
        """`work_done` returns a number that grows with the work done."""
        libc = ctypes.CDLL(None)
        mallopt = getattr(libc, "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
        self._trim = getattr(libc, "malloc_trim", None)
        self._work_done = work_done
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, where the C library has `malloc_trim`."""
        if self._trim is not None:
            self._task = asyncio.create_task(self._run(self._trim))

    async def stop(self) -> None:
        """Stop, and wait until it has."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, trim: Callable[[int], int]) -> None:
        done_before = self._work_done()
        while True:
            await asyncio.sleep(_INTERVAL)
            done = self._work_done()
            if done != done_before:
                # In a thread: it takes milliseconds, which would block the event loop.
                await asyncio.to_thread(trim, 0)
                done_before = done
