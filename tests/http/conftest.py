"""A listening service over each store, and clients of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from yarl import URL

from faxbox_service.app import build_app
from faxbox_service.container import Repositories
from faxbox_service.crossbar.dispatcher import Dispatcher
from faxbox_service.documents.json.text import decode_json, encode_json
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.documents.private_fields import Author
from faxbox_service.repositories.primitives.clock import Clock, new_id, system_clock
from faxbox_service.server.http import HttpServer
from faxbox_service.server.processes import bound_socket, connection_limits
from faxbox_service.settings.settings import Settings

NOBODY = Author("00000000000")
ABSENT = object()

NO_LIMITS = {"FAXBOX_RATE_LIMIT_BURST": "0"}
"""Tests send more refused requests than any client."""


@dataclass(frozen=True)
class Answer:
    """A reply as it came over the wire."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return decode_json(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def tagged(self) -> str:
        """The revision in the entity tag, without the mark of the caller."""
        revision: str = self.headers["etag"].strip('"').partition(".")[0]
        return revision


class Client:
    """Sends requests exactly as given; `token` goes into X-Auth-Token."""

    def __init__(self, session: ClientSession, base_url: str, token: str | None) -> None:
        self._session = session
        self._base_url = base_url
        self.token = token

    def with_token(self, token: str | None) -> "Client":
        return Client(self._session, self._base_url, token)

    async def request(
        self,
        method: str,
        path: str,
        data: Any = ABSENT,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        **envelope: Any,
    ) -> Answer:
        sent = {"Content-Type": "application/json"} if data is not ABSENT or body else {}
        if self.token is not None:
            sent["X-Auth-Token"] = self.token
        sent |= headers or {}
        if data is not ABSENT:
            body = encode_json({"data": data, **envelope})
        url = URL(f"{self._base_url}{path}", encoded=True)
        async with self._session.request(
            method, url, data=body, headers=sent, skip_auto_headers=["Content-Type"]
        ) as reply:
            return Answer(reply.status, reply.headers, await reply.read())

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def put(self, path: str, data: Any = ABSENT, **options: Any) -> Answer:
        return await self.request("PUT", path, data, **options)

    async def post(self, path: str, data: Any = ABSENT, **options: Any) -> Answer:
        return await self.request("POST", path, data, **options)

    async def patch(self, path: str, data: Any = ABSENT, **options: Any) -> Answer:
        return await self.request("PATCH", path, data, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        return await self.request("DELETE", path, **options)


@dataclass(frozen=True)
class Service:
    """A running service and what lies below it."""

    base_url: str
    repositories: Repositories
    session: ClientSession
    app: Dispatcher

    @property
    def port(self) -> int:
        return int(self.base_url.rpartition(":")[2])

    def client(self, token: str | None = None) -> Client:
        return Client(self.session, self.base_url, token)

    async def stored(self, account_id: str, faxbox_id: str) -> dict[str, Any]:
        return await self.repositories.store.get(account_database(account_id), faxbox_id)

    async def copy(self, faxbox_id: str) -> dict[str, Any]:
        return await self.repositories.store.get(FAXES, faxbox_id)


@dataclass(frozen=True)
class Tenant:
    """An account with a token of its own."""

    account: Account
    client: Client

    @property
    def path(self) -> str:
        return f"/v2/accounts/{self.account.id}"

    @property
    def faxboxes(self) -> str:
        return f"{self.path}/faxboxes"


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A file with what every store has after its first start; making its key takes a while."""
    path = tmp_path_factory.mktemp("empty") / "faxbox.db"
    path.parent.chmod(0o700)

    async def start_once() -> None:
        await (await Repositories.open(Settings.load({"FAXBOX_STORE": f"sqlite://{path}"}))).close()

    asyncio.run(start_once())
    return path


@pytest.fixture
def embedded_store_url(empty_store, tmp_path) -> str:
    return f"sqlite://{shutil.copy(empty_store, tmp_path / 'faxbox.db')}"


@pytest.fixture(params=["sqlite", "couchdb"])
def store_url(request) -> str:
    if request.param == "sqlite":
        return request.getfixturevalue("embedded_store_url")
    url = request.getfixturevalue("couchdb_url")
    if url is None:
        pytest.skip("no CouchDB-protocol server")
    return url


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings of the service; modules of tests override it."""
    return {}


@asynccontextmanager
async def worker(
    store_url: str, environment: dict[str, str], clock: Clock = system_clock
) -> AsyncIterator[Service]:
    settings = Settings.load({"FAXBOX_STORE": store_url, **NO_LIMITS, **environment})
    repositories = await Repositories.open(settings, clock)
    app = build_app(settings, repositories, clock)
    server = HttpServer(app, connection_limits(settings), shutdown_timeout=1)
    listener = bound_socket("127.0.0.1", 0)
    await server.listen(listener)
    async with ClientSession() as session:
        port = listener.getsockname()[1]
        yield Service(f"http://127.0.0.1:{port}", repositories, session, app)
    await server.close()
    await repositories.close()


@pytest.fixture
async def service(store_url, environment) -> AsyncIterator[Service]:
    async with worker(store_url, environment) as service:
        yield service


@pytest.fixture
async def elsewhere(service, store_url, environment) -> AsyncIterator[Service]:
    """Another worker on the same store."""
    async with worker(store_url, environment) as service:
        yield service


async def status_within_a_second(client: Client, path: str, wanted: int) -> int:
    """The status of a path, as soon as it is the wanted one."""
    for _ in range(20):
        answer = await client.get(path)
        if answer.status == wanted:
            break
        await asyncio.sleep(0.05)
    return answer.status


async def tenant_of(service: Service, document: dict[str, Any]) -> Tenant:
    account = await service.repositories.accounts.find(document["_id"])
    token = await service.repositories.tokens.issue(account, None, "cb_api_auth")
    return Tenant(account, service.client(token))


@pytest.fixture
async def root(service) -> AsyncIterator[Tenant]:
    """A superduper admin's account, the root of a tree of its own."""
    document = await service.repositories.accounts.create_master(f"root {new_id()}", NOBODY)
    tenant = await tenant_of(service, document)
    yield tenant
    await service.repositories.accounts.delete(tenant.account)


async def child_of(service: Service, parent: Tenant) -> Tenant:
    fields = {"name": f"child {new_id()}"}
    accounts = service.repositories.accounts
    return await tenant_of(service, await accounts.create_child(parent.account, fields, NOBODY))


@pytest.fixture
async def tenant(service, root) -> AsyncIterator[Tenant]:
    """An ordinary account."""
    tenant = await child_of(service, root)
    yield tenant
    await service.repositories.accounts.delete(tenant.account)


@pytest.fixture
async def other(service, root) -> AsyncIterator[Tenant]:
    """An account beside `tenant`."""
    tenant = await child_of(service, root)
    yield tenant
    await service.repositories.accounts.delete(tenant.account)


async def pages_of(client: Client, path: str) -> list[Answer]:
    """A listing page by page; `path` has a query."""
    pages = [await client.get(path)]
    while "next_start_key" in pages[-1].json:
        pages.append(await client.get(f"{path}&start_key={pages[-1].json['next_start_key']}"))
    return pages


async def send_raw(service: Service, request: bytes) -> bytes:
    """What the service answers to these bytes, whatever they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
