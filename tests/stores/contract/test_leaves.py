"""Documents with several leaves, which replication makes: shown, and deleted for good together."""

import secrets
from collections.abc import AsyncIterator

import pytest

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.names import account_database
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import DocumentNotFound, RevisionConflict
from faxbox_service.stores.url import ServerUrl
from tests.rivals import add_leaf, live_leaves

DATABASE = account_database(secrets.token_hex(16))


@pytest.fixture
async def couch(couchdb_url: str | None) -> AsyncIterator[CouchStore]:
    """An open store on a server, with an empty database."""
    if couchdb_url is None:
        pytest.skip("no CouchDB to test against: set FAXBOX_TEST_COUCHDB_URL")
    store = CouchStore(ServerUrl.parse(couchdb_url))
    await store.open()
    await store.create_database(DATABASE)
    yield store
    await store.delete_database(DATABASE)
    await store.close()


async def with_leaves(store: CouchStore, document_id: str = "a") -> tuple[str, list[str]]:
    """A document with three leaves: the revisions of the winner and of the others."""
    first = await store.put(DATABASE, {"_id": document_id, "n": 1})
    second = await add_leaf(store, DATABASE, {"_id": document_id, "n": 2}, 1)
    winner = await add_leaf(store, DATABASE, {"_id": document_id, "n": 3}, 2)
    return winner, [first, second]


async def test_a_document_shows_the_leaves_beside_it(couch: CouchStore) -> None:
    winner, others = await with_leaves(couch)
    single = await couch.put(DATABASE, {"_id": "b"})
    found = await couch.get(DATABASE, "a")
    assert (found["_rev"], sorted(found["_conflicts"])) == (winner, sorted(others))
    assert await couch.get_many(DATABASE, "ab") == {"a": found, "b": {"_id": "b", "_rev": single}}
    assert (await couch.documents(DATABASE, limit=9))[0] == found
    changes = (await couch.changes(DATABASE, None, include_docs=True)).changes
    assert found in [change.document for change in changes]


async def test_deletion_for_good_leaves_nothing(couch: CouchStore) -> None:
    winner, _ = await with_leaves(couch)
    tombstone = await couch.delete(DATABASE, "a", winner)
    assert tombstone.startswith("3-")
    with pytest.raises(DocumentNotFound):
        await couch.get(DATABASE, "a")
    assert await live_leaves(couch, DATABASE, "a") == []


async def test_who_knows_the_leaves_deletes_them_with_one_request(couch: CouchStore) -> None:
    winner, others = await with_leaves(couch)
    before = couch.round_trips
    await couch.delete(DATABASE, "a", winner, others)
    assert couch.round_trips == before + 1
    assert await live_leaves(couch, DATABASE, "a") == []


async def test_only_the_winner_can_be_deleted(couch: CouchStore) -> None:
    _, [first, _] = await with_leaves(couch)
    with pytest.raises(RevisionConflict):
        await couch.delete(DATABASE, "a", first)
    assert len(await live_leaves(couch, DATABASE, "a")) == 3


async def test_who_changes_the_winner_meanwhile_keeps_it(couch: CouchStore) -> None:
    winner, others = await with_leaves(couch)
    changed = await couch.put(DATABASE, {"_id": "a", "_rev": winner, "n": 4})
    with pytest.raises(RevisionConflict):
        await couch.delete(DATABASE, "a", winner, others)
    assert (await couch.get(DATABASE, "a"))["_rev"] == changed


async def test_a_leaf_that_is_changed_meanwhile_goes_all_the_same(couch: CouchStore) -> None:
    winner, others = await with_leaves(couch)
    await couch.put_many(DATABASE, [{"_id": "a", "_rev": others[0], "n": 4}])
    await couch.delete(DATABASE, "a", winner, others)
    assert await live_leaves(couch, DATABASE, "a") == []


async def test_a_tombstone_of_what_was_read_ends_all_leaves(couch: CouchStore) -> None:
    await with_leaves(couch)
    await with_leaves(couch, "b")
    found = await couch.get_many(DATABASE, "ab")
    stale = {**tombstone_of(found["b"]), "_rev": f"2-{'0' * 32}"}
    gone, conflict, new = await couch.put_many(
        DATABASE, [tombstone_of(found["a"]), stale, {"_id": "c"}]
    )
    assert isinstance(gone, str)
    assert isinstance(conflict, RevisionConflict)
    assert isinstance(new, str)
    assert await live_leaves(couch, DATABASE, "a") == []
    assert (await couch.get(DATABASE, "b"))["_rev"] == found["b"]["_rev"]


async def test_a_change_leaves_the_others_alone(couch: CouchStore) -> None:
    _, others = await with_leaves(couch)
    found = await couch.get(DATABASE, "a")
    changed = await couch.put(DATABASE, {**found, "n": 4})
    assert await couch.get(DATABASE, "a") == {**found, "_rev": changed, "n": 4}
    assert sorted(found["_conflicts"]) == sorted(others)
