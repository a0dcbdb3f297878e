"""What the CouchDB store makes of a server that is away, slow, or not CouchDB."""

import asyncio
import base64
import traceback

import pytest

from faxbox_service.documents.types import Json
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl
from tests.stores.couchdb.fake_server import (
    MISSING,
    PASSWORD,
    QUOTED_PASSWORD,
    WRITTEN,
    Answer,
    FakeServer,
    answer,
    answer_text,
    hang_up,
    operations,
)

OPERATIONS = list(operations(CouchStore(ServerUrl.parse("couchdb://nowhere"))))


def assert_tells_no_password(error: BaseException) -> None:
    """Neither the error nor anything it came from shows the password in any form."""
    text = "".join(traceback.format_exception(error)) + repr(error)
    credentials = base64.b64encode(f"usér:{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, QUOTED_PASSWORD, credentials):
        assert secret not in text


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
