"""Gregorian seconds, the times in Kazoo's documents, and ISO 8601, the times in its envelopes."""

import math
from datetime import UTC, datetime
from functools import lru_cache

from .types import GregorianSeconds

UNIX_EPOCH_IN_GREGORIAN = 62_167_219_200
"""Seconds from year 0 to 1970 (docs/reference/data-model.md, 2.1)."""


def gregorian_seconds(unix_seconds: float) -> GregorianSeconds:
    """Whole Gregorian seconds of a Unix time."""
    return math.floor(unix_seconds) + UNIX_EPOCH_IN_GREGORIAN


def unix_seconds(gregorian: GregorianSeconds) -> int:
    """The Unix time of Gregorian seconds."""
    return gregorian - UNIX_EPOCH_IN_GREGORIAN


def iso8601(unix: float) -> str:
    """`2026-01-31T23:59:59Z`, the form of an envelope's `timestamp`."""
    return _iso8601(math.floor(unix))


@lru_cache(maxsize=4)
def _iso8601(unix: int) -> str:
    """Cached, because all replies within a second show the same."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
