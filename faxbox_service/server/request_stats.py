"""Counts and durations of the requests that were answered."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from faxbox_service.crossbar.request.parsed import METHODS

OTHER_METHODS: Final = "other"
"""Stands for methods that the service does not have: clients can send any number of them."""

BUCKET_LIMITS: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
)
"""Seconds; longer durations go into one more bucket."""


@dataclass(slots=True)
class Histogram:
    """Durations of requests, counted by bucket."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKET_LIMITS) + 1))
    """How many took up to each of `BUCKET_LIMITS` and longer than the one before, then the rest."""
    seconds: float = 0.0
    """Their sum."""


class RequestStats:
    """Replies by method and status, and durations by method."""

    def __init__(self) -> None:
        self.replies: Counter[tuple[str, int]] = Counter()
        self.durations: dict[str, Histogram] = {}

    def add(self, method: str, status: int, seconds: float) -> None:
        """Count a request from its header to its reply, which a slow client may still be taking."""
        if method not in METHODS:
            method = OTHER_METHODS
        self.replies[method, status] += 1
        durations = self.durations.get(method)
        if durations is None:
            durations = self.durations[method] = Histogram()
        durations.counts[bisect_left(BUCKET_LIMITS, seconds)] += 1
        durations.seconds += seconds
