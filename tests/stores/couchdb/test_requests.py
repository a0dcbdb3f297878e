"""What the CouchDB store sends."""

import asyncio

import pytest
from aiohttp import web

from faxbox_service.documents.types import Json
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl
from faxbox_service.stores.values import Attachment, View, ViewRange
from tests.stores.couchdb.fake_server import (
    LISTING,
    WELCOME,
    WRITTEN,
    FakeServer,
    answer,
    operations,
)


class TestRequests:
    @pytest.mark.parametrize(
        ("operation", "reply", "sent"),
        [
            ("get", {"_id": "a", "_rev": "1-x"}, ("GET", "/other/a?conflicts=true")),
            ("put", WRITTEN, ("PUT", "/other/a")),
            ("get_attachment", {}, ("GET", "/other/a/x")),
            ("create_database", {"ok": True}, ("PUT", "/other")),
            ("delete_database", {"ok": True}, ("DELETE", "/other")),
            (
                "view",
                {"rows": []},
                ("GET", "/other/_design/faxbox/_view/crossbar_listing?reduce=false"),
            ),
        ],
    )
    async def test_every_call_is_one_request(
        self,
        fake: FakeServer,
        store: CouchStore,
        operation: str,
        reply: Json,
        sent: tuple[str, str],
    ) -> None:
        fake.will(answer(reply))
        before = store.round_trips
        await operations(store)[operation]()
        assert fake.sent == [sent]
        assert store.round_trips - before == 1

    async def test_an_attachment_comes_with_its_type(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(lambda _: web.Response(body=b"%PDF", content_type="application/pdf"))
        found = await store.get_attachment("other", "a", "x")
        assert found == Attachment("application/pdf", b"%PDF")

    async def test_an_attachment_without_a_type_is_just_bytes(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(lambda _: web.Response(body=b"x"))
        fake.left_out = "Content-Type"
        found = await store.get_attachment("other", "a", "x")
        assert found == Attachment("application/octet-stream", b"x")

    async def test_all_of_a_range_is_sent(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer({"rows": []}))
        rows = ViewRange(
            key=None,
            start_key=["a&b", {}],
            end_key="é",
            descending=True,
            limit=3,
            include_docs=True,
        )
        await store.view("other", LISTING, rows)
        [(_, path)] = fake.sent
        assert path.partition("?")[2].split("&") == [
            "key=null",
            "startkey=%5B%22a%26b%22%2C%7B%7D%5D",
            "endkey=%22%C3%A9%22",
            "reduce=false",
            "descending=true",
            "limit=3",
            "include_docs=true",
        ]

    async def test_a_range_too_long_for_a_url_is_sent_as_a_body(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer({"rows": []}))
        before = store.round_trips
        rows = ViewRange(start_key="é" * 5000, end_key=None, descending=True, limit=3)
        await store.view("other", LISTING, rows)
        body = {
            "startkey": "é" * 5000,
            "endkey": None,
            "reduce": False,
            "descending": True,
            "limit": 3,
        }
        path = "/other/_design/faxbox/_view/crossbar_listing"
        assert fake.requests == [("POST", path, body)]
        assert store.round_trips - before == 1

    async def test_a_row_whose_document_is_gone_has_none(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        rows = [
            {"id": "a", "key": "a", "value": 1, "doc": None},
            {"id": "b", "key": "b", "value": 2, "doc": {"_id": "b", "_rev": "1-x"}},
        ]
        fake.will(answer({"total_rows": 2, "offset": 0, "rows": rows}))
        gone, there = await store.view("other", LISTING, ViewRange(include_docs=True))
        assert (gone.document, gone.revision) == (None, None)
        assert (there.document, there.revision) == ({"_id": "b", "_rev": "1-x"}, "1-x")

    @pytest.mark.parametrize(
        ("document_id", "path"),
        [
            ("..", "/other/%2E%2E"),
            (".", "/other/%2E"),
            ("../x", "/other/..%2Fx"),
            ("...", "/other/%2E%2E%2E"),
            ("a/b", "/other/a%2Fb"),
            ("%2e", "/other/%252e"),
            ("?x#y", "/other/%3Fx%23y"),
            ("é", "/other/%C3%A9"),
        ],
    )
    async def test_an_id_is_one_segment_of_the_path(
        self, fake: FakeServer, store: CouchStore, document_id: str, path: str
    ) -> None:
        fake.will(answer({"_id": document_id, "_rev": "1-x", "rev": "1-x"}))
        await store.get("other", document_id)
        await store.put("other", {"_id": document_id})
        await store.get_attachment("other", document_id, document_id)
        segment = path.removeprefix("/other/")
        sent = [path for _, path in fake.sent]
        assert sent == [f"{path}?conflicts=true", path, f"{path}/{segment}"]

    @pytest.mark.parametrize(
        "document_id", ["", "_all_docs", "_design/faxbox", "_local/x", "_", "\ud800"]
    )
    async def test_an_id_of_no_document_makes_no_request(
        self, fake: FakeServer, store: CouchStore, document_id: str
    ) -> None:
        fake.will(answer({}))
        with pytest.raises(DocumentNotFound):
            await store.get("other", document_id)
        with pytest.raises(DocumentNotFound):
            await store.delete("other", document_id, "1-x")
        with pytest.raises(DocumentNotFound):
            await store.get_attachment("other", document_id, "x")
        with pytest.raises(DocumentNotFound):
            await store.get_attachment("other", "a", document_id)
        with pytest.raises(DocumentRefused):
            await store.put("other", {"_id": document_id})
        assert fake.requests == []

    async def test_another_document_than_asked_for_is_not_taken(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer({"_id": "b", "_rev": "1-x"}))
        with pytest.raises(StoreUnavailable):
            await store.get("other", "a")


class TestLongKeys:
    @pytest.mark.parametrize("letter", ["x", "é", "&"])
    @pytest.mark.parametrize("length", [500, 900, 2000, 8000, 100_000])
    async def test_a_key_of_any_length_is_found(
        self, real_database: tuple[CouchStore, str], letter: str, length: int
    ) -> None:
        store, database = real_database
        key = letter * length
        await store.put(database, {"_id": "a", "pvt_type": "faxbox", "pvt_smtp_email_address": key})

        rows = await store.view(database, View("faxbox", "email_address"), ViewRange(key=key))

        assert [(row.id, row.key) for row in rows] == [("a", key)]


class TestChanges:
    async def test_what_is_asked(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer({"results": [], "last_seq": 7, "pending": 0}))
        found = await store.changes("account/x", None, limit=3, include_docs=True)
        assert (found.changes, found.last_sequence) == ([], "7")
        await store.changes("account/x", "7-a+/=", wait=1.5)
        assert [path for _, path in fake.sent] == [
            "/account%2Fx/_changes?since=0&limit=3&include_docs=true&conflicts=true",
            "/account%2Fx/_changes?since=7-a%2B%2F%3D&feed=longpoll&timeout=1500",
        ]

    @pytest.mark.parametrize(
        "body",
        [[], {}, {"results": [{}], "last_seq": 1}, {"results": [{"id": "a", "changes": []}]}],
    )
    async def test_what_is_no_answer(self, fake: FakeServer, store: CouchStore, body: Json) -> None:
        fake.will(answer(body))
        with pytest.raises(StoreUnavailable):
            await store.changes("other", None)

    async def test_a_wait_may_take_longer_than_other_requests(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer({"results": [], "last_seq": 7}))
        fake.delay = 0.8
        assert (await store.changes("other", None, wait=1)).last_sequence == "7"
        with pytest.raises(StoreUnavailable, match=r"no answer within 0\.5 s"):
            await store.changes("other", None)

    async def test_who_waits_takes_no_connection_from_others(self, fake: FakeServer) -> None:
        def behave(request: web.Request) -> web.StreamResponse:
            return web.json_response({"results": [], "last_seq": 7, **WRITTEN, **WELCOME})

        store = CouchStore(
            ServerUrl.parse(f"couchdb://127.0.0.1:{fake.port}"), timeout=2, pool_size=1
        )
        await store.open()
        fake.will(behave)
        fake.delay = 0.3
        waits = [asyncio.create_task(store.changes("other", None, wait=9)) for _ in range(5)]
        await asyncio.sleep(0.05)
        fake.delay = 0
        assert await asyncio.wait_for(store.put("other", {"_id": "a"}), 0.2) == "1-x"
        assert not any(wait.done() for wait in waits)
        await asyncio.gather(*waits)
        await store.close()
