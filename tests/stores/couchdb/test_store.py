"""What the CouchDB store sends, and what it makes of answers that no healthy CouchDB gives."""

import asyncio
import base64
import secrets
import traceback
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from faxbox_service.documents.json.text import decode_json
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.types import Json
from faxbox_service.stores.couchdb.client import CouchDB
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    MissingView,
    Refusal,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl
from faxbox_service.stores.values import Attachment, View, ViewRange

PASSWORD = "s3cr:t/@é"
QUOTED_PASSWORD = "s3cr%3At%2F%40%C3%A9"
LISTING = View("faxbox", "crossbar_listing")
WELCOME = {"couchdb": "Welcome", "version": "3.5.0"}
NO_DATABASE = {"error": "not_found", "reason": "Database does not exist."}
MISSING = {"error": "not_found", "reason": "missing"}
WRITTEN = {"ok": True, "id": "a", "rev": "1-x"}

Answer = Callable[[web.Request], web.StreamResponse]


def answer(body: Json, status: int = 200) -> Answer:
    """Answer with JSON."""
    return lambda _: web.json_response(body, status=status)


def answer_text(text: str, status: int = 200) -> Answer:
    """Answer with something that is not CouchDB's."""
    return lambda _: web.Response(text=text, status=status)


def hang_up(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of answering."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class FakeServer:
    """Gives the answers it is set to, the last one from then on, and records the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [answer(WELCOME)]
        self.requests: list[tuple[str, str, Json]] = []
        self.headers: list[Any] = []
        self.delay = 0.0
        self.left_out = ""
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(
            (request.method, request.raw_path, decode_json(body) if body else None)
        )
        self.headers.append(request.headers)
        await asyncio.sleep(self.delay)
        answers = self.answers
        return (answers.pop(0) if len(answers) > 1 else answers[0])(request)

    async def leave_out(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers.popall(self.left_out, None)

    def will(self, *answers: Answer) -> None:
        """Forget the requests so far; give these answers from now on."""
        self.answers = list(answers)
        self.requests.clear()

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.requests]


@pytest.fixture
async def fake() -> AsyncIterator[FakeServer]:
    fake = FakeServer()
    app = web.Application(client_max_size=0)
    app.on_response_prepare.append(fake.leave_out)
    app.router.add_route("*", "/{path:.*}", fake.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        assert server.port is not None
        fake.port = server.port
        yield fake


@pytest.fixture
async def store(fake: FakeServer) -> AsyncIterator[CouchStore]:
    url = f"couchdb://us%C3%A9r:{QUOTED_PASSWORD}@127.0.0.1:{fake.port}"
    store = CouchStore(ServerUrl.parse(url), timeout=0.5)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def real_database(couchdb_url: str | None) -> AsyncIterator[tuple[CouchStore, str]]:
    """A store on a server that is no fake, and an empty account database there."""
    if couchdb_url is None:
        pytest.skip("no CouchDB to test against: set FAXBOX_TEST_COUCHDB_URL")
    store = CouchStore(ServerUrl.parse(couchdb_url))
    await store.open()
    database = account_database(secrets.token_hex(16))
    await store.create_database(database)
    yield store, database
    await store.delete_database(database)
    await store.close()


def operations(store: CouchStore) -> dict[str, Callable[[], Any]]:
    """Every call that asks the server for something."""
    return {
        "create_database": lambda: store.create_database("other"),
        "delete_database": lambda: store.delete_database("other"),
        "get": lambda: store.get("other", "a"),
        "put": lambda: store.put("other", {"_id": "a"}),
        "delete": lambda: store.delete("other", "a", "1-x"),
        "get_attachment": lambda: store.get_attachment("other", "a", "x"),
        "view": lambda: store.view("other", LISTING, ViewRange()),
    }


OPERATIONS = list(operations(CouchStore(ServerUrl.parse("couchdb://nowhere"))))


def assert_tells_no_password(error: BaseException) -> None:
    """Neither the error nor anything it came from shows the password in any form."""
    text = "".join(traceback.format_exception(error)) + repr(error)
    credentials = base64.b64encode(f"usér:{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, QUOTED_PASSWORD, credentials):
        assert secret not in text


class TestServerUrl:
    @pytest.mark.parametrize(
        ("url", "address", "user", "password"),
        [
            ("couchdb://h", "http://h:5984", None, ""),
            ("couchdbs://h", "https://h:6984", None, ""),
            ("couchdb://u:p@h:1", "http://h:1", "u", "p"),
            ("couchdb://u@h/", "http://h:5984", "u", ""),
            ("couchdb://h/a/b%20c/", "http://h:5984/a/b%20c", None, ""),
            ("couchdb://[::1]:9", "http://[::1]:9", None, ""),
            (f"couchdb://a%40b:{QUOTED_PASSWORD}@h", "http://h:5984", "a@b", PASSWORD),
        ],
    )
    def test_its_parts(self, url: str, address: str, user: str | None, password: str) -> None:
        assert ServerUrl.parse(url) == ServerUrl(address, user, password)

    @pytest.mark.parametrize(
        "url",
        [
            *("http://h", "couchdb:", "couchdb://", "secret", "couchdb://u:secret/word@h"),
            *("couchdb://u:1/secret@h", "couchdb://u:1#secret@h", "couchdb://u:1?secret@h"),
        ],
    )
    def test_what_is_none_is_refused_without_being_shown(self, url: str) -> None:
        with pytest.raises(ValueError) as refusal:
            ServerUrl.parse(url)
        assert "secret" not in str(refusal.value)

    def test_its_password_is_not_shown(self) -> None:
        assert "secret" not in repr(ServerUrl.parse("couchdb://u:secret@h"))


class TestOpening:
    async def test_the_version_is_told(self, fake: FakeServer, store: CouchStore) -> None:
        version = await store.open()
        assert (version.kind, version.version) == ("couchdb", "3.5.0")
        assert fake.sent[-1] == ("GET", "/")

    async def test_every_request_carries_the_credentials(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer(WRITTEN))
        await store.put("other", {"_id": "a"})
        credentials = base64.b64encode(f"usér:{PASSWORD}".encode()).decode()
        for headers in fake.headers:
            assert headers["Authorization"] == f"Basic {credentials}"
            assert headers["Accept"] == "application/json"

    async def test_without_a_user_no_credentials_are_sent(self, fake: FakeServer) -> None:
        store = CouchStore(ServerUrl.parse(f"couchdb://127.0.0.1:{fake.port}/prefix"))
        await store.open()
        await store.close()
        assert fake.sent == [("GET", "/prefix/")]
        assert "Authorization" not in fake.headers[0]

    async def test_wrong_credentials_are_said_to_be_wrong(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        reason = "Name or password is incorrect."
        fake.will(answer({"error": "unauthorized", "reason": reason}, 401))
        with pytest.raises(StoreUnavailable, match=f"refuses the user 'usér': {reason}") as refusal:
            await store.open()
        assert_tells_no_password(refusal.value)

    async def test_a_server_that_is_not_there_is_named(self, unused_tcp_port: int) -> None:
        store = CouchStore(
            ServerUrl.parse(f"couchdb://usér:{QUOTED_PASSWORD}@127.0.0.1:{unused_tcp_port}")
        )
        address = f"http://127.0.0.1:{unused_tcp_port}"
        with pytest.raises(StoreUnavailable, match=f"cannot reach CouchDB at {address}: ") as error:
            await store.open()
        assert_tells_no_password(error.value)
        await store.close()

    @pytest.mark.parametrize("body", [[], {}, "x", None])
    async def test_what_is_not_couchdb_is_unavailable(
        self, fake: FakeServer, store: CouchStore, body: Json
    ) -> None:
        fake.will(answer(body))
        with pytest.raises(StoreUnavailable):
            await store.open()

    async def test_a_store_never_opened_is_unavailable(self) -> None:
        store = CouchStore(ServerUrl.parse("couchdb://nowhere"))
        for operation in operations(store).values():
            with pytest.raises(StoreUnavailable):
                await operation()
        assert store.round_trips == 0

    async def test_closing_waits_for_a_write(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer(WRITTEN))
        fake.delay = 0.1
        write = asyncio.create_task(store.put("other", {"_id": "a"}))
        await asyncio.sleep(0.02)
        await store.close()
        assert await write == "1-x"
        with pytest.raises(StoreUnavailable):
            await store.put("other", {"_id": "b"})
        assert len(fake.requests) == 1


class TestFailures:
    @pytest.mark.parametrize("operation", OPERATIONS)
    @pytest.mark.parametrize(
        "failure",
        [
            *(answer({"error": "e", "reason": "r"}, s) for s in (401, 403, 429, 500, 503, 507)),
            *(answer_text("<html>", status) for status in (302, 400, 404, 500, 502)),
            answer([], 404),
            hang_up,
        ],
    )
    async def test_the_store_is_unavailable(
        self, fake: FakeServer, store: CouchStore, operation: str, failure: Answer
    ) -> None:
        fake.will(failure)
        with pytest.raises(StoreUnavailable) as error:
            await operations(store)[operation]()
        assert_tells_no_password(error.value)

    @pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "get_attachment"])
    @pytest.mark.parametrize("text", ["<html>", "", '{"_id": "a", "x": '])
    async def test_an_answer_that_is_not_json_is_none(
        self, fake: FakeServer, store: CouchStore, operation: str, text: str
    ) -> None:
        fake.will(answer_text(text))
        with pytest.raises(StoreUnavailable):
            await operations(store)[operation]()

    @pytest.mark.parametrize("operation", ["get", "put", "delete", "view"])
    @pytest.mark.parametrize("body", [{}, [], None, "x", {"rows": [{}]}, {"rows": [1]}])
    async def test_an_answer_without_what_was_asked_for_is_none(
        self, fake: FakeServer, store: CouchStore, operation: str, body: Json
    ) -> None:
        fake.will(answer(body))
        with pytest.raises(StoreUnavailable):
            await operations(store)[operation]()

    @pytest.mark.parametrize("operation", OPERATIONS)
    async def test_a_slow_server_is_unavailable(
        self, fake: FakeServer, store: CouchStore, operation: str
    ) -> None:
        fake.delay = 2
        with pytest.raises(StoreUnavailable, match=r"no answer within 0\.5 s"):
            await operations(store)[operation]()


class TestBrokenConnections:
    async def test_a_deletion_is_never_repeated(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer({"_id": "a", "_rev": "1-x"}), hang_up, answer(MISSING, 404))
        with pytest.raises(StoreUnavailable):
            await store.delete("other", "a", "1-x")
        assert [method for method, _ in fake.sent] == ["GET", "POST"]

    @pytest.mark.parametrize("operation", ["put", "create_database", "delete_database"])
    async def test_a_write_is_never_repeated(
        self, fake: FakeServer, store: CouchStore, operation: str
    ) -> None:
        fake.will(hang_up, answer({"error": "conflict", "reason": "echo"}, 409))
        with pytest.raises(StoreUnavailable):
            await operations(store)[operation]()
        assert len(fake.requests) == 1

    async def test_a_read_is_repeated(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(hang_up, answer({"_id": "a", "_rev": "1-x"}))
        before = store.round_trips
        assert await store.get("other", "a") == {"_id": "a", "_rev": "1-x"}
        assert len(fake.requests) == store.round_trips - before == 2


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


BY_ID = View("accounts", "listing_by_id")


class TestDesignDocuments:
    async def test_a_new_database_gets_them(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer(WRITTEN, 201))
        assert await store.create_database(ACCOUNTS) is True
        assert fake.sent == [("PUT", "/accounts"), ("PUT", "/accounts/_design/accounts")]
        design = fake.requests[1][2]
        assert design["_id"] == "_design/accounts"
        assert design["views"]["listing_by_id"]["map"].startswith("function")

    async def test_those_that_are_there_are_never_replaced(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        exists = answer({"error": "file_exists", "reason": "exists"}, 412)
        conflict = answer({"error": "conflict", "reason": "conflict"}, 409)
        fake.will(exists, conflict)
        assert await store.create_database(ACCOUNTS) is False
        assert fake.sent == [("PUT", "/accounts"), ("PUT", "/accounts/_design/accounts")]
        assert "_rev" not in fake.requests[1][2]

    async def test_a_missing_one_is_installed_at_first_use(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer(MISSING, 404), answer(WRITTEN, 201), answer({"rows": []}))
        assert await store.view(ACCOUNTS, BY_ID, ViewRange()) == []
        assert [method for method, _ in fake.sent] == ["GET", "PUT", "GET"]

    async def test_that_is_tried_only_once(self, fake: FakeServer, store: CouchStore) -> None:
        conflict = answer({"error": "conflict", "reason": "conflict"}, 409)
        fake.will(answer(MISSING, 404), conflict, answer(MISSING, 404))
        for _ in range(2):
            with pytest.raises(MissingView):
                await store.view(ACCOUNTS, BY_ID, ViewRange())
        assert [method for method, _ in fake.sent] == ["GET", "PUT", "GET", "GET"]

    async def test_who_may_not_install_them_misses_the_view(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        forbidden = answer({"error": "forbidden", "reason": "not an admin"}, 403)
        fake.will(answer(MISSING, 404), forbidden, answer(MISSING, 404))
        with pytest.raises(MissingView):
            await store.view(ACCOUNTS, BY_ID, ViewRange())

    async def test_all_who_wait_for_them_find_them(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        installed = False

        def behave(request: web.Request) -> web.StreamResponse:
            nonlocal installed
            if request.method == "PUT":
                installed = True
                return web.json_response(WRITTEN, status=201)
            return web.json_response(
                {"rows": []} if installed else MISSING, status=200 if installed else 404
            )

        fake.will(behave)
        fake.delay = 0.02
        views = [store.view(ACCOUNTS, BY_ID, ViewRange()) for _ in range(5)]
        assert await asyncio.gather(*views) == [[]] * 5
        assert [method for method, _ in fake.sent].count("PUT") == 1

    async def test_a_missing_database_is_no_missing_view(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer(NO_DATABASE, 404))
        with pytest.raises(MissingDatabase):
            await store.view(ACCOUNTS, BY_ID, ViewRange())
        assert len(fake.requests) == 1


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
