"""What every store promises of the changes feed of a database."""

import asyncio
import secrets

import pytest

from faxbox_service.documents.names import account_database
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    MissingDatabase,
    StoreUnavailable,
)
from faxbox_service.stores.values import (
    NOW,
    Change,
)
from tests.stores.contract.samples import box, create_again


class TestChanges:
    async def test_every_document_comes_once_at_its_latest_change(
        self, store: Store, database: str
    ) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        first = await store.put(database, box("a"))
        await store.put(database, box("b"))
        second = await store.put(database, box("a", _rev=first, x=1))
        found = await store.changes(database, start)
        by_id = {change.id: change for change in found.changes}
        assert len(by_id) == len(found.changes) == 2
        assert by_id["a"] == Change("a", second, False)
        assert (await store.changes(database, found.last_sequence)).changes == []

    async def test_deletions_are_changes(self, store: Store, database: str) -> None:
        first = await store.put(database, box("a"))
        start = (await store.changes(database, NOW)).last_sequence
        tombstone = await store.delete(database, "a", first)
        found = await store.changes(database, start, include_docs=True)
        assert found.changes == [Change("a", tombstone, True)]

    async def test_everything_since_the_beginning(self, store: Store, database: str) -> None:
        for document_id in "abc":
            await store.put(database, box(document_id))
        found = await store.changes(database, None)
        ids = {change.id for change in found.changes if not change.id.startswith("_design/")}
        assert ids == {"a", "b", "c"}

    async def test_documents_come_along_when_asked_for(self, store: Store, database: str) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        await store.put(database, box("a", big=2**70))
        found = await store.changes(database, start, include_docs=True)
        assert found.changes[0].document == await store.get(database, "a")
        found = await store.changes(database, start)
        assert found.changes[0].document is None

    async def test_a_limit_and_where_to_go_on(self, store: Store, database: str) -> None:
        since = (await store.changes(database, NOW)).last_sequence
        for document_id in "abcde":
            await store.put(database, box(document_id))
        seen = []
        while (found := await store.changes(database, since, limit=2)).changes:
            assert len(found.changes) <= 2
            seen += [change.id for change in found.changes]
            since = found.last_sequence
        assert sorted(seen) == list("abcde")

    async def test_waiting_ends_with_a_change(self, store: Store, database: str) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        waiting = asyncio.ensure_future(store.changes(database, start, wait=20))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await store.put(database, box("a"))
        found = await asyncio.wait_for(waiting, 5)
        assert [change.id for change in found.changes] == ["a"]

    @pytest.mark.pouchdb_fault("waits for ever")
    async def test_waiting_ends_without_a_change(self, store: Store, database: str) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        found = await asyncio.wait_for(store.changes(database, start, wait=0.3), 5)
        assert found.changes == []
        await store.put(database, box("a"))
        assert len((await store.changes(database, found.last_sequence)).changes) == 1

    async def test_closing_ends_the_wait(self, store: Store, database: str) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        waiting = asyncio.ensure_future(store.changes(database, start, wait=30))
        await asyncio.sleep(0.3)
        await asyncio.wait_for(store.close(), 5)
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(waiting, 5)
        await store.open()

    async def test_a_wait_can_be_cancelled(self, store: Store, database: str) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        waiting = asyncio.ensure_future(store.changes(database, start, wait=30))
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await store.changes(database, start)).changes == []

    async def test_a_database_that_is_not_there(self, store: Store) -> None:
        with pytest.raises(MissingDatabase):
            await store.changes(account_database(secrets.token_hex(16)), None)

    @pytest.mark.pouchdb_fault("knows no database but by its name")
    async def test_a_sequence_of_a_database_created_again_is_its_beginning(
        self, store: Store, database: str
    ) -> None:
        for document_id in "abc":
            await store.put(database, box(document_id))
        since = (await store.changes(database, None)).last_sequence
        await store.delete_database(database)
        await create_again(store, database)
        await store.put(database, box("x"))
        found = await store.changes(database, since)
        assert "x" in {change.id for change in found.changes}

    @pytest.mark.pouchdb_fault("waits for ever")
    async def test_waiting_ends_when_the_database_is_deleted(
        self, store: Store, database: str
    ) -> None:
        start = (await store.changes(database, NOW)).last_sequence
        waiting = asyncio.ensure_future(store.changes(database, start, wait=20))
        await asyncio.sleep(0.3)
        await store.delete_database(database)
        try:
            since = (await asyncio.wait_for(waiting, 5)).last_sequence
        except MissingDatabase:
            return
        with pytest.raises(MissingDatabase):
            await store.changes(database, since)

    @pytest.mark.pouchdb_fault("begins anew")
    async def test_what_is_not_a_sequence_is_refused(self, store: Store, database: str) -> None:
        with pytest.raises(ValueError):
            await store.changes(database, "not a sequence")
