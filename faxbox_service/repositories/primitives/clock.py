"""The outside facts that repositories need: the time, and identifiers nobody can guess."""

import secrets
import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Returns the Unix time in seconds."""

system_clock: Clock = time.time

SteadyClock: TypeAlias = Callable[[], float]
"""Returns seconds since some moment; nobody sets it, so that durations are measured by it."""

steady_clock: SteadyClock = time.monotonic


def new_id() -> str:
    """32 hex characters, as Kazoo makes the ids of documents and accounts."""
    return secrets.token_hex(16)


def new_secret() -> str:
    """64 hex characters, as Kazoo makes API keys."""
    return secrets.token_hex(32)
