"""How the time of a pattern grows with the length of hard texts; run as a process of its own.

Reads `{"pattern", "flags", "is_bytes", "uses"}` as JSON, and writes `{"hardest": …}`: what it found
to grow faster than the text, or null. Only processor time counts.
"""

import json
import re
import signal
import sys
from collections import deque
from collections.abc import Callable
from time import process_time
from typing import Any, TypeAlias

from .inputs import Family, families

Use: TypeAlias = Callable[[re.Pattern[Any], Any], object]

_SHORT, _LONG, _LONGEST = 512, 4096, 65_536
"""Characters; what looks harmless at the first two is not tried with the last."""

_SUSPICIOUS = 3.0
_GUILTY = 2.5
"""How many times more a character of the longer text may cost."""

_NOTICEABLE = 0.0002
_FOR_EVER = 1.0
"""Seconds."""


class TooLong(Exception):
    """A use that has not ended."""


def _scan(pattern: re.Pattern[Any], text: Any) -> None:
    """Match again and again, each time where the last match has ended."""
    position = -1
    match = pattern.match(text)
    while match is not None and match.end() > position:
        position = match.end()
        match = pattern.match(text, position)


_USES: dict[str, Use] = {
    "match": _scan,
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
    "search": lambda pattern, text: pattern.search(text),
    "finditer": lambda pattern, text: deque(pattern.finditer(text), 0),
}
_LIKE_FINDITER = ("sub", "subn", "findall", "split")


def hardest(
    pattern: str, flags: int, is_bytes: bool, uses: list[str]
) -> dict[str, str | float] | None:
    """The first family of texts whose time grows too fast, and how fast it does."""
    compiled = re.compile(pattern.encode("latin-1") if is_bytes else pattern, flags)
    signal.signal(signal.SIGPROF, _give_up)
    for name in dict.fromkeys("finditer" if use in _LIKE_FINDITER else use for use in uses):
        for family in families(pattern, flags):
            growth = _growth(compiled, _USES[name], family, is_bytes)
            if growth is not None:
                return {"use": name, "growth": growth, **vars(family)}
    return None


def _growth(compiled: re.Pattern[Any], use: Use, family: Family, is_bytes: bool) -> float | None:
    """How many times more a character costs in a long text; None when that is as it should be."""

    def seconds(length: int, tries: int) -> float:
        text = family.text(length)
        given = text.encode("latin-1", "replace") if is_bytes else text
        return min(_processor_time(use, compiled, given) for _ in range(tries))

    try:
        # Once at first: nearly all families are harmless.
        for tries in (1, 3):
            short, long = seconds(_SHORT, tries), seconds(_LONG, tries)
            if long < _NOTICEABLE or long / short < _SUSPICIOUS * _LONG / _SHORT:
                return None
        ratio = seconds(_LONGEST, 2) / long / (_LONGEST / _LONG)
    except TooLong:
        return float("inf")
    return ratio if ratio > _GUILTY else None


def _processor_time(use: Use, compiled: re.Pattern[Any], text: Any) -> float:
    signal.setitimer(signal.ITIMER_PROF, _FOR_EVER)
    started = process_time()
    use(compiled, text)
    taken = process_time() - started
    signal.setitimer(signal.ITIMER_PROF, 0)
    return max(taken, 1e-6)


def _give_up(*_: object) -> None:
    raise TooLong


if __name__ == "__main__":
    print(json.dumps({"hardest": hardest(**json.load(sys.stdin))}))
