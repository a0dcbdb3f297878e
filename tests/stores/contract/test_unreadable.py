"""Documents that are there and cannot be read: named, and passed over."""

import pytest

from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentRefused, Refusal
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import View, ViewRange
from tests.rivals import put_unreadable

LISTING = View("faxbox", "crossbar_listing")


@pytest.fixture(autouse=True)
async def documents(store: Store, database: str, is_pouchdb: bool) -> None:
    """Five boxes; the second and the fourth are unreadable."""
    if is_pouchdb and not isinstance(store, SqliteStore):
        pytest.skip("PouchDB's server cannot store what nests deeply")
    for document_id in "ace":
        await store.put(database, {"_id": document_id, "pvt_type": "faxbox"})
    for document_id in "bd":
        await put_unreadable(store, database, {"_id": document_id, "pvt_type": "faxbox"})


async def test_one_is_refused(store: Store, database: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        await store.get(database, "b")
    assert (refused.value.why, refused.value.database) == (Refusal.UNREADABLE, database)
    assert refused.value.document_id == "b"


async def test_among_many_it_is_named(store: Store, database: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        await store.get_many(database, "acbde")
    assert (refused.value.why, refused.value.document_id) == (Refusal.UNREADABLE, "b")
    assert set(await store.get_many(database, "ace")) == {"a", "c", "e"}


async def test_it_ends_a_page_and_can_be_passed_over(store: Store, database: str) -> None:
    found: list[str] = []
    unreadable: list[str] = []
    after = ""
    while True:
        try:
            page = await store.documents(database, after=after, limit=9)
        except DocumentRefused as error:
            unreadable.append(after := error.document_id)
            continue
        if not page:
            break
        found += [document["_id"] for document in page]
        after = found[-1]
    assert (found, unreadable) == (["a", "c", "e"], ["b", "d"])


async def test_changes_tell_which_it_is(store: Store, database: str) -> None:
    changes = (await store.changes(database, None, include_docs=True)).changes
    reported = {change.id: change for change in changes if not change.id.startswith("_")}
    assert set(reported) == set("abcde")
    for document_id, change in reported.items():
        is_readable = document_id in "ace"
        assert (change.document is not None) == is_readable
        assert (change.error is None) == is_readable
        assert not change.is_deleted
    error = reported["b"].error
    assert error is not None
    assert (error.why, error.document_id) == (Refusal.UNREADABLE, "b")


async def test_a_view_shows_the_others(store: Store, database: str) -> None:
    if isinstance(store, SqliteStore):
        pytest.skip("rows are decoded when they are looked at")
    rows = await store.view(database, LISTING, ViewRange(include_docs=True))
    assert [row.id for row in rows if row.document is not None] == ["a", "c", "e"]
    assert all(row.revision is None for row in rows if row.document is None)


async def test_it_can_be_opened_again(store: Store, database: str) -> None:
    await store.close()
    await store.open()
    assert (await store.get(database, "a"))["_id"] == "a"
