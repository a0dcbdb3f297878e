"""What every store promises: the sentences of `stores/base.py`, one test or more for each."""

import asyncio
import base64
import secrets
from contextlib import suppress
from typing import Any

import pytest

from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    MissingView,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import (
    NOW,
    UNSET,
    Attachment,
    Change,
    TruncatedRows,
    View,
    ViewRange,
    ViewRow,
)

LISTING = View("faxbox", "crossbar_listing")
BY_ADDRESS = View("faxbox", "email_address")

ODD_IDS = [
    *("..", ".", "../x", "a/b", "/", "//", "%2F", "%", "%zz", "+", " ", "a b", "a_"),
    *("é", "e\u0301", "é_", "\U0001f4e0", "?x=1", "?rev=1-0", "#", '"', "'", "\\", "\n", "\x7f"),
    *("\x00", "a\x00b", "null", "{}", ";--", "a" * 200),
]

ODD_VALUES: list[Json] = [
    *(None, True, False, 0, -1, 2**53 - 1, 0.1, 1e300, -1.5),
    *("", "\x00", "é", "e\u0301", "\U0001f4e0", "\u2028", '"', "\\", "</script>", "a" * 100_000),
    *([], {}, [[]], [{}], {"": ""}, {"\x00": 1}, {"_id": "x", "_rev": "y", "_z": 1}, [None, [1]]),
]

BIG_INTEGERS: list[Json] = [
    pytest.param(n, marks=pytest.mark.pouchdb_fault("knows no integers beyond 53 bits"))
    for n in (2**53 + 1, 2**63, 2**64, 2**70, -(2**70))
]

MISSING_REVISION = "1-" + "0" * 32


def box(document_id: str, **fields: Json) -> Document:
    """A document that the views of faxboxes show."""
    return {"_id": document_id, "pvt_type": "faxbox", "name": document_id, **fields}


async def fill(store: Store, database: str, ids: str) -> None:
    """Put one box for each letter."""
    for document_id in ids:
        await store.put(database, box(document_id))


async def assert_gone(store: Store, database: str) -> None:
    """Nothing can be read in it; CouchDB still looks for its shards for a moment."""
    for _ in range(20):
        with suppress(StoreUnavailable):
            with pytest.raises(MissingDatabase):
                await store.get(database, "a")
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{database} does not go")


async def create_again(store: Store, database: str) -> None:
    """Create what was just deleted: CouchDB goes on removing shards after it has answered."""
    for _ in range(20):
        if not isinstance(store, SqliteStore):
            await asyncio.sleep(1)
        with suppress(StoreUnavailable, MissingDatabase):
            await store.create_database(database)
            await store.view(database, LISTING, ViewRange())
            return
    raise AssertionError(f"{database} cannot be created again")


async def ids_of(store: Store, database: str, **wanted: Any) -> str:
    """The ids in the listing, letter by letter."""
    rows = await store.view(database, LISTING, ViewRange(**wanted))
    return "".join(row.id for row in rows)


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


def inline(data: bytes, content_type: str = "application/pdf") -> dict[str, str]:
    return {"content_type": content_type, "data": base64.b64encode(data).decode()}


class TestAttachments:
    @pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)), b"\x00" * 100_000])
    async def test_bytes_come_back(self, store: Store, database: str, data: bytes) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"fax.pdf": inline(data)}})
        found = await store.get_attachment(database, "a", "fax.pdf")
        assert found == Attachment("application/pdf", data)

    async def test_documents_show_stubs(self, store: Store, database: str) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"fax.pdf": inline(b"%PDF")}})
        stub = (await store.get(database, "a"))["_attachments"]["fax.pdf"]
        assert stub["digest"].startswith("md5-")
        assert (stub["content_type"], stub["length"]) == ("application/pdf", 4)
        assert (stub["stub"], stub["revpos"]) == (True, 1)
        assert "data" not in stub

    async def test_an_edit_with_the_stubs_keeps_the_attachments(
        self, store: Store, database: str
    ) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        document = await store.get(database, "a")
        stub = document["_attachments"]["1"]
        document["_attachments"]["2"] = inline(b"2")
        await store.put(database, document)

        after = (await store.get(database, "a"))["_attachments"]
        assert after["1"] == stub
        assert after["2"]["revpos"] == 2
        assert (await store.get_attachment(database, "a", "1")).data == b"1"
        assert (await store.get_attachment(database, "a", "2")).data == b"2"

    async def test_an_edit_replaces_an_attachment_given_again(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        new = {"1": inline(b"22", "text/plain")}
        await store.put(database, {"_id": "a", "_rev": first, "_attachments": new})
        assert await store.get_attachment(database, "a", "1") == Attachment("text/plain", b"22")

    async def test_an_edit_without_the_stubs_drops_the_attachments(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        await store.put(database, {"_id": "a", "_rev": first})
        assert "_attachments" not in await store.get(database, "a")
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")

    async def test_a_deleted_document_has_none(self, store: Store, database: str) -> None:
        first = await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        await store.delete(database, "a", first)
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")
        await store.put(database, {"_id": "a"})
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, "a", "1")

    @pytest.mark.parametrize("name", ["..", "a/b", "%2F", "é", " ", "+", "?x=1", '"', "#"])
    async def test_no_name_escapes_its_attachment(
        self, store: Store, database: str, name: str
    ) -> None:
        await store.put(database, {"_id": "a/b", "_attachments": {name: inline(b"1")}})
        assert (await store.get_attachment(database, "a/b", name)).data == b"1"

    @pytest.mark.parametrize(("document_id", "name"), [("a", "2"), ("b", "1"), ("_x", "1")])
    async def test_what_is_not_there_is_not_found(
        self, store: Store, database: str, document_id: str, name: str
    ) -> None:
        await store.put(database, {"_id": "a", "_attachments": {"1": inline(b"1")}})
        with pytest.raises(DocumentNotFound):
            await store.get_attachment(database, document_id, name)


class TestViews:
    async def test_rows_have_id_key_and_value(self, store: Store, database: str) -> None:
        await store.put(database, box("a", name="Sales", pvt_created=63900000000))
        [row] = await store.view(database, LISTING, ViewRange())
        assert (row.id, row.key, row.document) == ("a", "a", None)
        assert row.value["name"] == "Sales"

    @pytest.mark.parametrize("descending", [False, True])
    async def test_a_bounded_view_ends_early_and_says_so(
        self, store: Store, database: str, descending: bool
    ) -> None:
        ids = [f"{n:03}" for n in range(40)]
        await asyncio.gather(*(store.put(database, box(i, note="x" * 5000)) for i in ids))
        expected = ids[::-1] if descending else ids
        seen: list[str] = []
        start: Any = UNSET
        while True:
            wanted = ViewRange(
                start_key=start,
                descending=descending,
                limit=31,
                include_docs=True,
                most_bytes=60_000,
            )
            rows = await store.view(database, LISTING, wanted)
            assert len(rows) >= 2 or not isinstance(rows, TruncatedRows)
            assert sum(len(str(row.document)) for row in rows[:-8]) <= 60_000
            seen += [row.id for row in rows]
            if not isinstance(rows, TruncatedRows):
                break
            seen.pop()
            start = rows[-1].key
        assert seen == expected[: len(seen)]
        assert len(seen) == 40

    async def test_a_view_within_its_bound_is_whole(self, store: Store, database: str) -> None:
        for document_id in "abc":
            await store.put(database, box(document_id))
        for limit in (1, 2, 3, 4, 100):
            wanted = ViewRange(limit=limit, include_docs=True, most_bytes=10_000)
            rows = await store.view(database, LISTING, wanted)
            assert [row.id for row in rows] == list("abc")[:limit]
            assert not isinstance(rows, TruncatedRows)

    async def test_two_documents_come_however_long_they_are(
        self, store: Store, database: str
    ) -> None:
        for document_id in "abc":
            await store.put(database, box(document_id, note="x" * 3000))
        wanted = ViewRange(limit=2, include_docs=True, most_bytes=10)
        assert [row.id for row in await store.view(database, LISTING, wanted)] == ["a", "b"]

    async def test_rows_carry_the_current_document_when_asked(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, box("a", big=2**70))
        await store.put(database, box("a", _rev=first, _attachments={"x": inline(b"1")}, é="\x00"))
        await store.put(database, box("b"))
        rows = await store.view(database, LISTING, ViewRange(include_docs=True))
        assert [row.document for row in rows] == [
            await store.get(database, "a"),
            await store.get(database, "b"),
        ]

    async def test_a_view_follows_every_acknowledged_write(
        self, store: Store, database: str
    ) -> None:
        first = await store.put(database, box("a"))
        assert await ids_of(store, database) == "a"
        await fill(store, database, "b")
        assert await ids_of(store, database) == "ab"
        second = await store.put(database, box("a", _rev=first, pvt_deleted=True))
        assert await ids_of(store, database) == "b"
        third = await store.put(database, box("a", _rev=second))
        assert await ids_of(store, database) == "ab"
        await store.delete(database, "a", third)
        assert await ids_of(store, database) == "b"
        await fill(store, database, "a")
        assert await ids_of(store, database) == "ab"

    async def test_an_edit_changes_the_value(self, store: Store, database: str) -> None:
        first = await store.put(database, box("a", name="old"))
        await store.put(database, box("a", _rev=first, name="new"))
        [row] = await store.view(database, LISTING, ViewRange())
        assert row.value["name"] == "new"

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ({}, "abcde"),
            ({"descending": True}, "edcba"),
            ({"key": "c"}, "c"),
            ({"key": "x"}, ""),
            ({"key": None}, ""),
            ({"start_key": "c"}, "cde"),
            ({"end_key": "c"}, "abc"),
            ({"start_key": "b", "end_key": "d"}, "bcd"),
            ({"start_key": "bb", "end_key": "dd"}, "cd"),
            ({"start_key": None}, "abcde"),
            ({"end_key": None}, ""),
            ({"start_key": {}}, ""),
            ({"end_key": {}}, "abcde"),
            ({"start_key": "c", "descending": True}, "cba"),
            ({"end_key": "c", "descending": True}, "edc"),
            ({"start_key": "d", "end_key": "b", "descending": True}, "dcb"),
            ({"start_key": {}, "end_key": None, "descending": True}, "edcba"),
            ({"key": "c", "descending": True}, "c"),
            ({"limit": 0}, ""),
            ({"limit": 2}, "ab"),
            ({"limit": 9}, "abcde"),
            ({"limit": 2, "descending": True}, "ed"),
            ({"start_key": "b", "limit": 2}, "bc"),
            ({"start_key": "d", "limit": 2, "descending": True}, "dc"),
            ({"start_key": UNSET, "end_key": UNSET}, "abcde"),
        ],
        ids=str,
    )
    async def test_ranges(
        self, store: Store, database: str, wanted: dict[str, Any], expected: str
    ) -> None:
        await fill(store, database, "dbeac")
        assert await ids_of(store, database, **wanted) == expected
        with_documents = await ids_of(store, database, include_docs=True, **wanted)
        assert with_documents == expected

    async def test_a_range_that_ends_before_it_starts_is_empty(
        self, store: Store, database: str
    ) -> None:
        await fill(store, database, "abc")
        assert await ids_of(store, database, start_key="c", end_key="a") == ""
        assert await ids_of(store, database, start_key="a", end_key="c", descending=True) == ""

    async def test_keys_of_all_types_come_in_order(self, store: Store, faxes: str) -> None:
        mark = secrets.token_hex(8)
        keys = [True, -1, 1, 1.5, 2, 10, "a", "aa", "b", ["a"], ["a", 1], ["b"], {"a": 1}, {"b": 0}]
        for n, key in enumerate(reversed(keys)):
            await store.put(faxes, box(f"{mark}{n}", pvt_smtp_email_address=key))
        rows = await store.view(faxes, BY_ADDRESS, ViewRange())
        assert [row.key for row in rows if row.id.startswith(mark)] == keys

    async def test_equal_keys_come_in_order_of_ids(self, store: Store, faxes: str) -> None:
        address, mark = secrets.token_hex(8), secrets.token_hex(8)
        for letter in "cab":
            await store.put(faxes, box(mark + letter, pvt_smtp_email_address=address))

        async def found(**wanted: Any) -> str:
            rows = await store.view(faxes, BY_ADDRESS, ViewRange(**wanted))
            return "".join(row.id.removeprefix(mark) for row in rows)

        assert await found(key=address) == "abc"
        assert await found(key=address, descending=True) == "cba"
        assert await found(start_key=address, end_key=address, limit=2) == "ab"

    async def test_a_document_may_have_several_rows(self, store: Store, faxes: str) -> None:
        mark = secrets.token_hex(8)
        first = {"pvt_smtp_email_address": mark + "1", "custom_smtp_email_address": mark + "2"}
        revision = await store.put(faxes, box(mark, pvt_account_id="owner", **first))

        async def rows_now() -> list[ViewRow]:
            wanted = ViewRange(start_key=mark, end_key=mark + "9", include_docs=True)
            return await store.view(faxes, BY_ADDRESS, wanted)

        rows = await rows_now()
        assert [(row.key, row.value) for row in rows] == [
            (mark + "1", "owner"),
            (mark + "2", "owner"),
        ]
        assert {row.id for row in rows} == {mark}
        second = {"pvt_smtp_email_address": mark + "3"}
        await store.put(faxes, box(mark, _rev=revision, **second))
        assert [row.key for row in await rows_now()] == [mark + "3"]

    async def test_a_view_that_is_not_there_is_missing(self, store: Store, database: str) -> None:
        for view in (View("faxbox", "no_such_view"), View("no_such_design", "crossbar_listing")):
            with pytest.raises(MissingView):
                await store.view(database, view, ViewRange())


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
