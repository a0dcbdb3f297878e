"""The outside facts that repositories need: the time, and identifiers nobody can guess.

Both are passed in, so that tests choose them.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Returns the Unix time in seconds."""

system_clock: Clock = time.time

SteadyClock: TypeAlias = Callable[[], float]
"""Returns seconds since some moment; it is never set, so that durations are measured by it."""

steady_clock: SteadyClock = time.monotonic


@dataclass(frozen=True, slots=True)
class IdGenerator:
    """Makes identifiers and secrets of random bytes, written as hex characters."""

    random_hex: Callable[[int], str] = secrets.token_hex
    """Returns that many random bytes, as twice as many characters."""

    def new_id(self) -> str:
        """32 characters, as Kazoo makes the ids of documents and accounts."""
        return self.random_hex(16)

    def new_secret(self) -> str:
        """64 characters, as Kazoo makes API keys."""
        return self.random_hex(32)


system_ids = IdGenerator()


def new_id() -> str:
    """An id by the system's random numbers."""
    return system_ids.new_id()


def new_secret() -> str:
    """A secret by the system's random numbers."""
    return system_ids.new_secret()
