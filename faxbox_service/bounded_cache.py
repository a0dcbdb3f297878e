"""A cache that is bounded in bytes, not only in entries.

It must not grow with what an anonymous client sends: keys count as well as values.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_ENTRY = 300
"""Bytes that an entry takes besides its key and its value."""

_PARTS = 16
"""A value that takes more than one part of the budget is not kept: it would evict many others."""


class BoundedCache(Generic[Key, Value]):
    """Values by key: at most `budget` bytes in all, by the sizes given to `put`; `most` entries.

    The oldest entries are evicted first.
    """

    def __init__(self, budget: int, *, most: int | None = None) -> None:
        self._budget = budget
        self._most = most
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._size = 0
        self.get: Callable[[Key], Value | None] = self._entries.get
        """The value of a key, or None."""

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    @property
    def size(self) -> int:
        """The bytes of all entries."""
        return self._size

    @property
    def largest(self) -> int:
        """The largest size of an entry that is kept."""
        return self._budget // _PARTS - _ENTRY

    def put(self, key: Key, value: Value, size: int) -> bool:
        """Keep a value of about `size` bytes, key included; whether no other entry was evicted."""
        self.forget(key)
        if size > self.largest:
            return False
        self._entries[key] = value
        self._sizes[key] = size + _ENTRY
        self._size += size + _ENTRY
        is_whole = True
        while self._size > self._budget or (self._most and len(self._entries) > self._most):
            oldest, _ = self._entries.popitem(last=False)
            self._size -= self._sizes.pop(oldest)
            is_whole = False
        return is_whole

    def forget(self, key: Key) -> None:
        """Drop a value, if there is one."""
        if key in self._entries:
            del self._entries[key]
            self._size -= self._sizes.pop(key)

    def items(self) -> Iterator[tuple[Key, Value]]:
        """All entries, the oldest first; none may be put or dropped meanwhile."""
        return iter(self._entries.items())

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self._sizes.clear()
        self._size = 0
