"""Documents, revisions and changes in the embedded store."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
)
from faxbox_service.stores.sqlite.edit import content_digest, next_revision
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import View, ViewRange
from tests.stores.sqlite.opening import DATABASE, PRELUDE, opened, run_script

ADDRESSES = View("faxbox", "email_address")

ENDS_WITHOUT_CLOSING = (
    PRELUDE
    + """
async def main():
    await store.open()
    await store.create_database("faxes")
    print(await store.put("faxes", {"_id": "a"}))
    asyncio.ensure_future(store.put("faxes", {"_id": "b"}))
    await asyncio.sleep(0)

asyncio.run(main())
"""
)


class TestDocuments:
    @pytest.mark.parametrize(
        "attachments",
        [
            [1],
            {"x": 1},
            {"x": {}},
            {"x": {"data": 1}},
            {"x": {"data": "?"}},
            {"x": {"data": "eA"}},
            {"x": {"follows": True, "length": 1}},
            {"_x": {"data": "eA=="}},
        ],
    )
    async def test_broken_attachments_are_refused(self, path: Path, attachments: Json) -> None:
        store = await opened(path)
        with pytest.raises(DocumentRefused):
            await store.put(DATABASE, {"_id": "a", "_attachments": attachments})
        await store.close()

    async def test_lone_surrogates_name_nothing(self, path: Path) -> None:
        store = await opened(path)
        with pytest.raises(DocumentNotFound):
            await store.get(DATABASE, "\ud800")
        for document in ({"_id": "\ud800"}, {"_id": "a", "x": "\ud800"}):
            with pytest.raises(DocumentRefused):
                await store.put(DATABASE, document)
        assert await store.view(DATABASE, ADDRESSES, ViewRange(start_key="\ud800")) == []
        await store.close()

    async def test_every_write_takes_the_next_sequence_number(self, path: Path) -> None:
        store = await opened(path)
        await store.create_database("accounts")
        first = await store.put(DATABASE, {"_id": "a"})
        await store.put(DATABASE, {"_id": "b"})
        await store.put("accounts", {"_id": "a"})
        await store.delete(DATABASE, "a", first)
        await store.close()

        with sqlite3.connect(path) as connection:
            rows = connection.execute("SELECT id, sequence FROM documents ORDER BY database, id")
            assert rows.fetchall() == [("a", 3), ("b", 2), ("a", 1)]
        connection.close()


numbers = (
    st.integers()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-9, 9).map(float)
)

texts = st.text(max_size=4) | st.text("ab\x00\x01\xff\uffff\U00010000", max_size=4)

keys = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)

fields = st.dictionaries(st.text("abcé", min_size=1, max_size=3), keys, max_size=4)


class TestRevisions:
    @given(fields, st.booleans())
    def test_the_same_edit_gives_the_same_revision(self, document: Document, deleted: bool) -> None:
        backwards = dict(reversed(document.items()))
        revisions = {
            next_revision("4-x", content_digest(given), deleted=deleted, attachments={})
            for given in (document, backwards)
        }
        assert len(revisions) == 1
        assert revisions.pop().startswith("5-")

    @given(fields, fields)
    def test_other_content_gives_another_revision(self, a: Document, b: Document) -> None:
        same = json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
        assert (content_digest(a) == content_digest(b)) == same

    def test_everything_about_an_edit_counts(self) -> None:
        content = content_digest({})
        revisions = {
            next_revision(None, content, deleted=False, attachments={}),
            next_revision(None, content, deleted=True, attachments={}),
            next_revision(None, content, deleted=False, attachments={"a": "md5-x"}),
            next_revision(None, content, deleted=False, attachments={"b": "md5-x"}),
            next_revision(None, content_digest({"a": 1}), deleted=False, attachments={}),
            next_revision("1-0", content, deleted=False, attachments={}),
            next_revision("1-1", content, deleted=False, attachments={}),
        }
        assert len(revisions) == 7

    async def test_two_stores_agree(self, tmp_path: Path) -> None:
        async def revisions(store: SqliteStore) -> list[str]:
            attachment = {"x": {"content_type": "text/plain", "data": "eA=="}}
            first = await store.put(DATABASE, {"_id": "a", "x": 1, "y": [2**70]})
            second = await store.put(DATABASE, {"_id": "a", "_rev": first, "y": 1})
            edit = {"_id": "a", "_rev": second, "_attachments": attachment}
            third = await store.put(DATABASE, edit)
            fourth = await store.delete(DATABASE, "a", third)
            return [first, second, third, fourth, await store.put(DATABASE, {"_id": "a"})]

        stores = [await opened(tmp_path / name) for name in ("one", "two")]
        one, two = [await revisions(store) for store in stores]
        assert one == two
        assert [revision.partition("-")[0] for revision in one] == list("12345")
        for store in stores:
            await store.close()


class TestChanges:
    async def test_a_file_that_was_put_back_begins_anew(self, path: Path) -> None:
        store = await opened(path)
        await store.put(DATABASE, {"_id": "a"})
        last = (await store.changes(DATABASE, None)).last_sequence
        number, _, sequence = last.partition("-")
        later = f"{number}-{int(sequence) + 1}"
        found = await store.changes(DATABASE, later)
        assert [change.id for change in found.changes] == ["a"]
        assert found.last_sequence == last
        await store.close()

    @pytest.mark.parametrize("since", ["", "1", "1-x", "1-\u00b2", "-1-1", "1-" + "9" * 30])
    async def test_what_is_not_a_sequence_is_refused(self, path: Path, since: str) -> None:
        store = await opened(path)
        with pytest.raises(ValueError):
            await store.changes(DATABASE, since)
        await store.close()

    async def test_waiting_ends_with_another_processs_change(self, path: Path) -> None:
        store = await opened(path)
        since = (await store.changes(DATABASE, None)).last_sequence
        waiting = asyncio.ensure_future(store.changes(DATABASE, since, wait=20))
        await asyncio.to_thread(run_script, ENDS_WITHOUT_CLOSING, path)
        found = await asyncio.wait_for(waiting, 5)
        assert found.changes[0].id == "a"
        await store.close()
