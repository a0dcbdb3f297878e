"""Counts of the requests that were answered, and how long that took."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from faxbox_service.crossbar.context import METHODS

OTHER_METHODS: Final = "other"
"""All that are no methods of ours: clients may make up any number of them."""

LIMITS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; what took longer is counted after the last."""


@dataclass(slots=True)
class Histogram:
    """How long requests took: how many up to each of `LIMITS` and above the one before, and all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(LIMITS) + 1))
    seconds: float = 0.0


class RequestStats:
    """Counts by method and status, and times by method."""

    def __init__(self) -> None:
        self.replies: Counter[tuple[str, int]] = Counter()
        self.times: dict[str, Histogram] = {}

    def add(self, method: str, status: int, seconds: float) -> None:
        """Count a request from its header to its reply, which a slow client may still be taking."""
        if method not in METHODS:
            method = OTHER_METHODS
        self.replies[method, status] += 1
        times = self.times.get(method)
        if times is None:
            times = self.times[method] = Histogram()
        times.counts[bisect_left(LIMITS, seconds)] += 1
        times.seconds += seconds
