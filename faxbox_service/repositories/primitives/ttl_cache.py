"""A bounded cache of values that may be a little old."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from faxbox_service.bounded_cache import BoundedCache

from .clock import Clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class TtlCache(Generic[Key, Value]):
    """Keeps values for `lifetime` seconds: `entries` of them at most, and `size` bytes."""

    def __init__(
        self, lifetime: float, clock: Clock, *, entries: int = 10_000, size: int = 8_000_000
    ) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._entries: BoundedCache[Key, tuple[float, Value]] = BoundedCache(size, most=entries)
        self.largest = self._entries.largest
        """The largest size of a value that is kept."""

    def get(self, key: Key) -> Value | None:
        """The cached value, or None when there is none that is young enough."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        since, value = entry
        # A clock that was set back makes nothing younger.
        if 0 <= self._clock() - since < self._lifetime:
            return value
        self._entries.forget(key)
        return None

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of about `size` bytes; with a lifetime of 0, nothing is kept."""
        if self._lifetime > 0:
            self._entries.put(key, (self._clock(), value), size)

    def items(self) -> Iterator[tuple[Key, Value]]:
        """All entries, also those that are too old but still there."""
        return ((key, value) for key, (_, value) in self._entries.items())

    def forget(self, key: Key) -> None:
        """Drop one value."""
        self._entries.forget(key)
