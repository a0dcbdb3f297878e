"""A store on a fake server, and one on a real CouchDB."""

import secrets
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from faxbox_service.documents.names import account_database
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.url import ServerUrl
from tests.stores.couchdb.fake_server import QUOTED_PASSWORD, FakeServer


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
