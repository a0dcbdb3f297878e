"""Hostile requests that nobody wrote down: combined by a grammar, the same ones each time."""

import asyncio

from hypothesis import HealthCheck, given, settings

from .grammar import Message, messages, rubbish
from .trial import tried
from .victim import Victim

BOUNDED = settings(
    max_examples=250,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)


@BOUNDED
@given(message=messages())
def test_any_message_gets_an_answer_that_is_worth_it(victim: Victim, message: Message) -> None:
    shown = victim.ground.shown[message.who]
    sent = victim.ground.filled(message.bytes(shown))
    assert asyncio.run(tried(victim, sent, message.method)) == []


@BOUNDED
@given(sent=rubbish())
def test_any_bytes_get_an_answer_that_is_worth_it(victim: Victim, sent: bytes) -> None:
    assert asyncio.run(tried(victim, sent, "GET")) == []


def test_nothing_of_all_that_is_logged_as_a_fault_of_ours(victim: Victim) -> None:
    assert victim.logged() == ""
