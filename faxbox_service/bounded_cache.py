"""A memory of values that is bounded in bytes, not only in entries.

What is remembered must not grow with what a stranger sends: keys count as well as values.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_ENTRY = 300
"""Bytes that an entry takes beside its key and its value."""

_LARGEST_SHARE = 16
"""What takes more than this part of the memory is not kept: it would drive out all others."""


class BoundedCache(Generic[Key, Value]):
    """Values by key, of `budget` bytes in all as far as `put` is told, and of `most` entries.

    The oldest make room for new ones.
    """

    def __init__(self, budget: int, *, most: int | None = None) -> None:
        self._budget = budget
        self._most = most
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._size = 0
        self.get: Callable[[Key], Value | None] = self._entries.get
        """What is remembered of a key, or None."""

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    @property
    def size(self) -> int:
        """The bytes of all that is remembered."""
        return self._size

    @property
    def largest(self) -> int:
        """The largest size of an entry that is kept."""
        return self._budget // _LARGEST_SHARE - _ENTRY

    def put(self, key: Key, value: Value, size: int) -> bool:
        """Remember a value of about `size` bytes, key included; whether nothing was lost for it."""
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
