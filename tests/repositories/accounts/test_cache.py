"""Accounts are cached while their changes arrive, and only for seconds otherwise."""

import asyncio

import pytest

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.repositories.accounts.cache import AccountCache
from faxbox_service.stores.errors import StoreUnavailable
from faxbox_service.stores.values import Change, Changes

ID = "a" * 32


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class FeedOfChanges:
    """A store of which only the changes feed is used; changes are put in by the test."""

    def __init__(self):
        self.waiting: asyncio.Queue[Change | Exception] = asyncio.Queue()
        self.asked: list[str | None] = []

    async def changes(self, database, since, *, limit=None, include_docs=False, wait=0.0):
        assert (database, include_docs) == (ACCOUNTS, False)
        self.asked.append(since)
        if not wait:
            return Changes([], "0")
        change = await self.waiting.get()
        if isinstance(change, Exception):
            raise change
        return Changes([change], str(int(since) + 1))


class Loader:
    """Counts how often an account is loaded, each time under another name."""

    def __init__(self):
        self.count = 0
        self.gate: asyncio.Event | None = None

    async def __call__(self, account_id):
        self.count += 1
        account = Account.of({"_id": account_id, "name": str(self.count)})
        if self.gate is not None:
            await self.gate.wait()
        return account


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def feed():
    return FeedOfChanges()


@pytest.fixture
async def known(feed, clock):
    known = AccountCache(feed, clock, unfollowed_seconds=5)
    await known.open()
    yield known
    await known.close()


async def arrive(feed, change):
    feed.waiting.put_nowait(change)
    await asyncio.sleep(0.01)
    assert feed.waiting.empty()


async def test_an_account_is_loaded_once(known, clock):
    load = Loader()
    for _ in range(3):
        assert (await known.find(ID, load)).name == "1"
        clock.now += 90
    assert load.count == 1


async def test_only_changes_from_the_start_on_are_asked_for(known, feed):
    await asyncio.sleep(0.01)
    assert feed.asked == ["now", "0"]


async def test_a_change_makes_it_loaded_again(known, feed):
    load = Loader()
    await known.find(ID, load)
    await arrive(feed, Change("b" * 32, "2-x", False))
    assert (await known.find(ID, load)).name == "1"
    await arrive(feed, Change(ID, "2-x", False))
    assert (await known.find(ID, load)).name == "2"


async def test_a_change_while_it_is_loaded_is_not_missed(known, feed):
    load = Loader()
    load.gate = asyncio.Event()
    loading = asyncio.create_task(known.find(ID, load))
    await asyncio.sleep(0)
    await arrive(feed, Change(ID, "2-x", False))
    load.gate.set()
    assert (await loading).name == "1"
    assert (await known.find(ID, load)).name == "2"


async def test_what_is_invalidated_while_it_is_loaded_is_not_cached(known):
    load = Loader()
    load.gate = asyncio.Event()
    loading = asyncio.create_task(known.find(ID, load))
    await asyncio.sleep(0)
    known.invalidate(ID)
    load.gate.set()
    await loading
    assert (await known.find(ID, load)).name == "2"


async def test_nothing_stays_cached_for_long_while_changes_do_not_arrive(known, feed, clock):
    load = Loader()
    await known.find(ID, load)
    clock.now += 6
    await arrive(feed, StoreUnavailable("away"))
    assert (await known.find(ID, load)).name == "2"
    clock.now += 4
    assert (await known.find(ID, load)).name == "2"
    clock.now += 2
    assert (await known.find(ID, load)).name == "3"


async def test_even_while_they_arrive_nothing_stays_cached_for_ever(known, clock):
    load = Loader()
    await known.find(ID, load)
    clock.now += 301
    assert (await known.find(ID, load)).name == "2"


async def test_the_cache_is_bounded(feed, clock):
    known = AccountCache(feed, clock, unfollowed_seconds=5, entries=3)
    load = Loader()
    for number in range(5):
        await known.find(f"{number:032x}", load)
    await known.find(f"{4:032x}", load)
    assert load.count == 5
    await known.find(f"{0:032x}", load)
    assert load.count == 6


async def test_with_no_seconds_nothing_is_cached_or_followed(feed, clock):
    known = AccountCache(feed, clock, unfollowed_seconds=0)
    await known.open()
    load = Loader()
    for _ in range(2):
        await known.find(ID, load)
    await known.close()
    assert (load.count, feed.asked) == (2, [])


async def test_a_load_that_fails_leaves_nothing_behind(known):
    async def fail(account_id):
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        await known.find(ID, fail)
    assert (await known.find(ID, Loader())).name == "1"
