"""A memory bounded in entries and in bytes, in which the oldest make room for new ones."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_OVERHEAD = 300
"""Bytes that an entry takes beside what it holds."""

_LARGEST_SHARE = 16
"""What takes more than this part of the memory is not kept: it would drive out all others."""


class Bounded(Generic[Key, Value]):
    """At most `entries` entries of `size` bytes together, as far as `put` is told their sizes."""

    def __init__(self, *, entries: int, size: int) -> None:
        self._most_entries = entries
        self._most_bytes = size
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    @property
    def largest(self) -> int:
        """The largest size of an entry that is kept."""
        return self._most_bytes // _LARGEST_SHARE

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def get(self, key: Key) -> Value | None:
        """What was put under the key, if it still is there."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: Key, value: Value, size: int) -> bool:
        """Keep a value of about `size` bytes, key included; return whether nothing was lost."""
        self.forget(key)
        if size > self.largest:
            return False
        self._entries[key] = (value, size + _OVERHEAD)
        self._bytes += size + _OVERHEAD
        is_whole = True
        while len(self._entries) > self._most_entries or self._bytes > self._most_bytes:
            _, (_, gone) = self._entries.popitem(last=False)
            self._bytes -= gone
            is_whole = False
        return is_whole

    def forget(self, key: Key) -> None:
        """Drop one entry."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry[1]

    def items(self) -> Iterator[tuple[Key, Value]]:
        """All entries, the oldest first; none may be put or dropped meanwhile."""
        return ((key, value) for key, (value, _) in self._entries.items())
