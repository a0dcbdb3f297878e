"""Retries: how often, how far apart and for how long, a named policy for each situation.

A loop over `RetryPolicy.attempts` ends when the policy gives up; the loop pauses where the next
attempt would otherwise meet the same obstacle. What runs for as long as the service does pauses by
a `Backoff`. Periodic work (the renewal of a lease, polling the embedded store's file) is not a
retry.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

_MOST_DOUBLINGS = 30
"""Beyond every pause's limit; without it a float would overflow after a day of failures."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How an operation that failed is tried again.

    The pause doubles from `pause` to `longest_pause` seconds; it is the same each time where they
    are equal.
    """

    attempts_allowed: int | None = None
    """None: until it succeeds."""
    seconds: float | None = None
    """After which no further attempt begins; None: no such limit."""
    pause: float = 0.0
    longest_pause: float = 0.0
    is_jittered: bool = False
    """Whether a pause is any time up to that, so that writers do not keep in step."""

    def attempts(self) -> Iterator[int]:
        """Numbers of attempts from 0 on, as long as another one may begin."""
        started = time.monotonic()
        numbers = count() if self.attempts_allowed is None else range(self.attempts_allowed)
        for attempt in numbers:
            if attempt and self.seconds is not None and time.monotonic() - started > self.seconds:
                return
            yield attempt

    def pause_after(self, attempt: int) -> float:
        """Seconds to wait after an attempt that failed, by its number."""
        longest = min(self.pause * 2 ** min(attempt, _MOST_DOUBLINGS), self.longest_pause)
        return random.uniform(0.0, longest) if self.is_jittered else longest

    async def wait_after(self, attempt: int) -> None:
        """Wait as long on the event loop."""
        await asyncio.sleep(self.pause_after(attempt))


class Backoff:
    """The pauses of something that is to go on: ever longer while it fails, and short again after.

    Only the pauses of the policy count; it is never given up.
    """

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._failures = 0

    @property
    def is_failing(self) -> bool:
        """Whether the latest attempt failed."""
        return self._failures > 0

    def succeeded(self) -> None:
        """Note that it goes on."""
        self._failures = 0

    async def wait(self) -> None:
        """Note a failure, and wait before the next attempt."""
        self._failures += 1
        await self._policy.wait_after(self._failures - 1)


CONFLICT = RetryPolicy(attempts_allowed=8)
"""A write that conflicted, made again at once from what is there now."""

OPTIMISTIC_UPDATE = RetryPolicy(
    attempts_allowed=16, seconds=10.0, pause=0.001, longest_pause=0.05, is_jittered=True
)
"""A client's change of a document that others change as well.

The pause lets the writer that came first finish. After ten seconds a client may have given up, and
done something else.
"""

RESERVED_ADDRESS = RetryPolicy(attempts_allowed=20, pause=0.1, longest_pause=0.1)
"""An address that another request has reserved for a faxbox it is about to write."""

CHANGES_FEED = RetryPolicy(pause=0.5, longest_pause=30.0)
"""A changes feed of a store that is unavailable."""

BACKGROUND_REPAIR = RetryPolicy(pause=1.0, longest_pause=60.0)
"""The reconciler's pass over a store that is unavailable."""

FILE_LOCK = RetryPolicy(pause=0.002, longest_pause=0.002)
"""A lock that another process holds; nothing but trying reveals that it was released."""

SQLITE_BUSY = RetryPolicy(pause=0.003, longest_pause=0.003, is_jittered=True)
"""SQLite's file while another process writes: short random pauses give each process a turn."""
