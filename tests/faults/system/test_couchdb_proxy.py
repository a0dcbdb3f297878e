"""The proxy does to requests what its modes say, and keeps a run's databases apart."""

import asyncio

import pytest
from aiohttp import ClientError, ClientSession

from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    DocumentNotFound,
    MissingDatabase,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl

from .couchdb_proxy import WELL_BEHAVED, Misbehaviour, Mode

pytestmark = pytest.mark.parametrize("place", ["couchdb"], indirect=True)


@pytest.fixture
async def store(place):
    store = CouchStore(ServerUrl.parse(place.url), timeout=0.4)
    await store.open()
    await store.create_database("faxes")
    yield store
    place.proxy.behave(WELL_BEHAVED)
    await store.close()


async def test_documents_are_read_past_the_store(place, store):
    revision = await store.put("faxes", {"_id": "passed", "x": 1})
    assert place.read().faxes["passed"] == {"_id": "passed", "_rev": revision, "x": 1}


async def test_databases_of_others_are_not_seen(place, store, couchdb_url):
    others = CouchStore(ServerUrl.parse(couchdb_url))
    await others.open()
    await store.put("faxes", {"_id": "apart"})
    with pytest.raises((DocumentNotFound, MissingDatabase)):
        await others.get("faxes", "apart")
    assert await store.databases("faxes", limit=10) == ["faxes"]
    await others.close()


@pytest.mark.parametrize(
    ("behaviour", "is_written"),
    [
        (Misbehaviour(Mode.REFUSE), False),
        (Misbehaviour(Mode.STATUS, status=500), False),
        (Misbehaviour(Mode.STATUS, status=503), False),
        (Misbehaviour(Mode.STATUS, status=401), False),
        (Misbehaviour(Mode.CUT), True),
        (Misbehaviour(Mode.LOST), True),
        (Misbehaviour(Mode.SLOW, seconds=0.6), True),
    ],
    ids=lambda value: value.mode.value if isinstance(value, Misbehaviour) else "",
)
async def test_a_write_that_fails_was_done_or_not(place, store, behaviour, is_written):
    name = f"{behaviour.mode.value}-{behaviour.status}"
    hits = place.proxy.hits
    place.proxy.behave(behaviour)
    with pytest.raises(StoreUnavailable):
        await store.put("faxes", {"_id": name})
    assert place.proxy.hits > hits
    if behaviour.mode is Mode.SLOW:
        await asyncio.sleep(2 * behaviour.seconds)
    place.proxy.behave(WELL_BEHAVED)
    assert (name in place.read().faxes) == is_written


async def test_a_write_over_a_document_is_overtaken(place, store):
    revision = await store.put("faxes", {"_id": "raced", "x": 1})
    place.proxy.behave(Misbehaviour(Mode.OVERTAKE))
    with pytest.raises(RevisionConflict):
        await store.put("faxes", {"_id": "raced", "_rev": revision, "x": 2})
    overtaking = (await store.get("faxes", "raced"))["_rev"]
    with pytest.raises(RevisionConflict):
        await store.delete("faxes", "raced", overtaking)
    current = await store.get("faxes", "raced")
    assert (current["x"], current["_rev"][:2]) == (1, "3-")
    raced, unraced = await store.put_many("faxes", [{**current, "x": 3}, {"_id": "unraced"}])
    assert isinstance(raced, RevisionConflict)
    assert isinstance(unraced, str)
    assert (await store.get("faxes", "raced"))["x"] == 1


async def test_a_proxy_that_refused_listens_again(place, store):
    place.proxy.behave(Misbehaviour(Mode.REFUSE))
    async with ClientSession() as session:
        with pytest.raises(ClientError):
            await session.get(place.url.replace("couchdb", "http", 1))
    place.proxy.behave(WELL_BEHAVED)
    assert await store.databases("faxes", limit=10) == ["faxes"]
