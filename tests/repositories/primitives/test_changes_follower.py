"""A follower hands over every change once, whatever happens to the store."""

import asyncio

import pytest

from faxbox_service.repositories.primitives.changes_follower import ChangesFollower
from faxbox_service.retry import RetryPolicy
from faxbox_service.stores.errors import StoreUnavailable
from faxbox_service.stores.values import Change, Changes


class Feed:
    """A store whose changes are given in advance; an error among them is raised once."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.asked = []

    async def changes(self, database, since, *, include_docs, wait, limit=None):
        self.asked.append((since, wait))
        if not self.steps:
            await asyncio.sleep(3600)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def changes(sequence, *ids):
    return Changes([Change(id, "1-0", False) for id in ids], sequence)


async def followed(feed, expected):
    seen = []
    follower = ChangesFollower(
        feed,
        "x",
        lambda found: seen.extend(change.id for change in found),
        retries=RetryPolicy(pause=0.01, longest_pause=0.02),
    )
    await follower.start()
    async with asyncio.timeout(5):
        while len(seen) < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await follower.stop()
    return seen


async def test_it_begins_with_what_there_is_and_continues_from_there():
    feed = Feed(changes("1", "a", "b"), changes("2"), changes("3", "c"))
    assert await followed(feed, 3) == ["a", "b", "c"]
    assert [since for since, _ in feed.asked[:3]] == [None, "1", "2"]
    assert feed.asked[0][1] == 0
    assert feed.asked[1][1] > 0


async def test_it_waits_for_an_unavailable_store_and_misses_nothing(caplog):
    away = StoreUnavailable("gone")
    feed = Feed(changes("1", "a"), away, away, away, changes("2", "b"))
    assert await followed(feed, 2) == ["a", "b"]
    assert [since for since, _ in feed.asked[1:5]] == ["1"] * 4
    assert caplog.messages == ["cannot follow x, trying again: gone", "following x again"]


async def test_an_unavailable_store_at_the_start_is_an_error():
    with pytest.raises(StoreUnavailable):
        await ChangesFollower(Feed(StoreUnavailable("gone")), "x", lambda _: None).start()


async def test_it_can_be_stopped_before_it_is_started():
    await ChangesFollower(Feed(), "x", lambda _: None).stop()


async def test_an_unexpected_error_is_logged_and_does_not_end_it(caplog):
    feed = Feed(changes("1", "a"), KeyError("a bug"), changes("2", "b"))
    assert await followed(feed, 2) == ["a", "b"]
    assert "following x failed" in caplog.text
