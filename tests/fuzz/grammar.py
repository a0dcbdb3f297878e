"""The grammar of hostile requests, tried on a service for as long as one likes."""

import asyncio
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from tests.hostile.grammar import Message, messages, rubbish
from tests.hostile.ground import lay_ground
from tests.hostile.trial import tried
from tests.hostile.victim import Victim

_AT_ONCE = 500
"""Messages between looks at the clock; hypothesis knows no time of its own."""


def fuzz_service(seconds: float) -> str | None:
    """Send messages for so long; the faults of the smallest that has any, with its text."""
    with tempfile.TemporaryDirectory() as directory:
        victim = Victim(Path(directory))
        victim.start()
        try:
            victim.ground = asyncio.run(lay_ground(victim.place.url))
            return _fuzzed(victim, time.monotonic() + seconds)
        finally:
            victim.stop()


def _fuzzed(victim: Victim, end: float) -> str | None:
    count = 0

    def is_over() -> bool:
        nonlocal count
        count += 1
        return time.monotonic() > end

    options = settings(
        max_examples=_AT_ONCE,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )

    @options
    @given(message=messages())
    def try_messages(message: Message) -> None:
        if is_over():
            return
        sent = victim.ground.filled(message.bytes(victim.ground.shown[message.who]))
        _require_none(asyncio.run(tried(victim, sent, message.method)))

    @options
    @given(sent=rubbish())
    def try_rubbish(sent: bytes) -> None:
        if not is_over():
            _require_none(asyncio.run(tried(victim, sent, "GET")))

    while time.monotonic() < end:
        for attempt in (try_messages, try_messages, try_rubbish):
            try:
                attempt()
            except AssertionError as error:
                return "\n".join((str(error), *getattr(error, "__notes__", ())))
    print(f"grammar: {count:,} messages", flush=True)
    log = victim.logged()
    return f"the service logged:\n{log[-3000:]}" if log else None


def _require_none(faults: list[str]) -> None:
    if faults:
        raise AssertionError("; ".join(faults))
