"""Edits that fewer nodes than a quorum accepted."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from faxbox_service.documents.types import Json
from faxbox_service.stores.couchdb.client import CouchDB
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    RevisionConflict,
    StoreUnavailable,
)
from tests.stores.couchdb.fake_server import WRITTEN, Answer, FakeServer, answer, hang_up


class TestMinorities:
    """Edits that a cluster answers with 202: fewer nodes than a quorum took them."""

    LOW, OURS, HIGH = "2-aa", "2-bb", "2-cc"

    @pytest.mark.parametrize(
        ("leaves", "is_taken_back"),
        [
            ([LOW, OURS], True),
            ([OURS, HIGH], False),
            ([LOW, OURS, HIGH], False),
            (["1-ff", OURS], True),
            ([OURS, "10-aa"], False),
        ],
    )
    async def test_a_rival_edit_counts(
        self, fake: FakeServer, store: CouchStore, leaves: list[str], is_taken_back: bool
    ) -> None:
        """Ours goes when it would win; when it would not, it does no harm."""
        found = [{"ok": {"_id": "a", "_rev": leaf}} for leaf in leaves]
        fake.will(answer({"ok": True, "rev": self.OURS}, 202), answer(found), answer(WRITTEN))
        with pytest.raises(RevisionConflict):
            await store.put("other", {"_id": "a", "_rev": "1-x"})
        assert fake.sent[1] == ("GET", "/other/a?open_revs=all&r=100")
        assert fake.sent[2:] == [("DELETE", f"/other/a?rev={self.OURS}")] * is_taken_back

    @pytest.mark.parametrize(
        "found",
        [
            [{"ok": {"_id": "a", "_rev": OURS}}],
            [{"ok": {"_id": "a", "_rev": OURS}}, {"missing": "2-dd"}],
            [{"ok": {"_id": "a", "_rev": OURS}}, {"ok": {"_rev": LOW, "_deleted": True}}],
            [{"ok": {"_id": "a", "_rev": "3-aa"}}],
            [],
            {"rubbish": True},
            [{"ok": {"_id": "a"}}],
        ],
    )
    async def test_without_a_rival_nobody_knows(
        self, fake: FakeServer, store: CouchStore, found: Json
    ) -> None:
        """Nodes are down, or another edit is based on ours: it stays, and is not acknowledged."""
        fake.will(answer({"ok": True, "rev": self.OURS}, 202), answer(found), answer(WRITTEN))
        with pytest.raises(StoreUnavailable):
            await store.put("other", {"_id": "a", "_rev": "1-x"})
        assert [method for method, _ in fake.sent] == ["PUT", "GET"]

    @pytest.mark.parametrize(
        "outcome",
        [
            answer({"error": "conflict", "reason": "Document update conflict."}, 409),
            answer(WRITTEN, 202),
            answer({"error": "error", "reason": "internal_server_error"}, 500),
            hang_up,
        ],
    )
    async def test_what_cannot_be_taken_back_may_count(
        self, fake: FakeServer, store: CouchStore, outcome: Answer
    ) -> None:
        found = [{"ok": {"_id": "a", "_rev": leaf}} for leaf in (self.LOW, self.OURS)]
        fake.will(answer({"ok": True, "rev": self.OURS}, 202), answer(found), outcome)
        with pytest.raises(StoreUnavailable):
            await store.put("other", {"_id": "a", "_rev": "1-x"})

    async def test_deletions_and_bulk_writes_are_not_acknowledged(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        present = {"_id": "a", "_rev": "1-x"}
        fake.will(answer(present), answer([{"ok": True, "id": "a", "rev": "2-x"}], 202))
        with pytest.raises(StoreUnavailable, match="quorum"):
            await store.delete("other", "a", "1-x")
        fake.will(answer([{"ok": True, "id": "a", "rev": "1-x"}], 202))
        with pytest.raises(StoreUnavailable, match="quorum"):
            await store.put_many("other", [{"_id": "a"}])

    async def test_what_is_left_is_the_conflicting_edit(
        self, real_database: tuple[CouchStore, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a real server, which is made to have a conflicting edit and to report ours as 202."""
        store, database = real_database
        first = await store.put(database, {"_id": "a"})
        path = f"/{quote(database, safe='')}/_bulk_docs"
        history = {"start": 2, "ids": ["0" * 32, first.partition("-")[2]]}
        conflicting = {"_id": "a", "_rev": f"2-{'0' * 32}", "_revisions": history, "by": "another"}
        request = CouchDB._request

        async def divided(server: CouchDB, method: str, *arguments: Any, **options: Any) -> Any:
            response, reply = await request(server, method, *arguments, **options)
            if method == "PUT":
                await store._opened()._post(path, data={"docs": [conflicting], "new_edits": False})
                monkeypatch.undo()
                response = SimpleNamespace(status=202, headers=response.headers)
            return response, reply

        monkeypatch.setattr(CouchDB, "_request", divided)
        with pytest.raises(RevisionConflict):
            await store.put(database, {"_id": "a", "_rev": first, "by": "us"})
        left = await store.get(database, "a")
        assert (left["by"], left["_rev"]) == ("another", conflicting["_rev"])
        await store.put(database, {**left, "by": "both"})
