"""What it means that CouchDB refuses a document."""

import pytest
from aiohttp import web

from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    DocumentRefused,
    Refusal,
    RevisionConflict,
    StoreUnavailable,
)
from tests.stores.couchdb.fake_server import FakeServer, answer, answer_text


class TestRefusals:
    async def test_what_was_not_a_revision_conflicts(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer({"error": "bad_request", "reason": "Invalid rev format"}, 400))
        with pytest.raises(RevisionConflict):
            await store.put("other", {"_id": "a", "_rev": "x"})

    @pytest.mark.parametrize(
        ("status", "why"),
        [(400, Refusal.INVALID), (412, Refusal.INVALID), (413, Refusal.TOO_LARGE)],
    )
    async def test_a_document_that_is_refused_is_no_outage(
        self, fake: FakeServer, store: CouchStore, status: int, why: Refusal
    ) -> None:
        fake.will(answer({"error": "doc_validation", "reason": "because"}, status))
        with pytest.raises(DocumentRefused) as refused:
            await store.put("other", {"_id": "a"})
        assert (refused.value.why, refused.value.reason) == (why, "because")

    async def test_a_limit_of_a_proxy_is_as_firm(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer_text("<html>", 413))
        with pytest.raises(DocumentRefused) as refused:
            await store.put("other", {"_id": "a"})
        assert refused.value.why is Refusal.TOO_LARGE

    @pytest.mark.parametrize("status", [401, 403])
    async def test_a_function_forbids_where_we_are_let_in(
        self, fake: FakeServer, store: CouchStore, status: int
    ) -> None:
        fake.will(answer({"error": "forbidden", "reason": {"no": 1}}, status), answer({}))
        with pytest.raises(DocumentRefused) as refused:
            await store.put("other", {"_id": "a"})
        assert (refused.value.why, refused.value.reason) == (Refusal.FORBIDDEN, '{"no":1}')
        assert fake.sent == [("PUT", "/other/a"), ("GET", "/other")]

    @pytest.mark.parametrize("status", [401, 403])
    async def test_who_is_not_let_in_is_told_so(
        self, fake: FakeServer, store: CouchStore, status: int
    ) -> None:
        fake.will(answer({"error": "unauthorized", "reason": "Name or password"}, status))
        with pytest.raises(StoreUnavailable, match="refuses the user 'usér': Name or password"):
            await store.put("other", {"_id": "a"})

    async def test_of_a_bulk_write_that_is_refused_one_document_is_to_blame(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        def behave(request: web.Request) -> web.StreamResponse:
            docs = fake.requests[-1][2]["docs"]
            if any("bad" in document for document in docs):
                return web.json_response({"error": "missing_stub", "reason": "because"}, status=412)
            return web.json_response([{"id": one["_id"], "rev": "1-x"} for one in docs])

        fake.will(behave)
        documents = [{"_id": id, **({"bad": 1} if id == "c" else {})} for id in "abcde"]
        outcomes = await store.put_many("other", documents)
        assert [outcome if isinstance(outcome, str) else "" for outcome in outcomes] == [
            *("1-x", "1-x", "", "1-x", "1-x")
        ]
        assert isinstance(outcomes[2], DocumentRefused)
        assert (outcomes[2].document_id, outcomes[2].reason) == ("c", "because")

    async def test_megabytes_are_written_in_several_requests(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        def behave(_: web.Request) -> web.StreamResponse:
            docs = fake.requests[-1][2]["docs"]
            return web.json_response([{"id": one["_id"], "rev": "1-x"} for one in docs])

        fake.will(behave)
        documents = [{"_id": id, "text": "x" * 7_000_000} for id in "abc"]
        assert await store.put_many("other", documents) == ["1-x"] * 3
        assert [[one["_id"] for one in body["docs"]] for _, _, body in fake.requests] == [
            ["a", "b"],
            ["c"],
        ]

    async def test_a_node_that_fails_is_an_outage(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer([{"id": "a", "error": "error", "reason": "internal_server_error"}], 201))
        with pytest.raises(StoreUnavailable):
            await store.put_many("other", [{"_id": "a"}])

    async def test_a_name_that_is_refused_is_no_new_database(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer({"error": "illegal_database_name", "reason": "because"}, 400))
        with pytest.raises(ValueError, match="because"):
            await store.create_database("NAME")
