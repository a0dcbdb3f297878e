"""A memory of values that is bounded in bytes, not only in entries.

What is remembered must not grow with what a stranger sends: keys count as well as values.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_ENTRY = 250
"""Bytes that an entry takes beside its key and its value."""

_LARGEST_SHARE = 16


class BoundedMemory(Generic[Key, Value]):
    """Values by key, of `budget` bytes in all, of a sixteenth at most each; the oldest go first.

    `size_of` tells the bytes of a key with its value: the same each time, so neither may change.
    """

    def __init__(self, budget: int, size_of: Callable[[Key, Value], int]) -> None:
        self._budget = budget
        self._size_of = size_of
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self._size = 0
        self.get: Callable[[Key], Value | None] = self._entries.get
        """What is remembered of a key, or None."""

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """The bytes of all that is remembered."""
        return self._size

    def put(self, key: Key, value: Value) -> None:
        """Remember a value, if it is not too large."""
        size = self._size_of(key, value) + _ENTRY
        self.forget(key)
        if size > self._budget // _LARGEST_SHARE:
            return
        self._entries[key] = value
        self._size += size
        while self._size > self._budget:
            self._forgotten(*self._entries.popitem(last=False))

    def forget(self, key: Key) -> None:
        """Drop a value, if there is one."""
        if key in self._entries:
            self._forgotten(key, self._entries.pop(key))

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self._size = 0

    def _forgotten(self, key: Key, value: Value) -> None:
        self._size -= self._size_of(key, value) + _ENTRY
