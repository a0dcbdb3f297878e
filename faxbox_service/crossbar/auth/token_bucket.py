"""Kazoo's token buckets: a burst of requests, and a number more each second.

See docs/reference/wire.md, 6.6.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

from faxbox_service.repositories.primitives.clock import SteadyClock

Name = TypeVar("Name", bound=Hashable)

_CAPACITY = 20_000


class TokenBuckets(Generic[Name]):
    """A bucket for each name, full until something is taken: `burst` tokens, `refill` a second.

    Memory is bounded by forgetting the fullest buckets, which loses least: a client that makes many
    new ones does not get rid of an empty one.
    """

    def __init__(
        self, burst: int, refill: float, clock: SteadyClock, capacity: int = _CAPACITY
    ) -> None:
        self._burst = burst
        self._rate = refill
        self._clock = clock
        self._capacity = capacity
        self._levels: dict[Name, tuple[float, float]] = {}
        """How full each was, and when; those that are not here are full."""

    def __len__(self) -> int:
        return len(self._levels)

    def remaining(self, name: Name) -> int:
        """Whole tokens in a bucket."""
        return int(self._level(name, self._clock()))

    def take(self, name: Name, cost: float = 1) -> float | None:
        """Take tokens, and return None; or take nothing, and return the seconds until there are
        enough.
        """
        now = self._clock()
        level = self._level(name, now)
        # What costs more than a full bucket costs a full one.
        charged = min(cost, self._burst)
        if level < charged:
            return (charged - level) / self._rate
        self._levels[name] = (level - charged, now)
        if len(self._levels) > self._capacity:
            self._forget_fullest(now)
        return None

    def put_back(self, name: Name, cost: float = 1) -> None:
        """Return tokens that were taken."""
        known = self._levels.get(name)
        if known is not None:
            level, since = known
            self._levels[name] = (min(self._burst, level + cost), since)

    def refill(self, name: Name) -> None:
        """Make a bucket full again."""
        self._levels.pop(name, None)

    def _level(self, name: Name, now: float) -> float:
        known = self._levels.get(name)
        if known is None:
            return self._burst
        level, since = known
        return min(self._burst, level + (now - since) * self._rate)

    def _forget_fullest(self, now: float) -> None:
        """Keep the emptiest half, so that this is done seldom."""
        emptiest = sorted(self._levels, key=lambda name: self._level(name, now))
        self._levels = {name: self._levels[name] for name in emptiest[: self._capacity // 2]}
