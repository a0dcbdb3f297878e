"""What every store promises of many documents at once, of databases, and of local documents."""

import asyncio
import secrets

import pytest

from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentRefused,
    MissingDatabase,
    Refusal,
    RevisionConflict,
)
from faxbox_service.stores.values import NOW

NOWHERE = account_database("0" * 32)
ODD_IDS = ["a/b", "é", "a b", "..", "%2F", "?x", '"', "\U0001f4e0"]


def document(document_id: str, **fields: Json) -> Document:
    return {"_id": document_id, **fields}


class TestManyDocuments:
    async def test_those_that_exist_are_read(self, store: Store, database: str) -> None:
        revision = await store.put(database, document("a", n=1))
        gone = await store.put(database, document("b"))
        await store.delete(database, "b", gone)
        found = await store.get_many(database, ["a", "b", "c", "_design/faxbox", "", "a"])
        assert found == {"a": {"_id": "a", "_rev": revision, "n": 1}}

    async def test_none_are_read_without_asking(self, store: Store, database: str) -> None:
        before = store.round_trips
        assert await store.get_many(database, []) == {}
        assert await store.put_many(database, []) == []
        assert store.round_trips == before

    async def test_each_write_is_judged_by_itself(self, store: Store, database: str) -> None:
        first = await store.put(database, document("a"))
        doomed = await store.put(database, document("b"))
        stale = await store.put(database, document("c"))
        current = await store.put(database, document("c", _rev=stale))
        vanished = await store.put(database, document("d"))
        await store.delete(database, "d", vanished)
        created, stale_too, vanished_too, changed, deleted = await store.put_many(
            database,
            [
                document("new", n=1),
                document("c", _rev=stale, n=3),
                document("d", _rev=vanished, n=4),
                document("a", _rev=first, n=2),
                document("b", _rev=doomed, _deleted=True),
            ],
        )
        assert all(isinstance(outcome, RevisionConflict) for outcome in (stale_too, vanished_too))
        assert isinstance(deleted, str)
        assert await store.get_many(database, ["new", "a", "b", "c", "d"]) == {
            "new": {"_id": "new", "_rev": created, "n": 1},
            "a": {"_id": "a", "_rev": changed, "n": 2},
            "c": {"_id": "c", "_rev": current},
        }

    async def test_what_exists_is_not_created_again(self, store: Store, database: str) -> None:
        await store.put(database, document("a", n=1))
        [outcome] = await store.put_many(database, [document("a", n=2)])
        assert isinstance(outcome, RevisionConflict)
        assert (await store.get(database, "a"))["n"] == 1

    async def test_one_call_is_one_round_trip(self, store: Store, database: str) -> None:
        before = store.round_trips
        await store.put_many(database, [document(id) for id in "abc"])
        await store.get_many(database, "abc")
        assert store.round_trips == before + 2

    async def test_of_many_writers_at_once_one_wins(self, store: Store, database: str) -> None:
        results = await asyncio.gather(
            *(store.put_many(database, [document("a", n=n)]) for n in range(8))
        )
        assert sum(isinstance(outcome, str) for [outcome] in results) == 1

    async def test_odd_ids(self, store: Store, database: str) -> None:
        outcomes = await store.put_many(database, [document(id) for id in ODD_IDS])
        assert all(isinstance(outcome, str) for outcome in outcomes)
        assert set(await store.get_many(database, ODD_IDS)) == set(ODD_IDS)

    async def test_special_ids_cannot_be_written(self, store: Store, database: str) -> None:
        written, refused = await store.put_many(database, [document("a"), document("_design/x")])
        assert isinstance(written, str)
        assert isinstance(refused, DocumentRefused)
        assert (refused.why, refused.document_id) == (Refusal.INVALID, "_design/x")

    async def test_a_missing_database(self, store: Store) -> None:
        with pytest.raises(MissingDatabase):
            await store.get_many(NOWHERE, ["a"])
        with pytest.raises(MissingDatabase):
            await store.put_many(NOWHERE, [document("a")])
        with pytest.raises(MissingDatabase):
            await store.documents(NOWHERE, limit=1)


class TestAllDocuments:
    async def test_they_come_in_order_page_by_page(self, store: Store, database: str) -> None:
        ids = ["B", "a", "aa", "b", "z", "é"]
        await store.put_many(database, [document(id) for id in reversed(ids)])
        found: list[str] = []
        while page := await store.documents(database, after=found[-1] if found else "", limit=2):
            assert len(page) <= 2
            found += [row["_id"] for row in page]
        assert found == ids

    async def test_only_those_of_a_prefix(self, store: Store, database: str) -> None:
        await store.put_many(
            database, [document(id) for id in ("a", "x-", "x-1", "x-2", "x.", "y")]
        )
        found = await store.documents(database, prefix="x-", limit=9)
        assert [row["_id"] for row in found] == ["x-", "x-1", "x-2"]
        [behind] = await store.documents(database, prefix="x-", after="x-1", limit=9)
        assert behind["_id"] == "x-2"

    async def test_deleted_ones_are_none_of_them(self, store: Store, database: str) -> None:
        await store.delete(database, "a", await store.put(database, document("a")))
        assert await store.documents(database, limit=9) == []


class TestAllDatabases:
    @pytest.mark.pouchdb_fault("leaves out the slashes in names of databases")
    async def test_they_come_in_order_page_by_page(self, store: Store) -> None:
        start = secrets.token_hex(15)
        names = [account_database(start + end) for end in ("01", "02", "03")]
        for name in reversed(names):
            await store.create_database(name)
        prefix = names[0][:-2]
        assert await store.databases(prefix, limit=2) == names[:2]
        assert await store.databases(prefix, after=names[1], limit=2) == names[2:]
        for name in names:
            await store.delete_database(name)
        assert await store.databases(prefix, limit=2) == []


async def updates_until(store: Store, database: str, since: str) -> str:
    """The sequence after an update of the database was reported."""
    for _ in range(20):
        found = await store.database_updates(since, wait=1)
        since = found.last_sequence
        if database in found.databases:
            return since
    raise AssertionError(f"no update of {database}")


class TestDatabaseUpdates:
    @pytest.fixture(autouse=True)
    async def _needs_a_record(self, store: Store) -> None:
        try:
            await store.database_updates(NOW)
        except MissingDatabase:
            pytest.skip("this server has no _global_changes")

    async def test_writes_are_told(self, store: Store, database: str) -> None:
        since = (await store.database_updates(NOW)).last_sequence
        await store.put(database, document("a"))
        since = await updates_until(store, database, since)
        await store.put(database, document("b"))
        await updates_until(store, database, since)

    async def test_what_ever_changed(self, store: Store, database: str) -> None:
        await store.put(database, document("a"))
        await updates_until(store, database, "0")

    async def test_deletion_is_told(self, store: Store) -> None:
        name = account_database(secrets.token_hex(16))
        await store.create_database(name)
        since = (await store.database_updates(NOW)).last_sequence
        await store.delete_database(name)
        await updates_until(store, name, since)


class TestLocalDocuments:
    async def test_the_last_writer_wins(self, store: Store, database: str) -> None:
        assert await store.get_local(database, "checkpoint") is None
        for n in range(3):
            await store.put_local(database, "checkpoint", {"n": n})
            assert await store.get_local(database, "checkpoint") == {"n": n}

    async def test_they_are_no_documents(self, store: Store, database: str) -> None:
        since = (await store.changes(database, NOW)).last_sequence
        await store.put_local(database, "checkpoint", {"n": 1})
        assert (await store.changes(database, since)).changes == []
        assert await store.documents(database, limit=9) == []

    async def test_they_go_with_their_database(self, store: Store, database: str) -> None:
        await store.put_local(database, "checkpoint", {"n": 1})
        await store.delete_database(database)
        await store.create_database(database)
        assert await store.get_local(database, "checkpoint") is None

    async def test_a_missing_database(self, store: Store) -> None:
        with pytest.raises(MissingDatabase):
            await store.get_local(NOWHERE, "checkpoint")
        with pytest.raises(MissingDatabase):
            await store.put_local(NOWHERE, "checkpoint", {})
