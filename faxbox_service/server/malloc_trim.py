"""Memory goes back to the system when what was in it is gone (glibc).

After a burst of long bodies or many connections glibc would keep their memory, scattered over its
heap, in case it is needed again.
"""

import asyncio
import ctypes
from collections.abc import Callable

_M_MMAP_THRESHOLD = -3
"""Of `mallopt`: allocations of so many bytes are mapped each by itself, and go back by themselves.
Left alone, glibc learns from the first long one to keep such memory, too.
"""

_LARGE = 262_144
_INTERVAL = 5.0
"""Seconds."""


class MallocTrim:
    """Returns free memory every few seconds in which there was anything to do."""

    def __init__(self, work_done: Callable[[], int]) -> None:
        """`work_done` is a number that grows with what has been done."""
        libc = ctypes.CDLL(None)
        mallopt = getattr(libc, "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
        self._trim = getattr(libc, "malloc_trim", None)
        self._work_done = work_done
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, where the system's library can do it."""
        if self._trim is not None:
            self._task = asyncio.create_task(self._run(self._trim))

    async def stop(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, trim: Callable[[int], int]) -> None:
        done_before = self._work_done()
        while True:
            await asyncio.sleep(_INTERVAL)
            done = self._work_done()
            if done != done_before:
                # In a thread: it takes milliseconds, and others go on meanwhile.
                await asyncio.to_thread(trim, 0)
                done_before = done
