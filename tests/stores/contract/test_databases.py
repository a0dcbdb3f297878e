"""What every store promises of opening, closing, and of databases."""

import asyncio
import secrets

import pytest

from faxbox_service.documents.names import account_database
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
    MissingDatabase,
    StoreUnavailable,
)
from faxbox_service.stores.values import (
    View,
    ViewRange,
)
from tests.stores.contract.samples import (
    LISTING,
    MISSING_REVISION,
    assert_gone,
    box,
    create_again,
    ids_of,
)

BY_ADDRESS = View("faxbox", "email_address")


class TestOpening:
    async def test_open_tells_kind_and_version(self, closed_store: Store) -> None:
        version = await closed_store.open()
        await closed_store.close()

        assert version.kind in ("sqlite", "couchdb")
        assert version.version[0].isdigit()

    async def test_close_may_be_called_twice(self, closed_store: Store) -> None:
        await closed_store.open()
        await closed_store.close()
        await closed_store.close()

    async def test_close_without_open_does_nothing(self, closed_store: Store) -> None:
        await closed_store.close()

    async def test_a_closed_store_is_unavailable(self, closed_store: Store) -> None:
        await closed_store.open()
        await closed_store.close()

        with pytest.raises(StoreUnavailable):
            await closed_store.get("faxes", "a")
        with pytest.raises(StoreUnavailable):
            await closed_store.put("faxes", {"_id": "a"})
        with pytest.raises(StoreUnavailable):
            await closed_store.view("faxes", BY_ADDRESS, ViewRange())

    async def test_close_finishes_the_writes_under_way(
        self, closed_store: Store, store: Store, database: str
    ) -> None:
        writes = [asyncio.ensure_future(store.put(database, {"_id": str(n)})) for n in range(20)]
        await asyncio.sleep(0)
        await store.close()
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        await store.open()

        for n, outcome in enumerate(outcomes):
            if isinstance(outcome, str):
                assert (await store.get(database, str(n)))["_rev"] == outcome


class TestDatabases:
    async def test_creating_says_whether_it_was_new(self, store: Store) -> None:
        name = account_database(secrets.token_hex(16))
        assert await store.create_database(name) is True
        assert await store.create_database(name) is False
        await store.delete_database(name)
        await assert_gone(store, name)
        assert await store.create_database(name) is True
        await store.delete_database(name)

    async def test_creating_keeps_the_documents(self, store: Store, database: str) -> None:
        await store.put(database, {"_id": "a"})
        await store.create_database(database)
        assert (await store.get(database, "a"))["_id"] == "a"

    async def test_a_created_database_has_its_views(self, store: Store, database: str) -> None:
        assert await store.view(database, LISTING, ViewRange()) == []

    async def test_deleting_removes_every_document(self, store: Store, database: str) -> None:
        attachment = {"content_type": "text/plain", "data": "eA=="}
        await store.put(database, box("a", _attachments={"x": attachment}))
        await store.delete_database(database)
        await assert_gone(store, database)
        await create_again(store, database)
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "x")
        assert await ids_of(store, database) == ""
        await store.put(database, box("a"))

    async def test_databases_do_not_share_documents(self, store: Store, database: str) -> None:
        other = account_database(secrets.token_hex(16))
        await store.create_database(other)
        await store.put(database, box("a", here=1))
        await store.put(other, box("a", here=2))
        await store.put(other, box("b"))

        assert (await store.get(database, "a"))["here"] == 1
        assert await ids_of(store, database) == "a"
        await store.delete_database(other)
        assert (await store.get(database, "a"))["here"] == 1

    @pytest.mark.pouchdb_fault("is glad to delete a database that is not there")
    async def test_a_missing_database_is_told_from_a_missing_document(self, store: Store) -> None:
        name = account_database(secrets.token_hex(16))
        with pytest.raises(MissingDatabase):
            await store.delete_database(name)
        with pytest.raises(MissingDatabase):
            await store.get(name, "a")
        with pytest.raises(MissingDatabase):
            await store.put(name, {"_id": "a"})
        with pytest.raises(MissingDatabase):
            await store.delete(name, "a", MISSING_REVISION)
        with pytest.raises(MissingDatabase):
            await store.get_attachment(name, "a", "x")
        with pytest.raises(MissingDatabase):
            await store.view(name, LISTING, ViewRange())
