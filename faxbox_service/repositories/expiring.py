"""A bounded memory of answers that may be a little old."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

from .clock import Clock

Key = TypeVar("Key")
Value = TypeVar("Value")


class Expiring(Generic[Key, Value]):
    """Remembers values for `lifetime` seconds, at most `capacity` of them (oldest go first)."""

    def __init__(self, lifetime: float, clock: Clock, capacity: int = 10_000) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._capacity = capacity
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """The remembered value, or None when there is none that is young enough."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        until, value = entry
        if self._clock() >= until:
            del self._entries[key]
            return None
        return value

    def put(self, key: Key, value: Value) -> None:
        """Remember a value from now on; with a lifetime of 0, nothing is kept."""
        if self._lifetime <= 0:
            return
        self._entries.pop(key, None)
        self._entries[key] = (self._clock() + self._lifetime, value)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def values(self) -> Iterator[Value]:
        """All remembered values, those too old among them."""
        return (value for _, value in self._entries.values())

    def forget(self, key: Key) -> None:
        """Drop one value."""
        self._entries.pop(key, None)
