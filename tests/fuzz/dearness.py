"""When an input costs more than its length explains."""

_EACH = 0.2
"""Seconds of processor time, for instrumented code on a slow machine."""
_EACH_BYTE = 20e-6


class TooDear(Exception):
    """An input takes too much time for its length."""


def require_cheap(seconds: float, data: bytes) -> None:
    """Raise `TooDear` when so many seconds are too many."""
    if seconds > _EACH + _EACH_BYTE * len(data):
        raise TooDear(f"{len(data)} bytes took {seconds:.2f} s")
