"""A retry policy bounds attempts and pauses; a backoff grows and starts anew."""

import asyncio

import pytest

from faxbox_service.retry import Backoff, RetryPolicy


def test_attempts_are_as_many_as_allowed():
    assert list(RetryPolicy(attempts_allowed=3).attempts()) == [0, 1, 2]


def test_the_first_attempt_is_made_however_little_time_there_is():
    assert list(RetryPolicy(seconds=0.0).attempts()) == [0]


def test_pauses_double_up_to_the_longest():
    policy = RetryPolicy(pause=0.5, longest_pause=3.0)
    assert [policy.pause_after(attempt) for attempt in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_day_of_failures_makes_no_pause_impossible():
    assert RetryPolicy(pause=1.0, longest_pause=60.0).pause_after(100_000) == 60.0


def test_jitter_makes_a_pause_any_part_of_itself():
    policy = RetryPolicy(pause=1.0, longest_pause=1.0, is_jittered=True)
    pauses = [policy.pause_after(0) for _ in range(1000)]
    assert min(pauses) < 0.1 and max(pauses) > 0.9
    assert all(0.0 <= pause <= 1.0 for pause in pauses)


class Recorded(RetryPolicy):
    """A policy that notes after which attempts it waits, and does not."""

    def __init__(self):
        super().__init__()
        object.__setattr__(self, "waited", [])

    async def wait_after(self, attempt):
        self.waited.append(attempt)


async def test_a_backoff_starts_anew_after_a_success():
    policy = Recorded()
    backoff = Backoff(policy)
    for _ in range(3):
        await backoff.wait()
    assert backoff.is_failing
    backoff.succeeded()
    assert not backoff.is_failing
    await backoff.wait()
    assert policy.waited == [0, 1, 2, 0]


async def test_a_pause_leaves_the_event_loop_to_others():
    done = []

    async def work():
        done.append(True)

    other = asyncio.create_task(work())
    await RetryPolicy(pause=0.01, longest_pause=0.01).wait_after(0)
    assert done == [True]
    await other


@pytest.mark.parametrize("attempt", [0, 7])
def test_without_a_pause_the_next_attempt_begins_at_once(attempt):
    assert RetryPolicy(attempts_allowed=8).pause_after(attempt) == 0.0
