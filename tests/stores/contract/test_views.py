"""What every store promises of views."""

import asyncio
import secrets
from typing import Any

import pytest

from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    MissingView,
)
from faxbox_service.stores.values import (
    UNSET,
    TruncatedRows,
    View,
    ViewRange,
    ViewRow,
)
from tests.stores.contract.samples import LISTING, box, fill, ids_of, inline

BY_ADDRESS = View("faxbox", "email_address")


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
