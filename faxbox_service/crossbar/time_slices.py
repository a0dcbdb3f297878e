"""Long work in slices, so that no request waits for more than one of them.

A worker has one thread: while it computes for one request, all others wait. What may take long is
written as steps, a generator that stops wherever it may be interrupted.
"""

import asyncio
from collections.abc import Generator
from time import monotonic
from typing import TypeAlias, TypeVar
from weakref import WeakKeyDictionary

Result = TypeVar("Result")

Steps: TypeAlias = Generator[None, None, Result]
"""Work that may be interrupted at each `yield`, and what comes of it."""

_LONGEST = 0.005
"""Seconds of a slice; a step goes on for longer when it is long itself."""

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""Held while a request waits for its next slice, first come first served: of however many requests
with long work, one has a slice in each round of the loop."""


class TimeSlices:
    """The long work of one request; the first slice begins now."""

    __slots__ = ("_end",)

    def __init__(self) -> None:
        self._end = monotonic() + _LONGEST

    def begin(self) -> None:
        """Begin another slice: other requests have been served meanwhile."""
        self._end = monotonic() + _LONGEST

    @property
    def is_over(self) -> bool:
        """Whether other requests are to be served now."""
        return monotonic() >= self._end

    async def pause(self) -> None:
        """Serve other requests first, if the slice is over."""
        if not self.is_over:
            return
        loop = asyncio.get_running_loop()
        async with _locks.setdefault(loop, asyncio.Lock()):
            await asyncio.sleep(0)
        self.begin()

    async def finish(self, steps: Steps[Result]) -> Result:
        """What comes of the steps."""
        while True:
            try:
                next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            if self.is_over:
                await self.pause()
