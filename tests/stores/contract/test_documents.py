"""What every store promises of reading, writing and deleting documents."""

import asyncio

import pytest

from faxbox_service.documents.types import Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    RevisionConflict,
)
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import (
    ViewRange,
)
from tests.stores.contract.samples import LISTING, MISSING_REVISION, ODD_IDS, box, ids_of

ODD_VALUES: list[Json] = [
    *(None, True, False, 0, -1, 2**53 - 1, 0.1, 1e300, -1.5),
    *("", "\x00", "é", "e\u0301", "\U0001f4e0", "\u2028", '"', "\\", "</script>", "a" * 100_000),
    *([], {}, [[]], [{}], {"": ""}, {"\x00": 1}, {"_id": "x", "_rev": "y", "_z": 1}, [None, [1]]),
]

BIG_INTEGERS: list[Json] = [
    pytest.param(n, marks=pytest.mark.pouchdb_fault("knows no integers beyond 53 bits"))
    for n in (2**53 + 1, 2**63, 2**64, 2**70, -(2**70))
]


class TestReading:
    @pytest.mark.pouchdb_fault("puts _id and _rev last")
    async def test_a_document_comes_back_with_id_and_revision(
        self, store: Store, database: str
    ) -> None:
        revision = await store.put(database, {"_id": "a", "name": "x", "pvt_type": "faxbox"})
        document = await store.get(database, "a")
        assert document == {"_id": "a", "_rev": revision, "name": "x", "pvt_type": "faxbox"}
        assert list(document)[:2] == ["_id", "_rev"]

    async def test_an_unknown_document_is_not_found(self, store: Store, database: str) -> None:
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")

    async def test_a_soft_deleted_document_is_found(self, store: Store, database: str) -> None:
        await store.put(database, box("a", pvt_deleted=True))
        assert (await store.get(database, "a"))["pvt_deleted"] is True

    @pytest.mark.parametrize(
        "document_id",
        ["_all_docs", "_design/faxbox", "_local/a", "_", "_changes", "_security", "", "_all_docs?"],
    )
    async def test_special_ids_name_no_document(
        self, store: Store, database: str, document_id: str
    ) -> None:
        with pytest.raises(DocumentNotFound):
            await store.get(database, document_id)

    @pytest.mark.parametrize("document_id", ODD_IDS)
    async def test_no_id_escapes_its_document(
        self, store: Store, database: str, document_id: str
    ) -> None:
        with pytest.raises(DocumentNotFound):
            await store.get(database, document_id)
        first = await store.put(database, box(document_id))
        assert (await store.get(database, document_id))["_id"] == document_id
        rows = await store.view(database, LISTING, ViewRange(key=document_id))
        assert [row.id for row in rows] == [document_id]

        second = await store.put(database, box(document_id, _rev=first, edited=True))
        assert (await store.get(database, document_id))["edited"] is True
        await store.delete(database, document_id, second)
        with pytest.raises(DocumentNotFound):
            await store.get(database, document_id)

    async def test_odd_ids_are_all_different(self, store: Store, database: str) -> None:
        for document_id in ODD_IDS:
            await store.put(database, {"_id": document_id, "mine": document_id})
        for document_id in ODD_IDS:
            assert (await store.get(database, document_id))["mine"] == document_id

    @pytest.mark.parametrize(
        "value", ODD_VALUES + BIG_INTEGERS, ids=lambda value: ascii(value)[:30]
    )
    async def test_values_come_back_exactly(self, store: Store, database: str, value: Json) -> None:
        await store.put(database, {"_id": "a", "value": value, "deep": {"list": [value]}})
        document = await store.get(database, "a")
        assert document["value"] == value
        assert type(document["value"]) is type(value)
        assert document["deep"] == {"list": [value]}

    @pytest.mark.pouchdb_fault("puts _id and _rev last")
    async def test_members_keep_their_order(self, store: Store, database: str) -> None:
        await store.put(database, {"_id": "a", "z": 1, "b": {"y": 1, "a": 2}, "m": 3})
        document = await store.get(database, "a")
        assert list(document) == ["_id", "_rev", "z", "b", "m"]
        assert list(document["b"]) == ["y", "a"]


class TestWriting:
    async def test_revisions_count_the_edits(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a"})
        second = await store.put(database, {"_id": "a", "_rev": first, "x": 1})
        assert first.startswith("1-")
        assert second.startswith("2-")
        assert len(first) == len(second) == 34
        assert (await store.get(database, "a"))["_rev"] == second

    async def test_a_write_replaces_the_whole_document(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a", "x": 1})
        await store.put(database, {"_id": "a", "_rev": first, "y": 2})
        assert "x" not in await store.get(database, "a")

    async def test_the_argument_is_not_changed(self, store: Store, database: str) -> None:
        document = {
            "_id": "a",
            "x": {"y": [1]},
            "_attachments": {"t": {"content_type": "text/plain", "data": "eA=="}},
        }
        before = repr(document)
        await store.put(database, document)
        assert repr(document) == before

    async def test_without_a_revision_the_document_must_not_exist(
        self, store: Store, database: str
    ) -> None:
        await store.put(database, {"_id": "a", "x": 1})
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "x": 2})
        assert (await store.get(database, "a"))["x"] == 1

    async def test_a_revision_that_is_no_longer_current_conflicts(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a"})
        await store.put(database, {"_id": "a", "_rev": first, "x": 1})
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "_rev": first, "x": 2})
        assert (await store.get(database, "a"))["x"] == 1

    async def test_a_revision_of_a_document_that_never_was_conflicts(
        self, store: Store, database: str
    ) -> None:
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "_rev": MISSING_REVISION})

    async def test_a_revision_of_a_document_that_vanished_conflicts(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a"})
        await store.delete(database, "a", first)
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "_rev": first})

    async def test_of_many_writers_of_one_revision_one_wins(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a"})
        outcomes = await asyncio.gather(
            *(store.put(database, {"_id": "a", "_rev": first, "n": n}) for n in range(20)),
            return_exceptions=True,
        )
        winners = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, str)]
        assert len(winners) == 1
        assert all(isinstance(o, str | RevisionConflict) for o in outcomes)
        document = await store.get(database, "a")
        assert document["n"] == winners[0]
        assert document["_rev"] == outcomes[winners[0]]

    async def test_of_many_creators_of_one_id_one_wins(self, store: Store, database: str) -> None:
        outcomes = await asyncio.gather(
            *(store.put(database, {"_id": "a", "n": n}) for n in range(20)), return_exceptions=True
        )
        assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, RevisionConflict) for outcome in outcomes) == 19

    async def test_a_caller_that_gives_up_harms_nobody(self, store: Store, database: str) -> None:
        given_up = [asyncio.ensure_future(store.put(database, box(f"x{n}"))) for n in range(5)]
        others = [asyncio.ensure_future(store.put(database, box(f"y{n}"))) for n in range(5)]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)

        for n, revision in enumerate(await asyncio.gather(*others)):
            assert (await store.get(database, f"y{n}"))["_rev"] == revision
        await store.put(database, box("later"))

    @pytest.mark.parametrize("document_id", ["", "_x", "_design/x", "_local/x"])
    async def test_special_ids_cannot_be_written(
        self, store: Store, database: str, document_id: str
    ) -> None:
        with pytest.raises(DocumentRefused):
            await store.put(database, {"_id": document_id})

    async def test_unknown_special_members_are_refused(self, store: Store, database: str) -> None:
        with pytest.raises(DocumentRefused):
            await store.put(database, {"_id": "a", "_unknown": 1})
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")

    async def test_every_call_is_counted(self, store: Store, database: str) -> None:
        before = store.round_trips
        revision = await store.put(database, {"_id": "a"})
        await store.get(database, "a")
        assert store.round_trips - before == 2
        await store.delete(database, "a", revision)
        # Where a document may have several leaves, they are asked for first.
        assert store.round_trips - before == (3 if isinstance(store, SqliteStore) else 4)


class TestDeleting:
    async def test_a_deleted_document_is_not_found(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a"})
        tombstone = await store.delete(database, "a", first)
        assert tombstone.startswith("2-")
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")

    async def test_a_stale_revision_conflicts(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a"})
        await store.put(database, {"_id": "a", "_rev": first})
        with pytest.raises(RevisionConflict):
            await store.delete(database, "a", first)
        await store.get(database, "a")

    async def test_what_does_not_exist_cannot_be_deleted(self, store: Store, database: str) -> None:
        with pytest.raises(DocumentNotFound):
            await store.delete(database, "a", MISSING_REVISION)
        with pytest.raises(DocumentNotFound):
            await store.delete(database, "_design/faxbox", MISSING_REVISION)

    async def test_what_is_deleted_cannot_be_deleted(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a"})
        tombstone = await store.delete(database, "a", first)
        for revision in (first, tombstone):
            with pytest.raises(DocumentNotFound):
                await store.delete(database, "a", revision)

    async def test_a_deleted_document_can_be_created_again(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a", "x": 1})
        await store.delete(database, "a", first)
        third = await store.put(database, {"_id": "a", "y": 2})
        assert third.startswith("3-")
        assert await store.get(database, "a") == {"_id": "a", "_rev": third, "y": 2}

    @pytest.mark.pouchdb_fault("lets a tombstone be edited")
    async def test_a_tombstone_is_no_revision_to_edit(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a"})
        tombstone = await store.delete(database, "a", first)
        for document in ({"x": 1}, {"_deleted": True}):
            with pytest.raises(RevisionConflict):
                await store.put(database, {"_id": "a", "_rev": tombstone, **document})
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "_deleted": True})

    async def test_a_document_marked_deleted_becomes_a_tombstone(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, box("a"))
        await store.put(database, {"_id": "a", "_rev": first, "_deleted": True})
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")
        assert await ids_of(store, database) == ""

    async def test_a_document_may_begin_as_a_tombstone(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a", "_deleted": True})
        assert first.startswith("1-")
        with pytest.raises(DocumentNotFound):
            await store.get(database, "a")
        assert (await store.put(database, {"_id": "a"})).startswith("2-")

    async def test_of_many_deleters_of_one_revision_one_wins(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a"})
        outcomes = await asyncio.gather(
            *(store.delete(database, "a", first) for _ in range(10)), return_exceptions=True
        )
        assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
        assert all(isinstance(o, str | RevisionConflict | DocumentNotFound) for o in outcomes)
