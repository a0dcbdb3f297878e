"""What bodies may hold of a worker's memory: in all, and for each client's address.

A body counts from the moment its bytes arrive until its request has been answered; a long reply
counts until it has been sent. Beyond the limits bodies wait to be read, and then get a 503: what
has been read holds memory already.
"""

import asyncio
from collections.abc import Callable

from faxbox_service.crossbar.errors import overloaded

_GRAIN = 65_536
"""Bytes; memory is reserved in multiples of this, so that ordinary bodies take one step."""


class BodyMemory:
    """Lets bodies have `limit` bytes at once, and those of one address `share` bytes of them.

    Either must be enough for the longest body, which could never be read otherwise. A body that has
    waited for `queue_timeout` seconds is refused.
    """

    def __init__(self, limit: int, share: int, *, queue_timeout: float) -> None:
        self._limit = limit
        self._share = share
        self._queue_timeout = queue_timeout
        self._held: dict[str, int] = {}
        """By address; those that hold nothing are not here."""
        self._freed: asyncio.Event | None = None
        self.in_use = 0
        self.refused = 0

    def reservation(self, address: str) -> "Reservation":
        """What one request of an address will hold: nothing so far."""
        return Reservation(self, address)

    def has_room(self, address: str, size: int) -> bool:
        """Whether an address may hold `size` bytes more."""
        held = self._held.get(address, 0)
        return held + size <= self._share and self.in_use + size <= self._limit

    async def wait_for_room(self, has_room: Callable[[], bool]) -> None:
        """Return when there is room. Raises a 503 when there is none in time."""
        try:
            async with asyncio.timeout(self._queue_timeout):
                while not has_room():
                    if self._freed is None:
                        self._freed = asyncio.Event()
                    await self._freed.wait()
        except TimeoutError:
            self.refused += 1
            raise overloaded() from None

    def hold(self, address: str, size: int) -> None:
        """Count memory that is held, whether there was room or not."""
        self.in_use += size
        self._held[address] = self._held.get(address, 0) + size

    def free(self, address: str, size: int) -> None:
        """Stop counting memory, and wake those that wait for room."""
        self.in_use -= size
        left = self._held[address] - size
        if left:
            self._held[address] = left
        else:
            del self._held[address]
        if self._freed is not None:
            self._freed.set()
            self._freed = None


class Reservation:
    """What one request holds, until it is released."""

    __slots__ = ("_address", "_held", "_memory", "_used")

    def __init__(self, memory: BodyMemory, address: str) -> None:
        self._memory = memory
        self._address = address
        self._held = 0
        self._used = 0

    async def grow(self, size: int) -> None:
        """Hold `size` bytes more, when there is room. Raises a 503."""
        needed = self._steps(size)
        if not needed:
            return
        memory, address = self._memory, self._address
        if not memory.has_room(address, needed):
            await memory.wait_for_room(lambda: memory.has_room(address, needed))
        self._hold(size, needed)

    def hold(self, size: int) -> None:
        """Hold `size` bytes more at once: they are there already."""
        self._hold(size, self._steps(size))

    def release(self) -> None:
        """Hold nothing any more."""
        if self._held:
            self._memory.free(self._address, self._held)
            self._held = self._used = 0

    def _steps(self, size: int) -> int:
        """Bytes to reserve, in whole grains, for `size` more to fit."""
        missing = self._used + size - self._held
        return -(-missing // _GRAIN) * _GRAIN if missing > 0 else 0

    def _hold(self, size: int, needed: int) -> None:
        self._used += size
        if needed:
            self._held += needed
            self._memory.hold(self._address, needed)
