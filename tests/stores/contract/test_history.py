"""What every store promises of former revisions."""

import sqlite3
from pathlib import Path

import pytest

from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.stores.base import LARGEST_HISTORY, Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.sqlite.history import KEPT_REVISIONS
from faxbox_service.stores.sqlite.store import SqliteStore

NOWHERE = account_database("0" * 32)

RUBBISH = [
    *("", " ", "1", "1-", "-", "0-", "x", "é", "9-abc", "-1-abc", "1-%00", "1-\x00", "\ud800", '"'),
    *("1-" + "0" * 32, "9-" + "0" * 32, "9" * 9000 + "-abc", "a&rev=1", "../x"),
]


async def edited(store: Store, database: str, times: int) -> list[str]:
    """The revisions of a document that was written so often, newest first."""
    revisions = [await store.put(database, {"_id": "a", "n": 0})]
    for n in range(1, times):
        revisions.append(await store.put(database, {"_id": "a", "_rev": revisions[-1], "n": n}))
    return revisions[::-1]


async def edited_at_length(store: Store, database: str) -> list[str]:
    """The revisions of a document of which no three may be kept in memory at once."""
    text = "x" * (LARGEST_HISTORY // 2 - 1000)
    revisions = [await store.put(database, {"_id": "a", "n": 0, "text": text})]
    for n in range(1, 4):
        edit = {"_id": "a", "_rev": revisions[-1], "n": n, "text": text}
        revisions.append(await store.put(database, edit))
    return revisions[::-1]


class TestRevisions:
    async def test_all_come_newest_first(self, store: Store, database: str) -> None:
        revisions = await edited(store, database, 4)
        found = await store.revisions(database, "a")
        assert [document["_rev"] for document in found] == revisions
        assert [document["n"] for document in found] == [3, 2, 1, 0]
        assert all(document["_id"] == "a" for document in found)

    async def test_each_can_be_read(self, store: Store, database: str) -> None:
        for n, revision in enumerate(reversed(await edited(store, database, 3))):
            found = await store.get_revision(database, "a", revision)
            assert found == {"_id": "a", "_rev": revision, "n": n}

    @pytest.mark.parametrize("revision", RUBBISH)
    async def test_what_is_none_is_not_found(
        self, store: Store, database: str, revision: str
    ) -> None:
        await edited(store, database, 2)
        with pytest.raises(DocumentNotFound):
            await store.get_revision(database, "a", revision)

    async def test_more_than_are_asked_for_at_once(self, store: Store, database: str) -> None:
        revisions = await edited(store, database, 15)
        found = await store.revisions(database, "a")
        assert [document["_rev"] for document in found] == revisions

    async def test_of_large_ones_as_many_as_fit(self, store: Store, database: str) -> None:
        revisions = await edited_at_length(store, database)
        found = [document["_rev"] for document in await store.revisions(database, "a")]
        # CouchDB may have compacted the database meanwhile.
        assert 1 <= len(found) <= 3
        assert found == revisions[: len(found)]

    async def test_a_deletion_leads_to_what_came_after(self, store: Store, database: str) -> None:
        [first] = await edited(store, database, 1)
        tombstone = await store.delete(database, "a", first)
        with pytest.raises(DocumentNotFound):
            await store.revisions(database, "a")
        last = await store.put(database, {"_id": "a", "n": 9})
        found = await store.revisions(database, "a")
        assert [document["_rev"] for document in found[:2]] == [last, tombstone]
        assert found[1]["_deleted"] is True
        # What was before it may be held no more.
        assert [document["_rev"] for document in found[2:]] in ([], [first])

    async def test_what_is_not_there(self, store: Store, database: str) -> None:
        for document_id in ("nobody", "_design/faxbox", ""):
            with pytest.raises(DocumentNotFound):
                await store.revisions(database, document_id)
        with pytest.raises(MissingDatabase):
            await store.revisions(NOWHERE, "a")
        with pytest.raises(MissingDatabase):
            await store.get_revision(NOWHERE, "a", "1-" + "0" * 32)


class TestTheEmbeddedStore:
    @pytest.fixture
    async def embedded(self, tmp_path):
        store = SqliteStore(tmp_path / "faxbox.db")
        await store.open()
        yield store
        await store.close()

    async def test_it_keeps_the_newest_ones(self, embedded: SqliteStore) -> None:
        await embedded.create_database(NOWHERE)
        revisions = await edited(embedded, NOWHERE, KEPT_REVISIONS + 5)
        found = await embedded.revisions(NOWHERE, "a")
        assert [document["_rev"] for document in found] == revisions[: KEPT_REVISIONS + 1]

    async def test_it_shows_large_ones_up_to_the_limit(self, embedded: SqliteStore) -> None:
        await embedded.create_database(NOWHERE)
        revisions = await edited_at_length(embedded, NOWHERE)
        found = [document["_rev"] for document in await embedded.revisions(NOWHERE, "a")]
        assert found == revisions[:3]

    async def test_it_keeps_none_of_copies(self, embedded: SqliteStore) -> None:
        await embedded.create_database(FAXES)
        await edited(embedded, FAXES, 3)
        assert len(await embedded.revisions(FAXES, "a")) == 1

    async def test_they_go_with_their_database(self, embedded: SqliteStore) -> None:
        await embedded.create_database(NOWHERE)
        await edited(embedded, NOWHERE, 3)
        await embedded.delete_database(NOWHERE)
        await embedded.create_database(NOWHERE)
        await embedded.put(NOWHERE, {"_id": "a", "n": 0})
        assert len(await embedded.revisions(NOWHERE, "a")) == 1

    @pytest.mark.parametrize("kind", ["user", "account"])
    async def test_it_keeps_no_former_secrets(self, embedded: SqliteStore, kind: str) -> None:
        await embedded.create_database(NOWHERE)
        secret = {"_id": "a", "pvt_type": kind, "pvt_md5_auth": "old"}
        revision = await embedded.put(NOWHERE, secret)
        await embedded.put(NOWHERE, {**secret, "_rev": revision, "pvt_md5_auth": "new"})
        [current] = await embedded.revisions(NOWHERE, "a")
        assert current["pvt_md5_auth"] == "new"

    async def test_nothing_is_kept_of_what_was_deleted_for_good(
        self, embedded: SqliteStore, tmp_path: Path
    ) -> None:
        await embedded.create_database(NOWHERE)
        [last, *_] = await edited(embedded, NOWHERE, 3)
        await embedded.delete(NOWHERE, "a", last)
        connection = sqlite3.connect(tmp_path / "faxbox.db")
        assert connection.execute("SELECT * FROM old_revisions").fetchall() == []
        connection.close()

    async def test_no_field_of_a_box_keeps_it_out_of_the_history(
        self, embedded: SqliteStore
    ) -> None:
        await embedded.create_database(NOWHERE)
        box = {"_id": "a", "pvt_type": "faxbox", "custom": {"pvt_type": "user"}}
        first = await embedded.put(NOWHERE, box)
        await embedded.put(NOWHERE, {**box, "_rev": first})
        assert len(await embedded.revisions(NOWHERE, "a")) == 2
