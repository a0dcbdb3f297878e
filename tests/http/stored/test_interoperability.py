"""A Kazoo node on the same databases: tokens, accounts and users work in both directions.

On CouchDB, the node reads and writes over CouchDB's own HTTP; on the embedded store through it.
"""

import hashlib
from base64 import b64encode
from urllib.parse import quote

import pytest
from aiohttp import ClientSession
from yarl import URL

from faxbox_service.stores.url import ServerUrl
from tests.http.conftest import NOBODY
from tests.http.kazoo_node import Databases, KazooNode, Refused, database_of

PASSWORD = "Secret1234"


class CouchDb:
    """CouchDB's documents over plain HTTP."""

    def __init__(self, session, url):
        server = ServerUrl.parse(url)
        self._session = session
        self._base = server.address
        self._headers = {}
        if server.user:
            credentials = b64encode(f"{server.user}:{server.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {credentials}"

    async def _ask(self, method, *path, **options):
        segments = "/".join(quote(segment, safe="") for segment in path)
        url = URL(f"{self._base}/{segments}", encoded=True)
        return await self._session.request(method, url, headers=self._headers, **options)

    async def read(self, database, document_id):
        async with await self._ask("GET", database, document_id) as reply:
            reply.raise_for_status()
            return await reply.json(content_type=None)

    async def read_attachment(self, database, document_id, name):
        async with await self._ask("GET", database, document_id, name) as reply:
            reply.raise_for_status()
            return await reply.read()

    async def write(self, database, document):
        async with await self._ask("PUT", database, document["_id"], json=document) as reply:
            reply.raise_for_status()

    async def create(self, database):
        async with await self._ask("PUT", database) as reply:
            reply.raise_for_status()


class Embedded:
    """The same documents where there is no CouchDB."""

    def __init__(self, store):
        self._store = store

    async def read(self, database, document_id):
        return await self._store.get(database, document_id)

    async def read_attachment(self, database, document_id, name):
        return (await self._store.get_attachment(database, document_id, name)).data

    async def write(self, database, document):
        await self._store.put(database, document)

    async def create(self, database):
        await self._store.create_database(database)


@pytest.fixture
async def databases(service, store_url):
    async with ClientSession() as session:
        if store_url.startswith("couchdb"):
            raw = CouchDb(session, store_url)
        else:
            raw = Embedded(service.repositories.store)
        yield Databases(raw.read, raw.read_attachment, raw.write, raw.create)


@pytest.fixture
def node(databases):
    return KazooNode(databases)


@pytest.fixture
async def user(service, tenant):
    fields = {"username": "Alice", "first_name": "Alice", "last_name": "Test", "enabled": True}
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": PASSWORD}, NOBODY)


async def log_in(service, realm, username, method="md5"):
    digest = {"md5": hashlib.md5, "sha": hashlib.sha1}[method]
    credentials = digest(f"{username}:{PASSWORD}".encode()).hexdigest()
    data = {"credentials": credentials, "method": method, "account_realm": realm}
    return await service.client().put("/v2/user_auth", data)


async def test_a_token_made_here_is_good_there(service, tenant, user, node):
    accounts = await node.verify(tenant.client.token)
    assert accounts["account_id"] == tenant.account.id
    assert (accounts["method"], "owner_id" in accounts) == ("cb_api_auth", False)
    users_token = (await log_in(service, tenant.account.realm, "alice")).json["auth_token"]
    users = await node.verify(users_token)
    assert (users["owner_id"], users["method"]) == (user["_id"], "cb_user_auth")


async def test_a_token_that_was_changed_is_not(tenant, other, node):
    mine, others = tenant.client.token.split("."), other.client.token.split(".")
    with pytest.raises(Refused, match="signature"):
        await node.verify(".".join([mine[0], others[1], mine[2]]))


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
async def test_a_token_made_there_is_good_here(service, tenant, user, node, algorithm):
    for owner_id, method in ((None, "cb_api_auth"), (user["_id"], "cb_user_auth")):
        token = await node.issue(tenant.account.id, owner_id, method, algorithm)
        client = service.client(token)
        assert (await client.get(tenant.faxboxes)).status == 200
        shown = (await client.get("/v2/token_auth")).data
        assert (shown.get("owner_id"), shown["method"]) == (owner_id, method)


async def test_a_secret_reset_here_ends_tokens_there(service, tenant, user, node):
    token = (await log_in(service, tenant.account.realm, "alice")).json["auth_token"]
    await service.repositories.tokens.reset_secret(tenant.account.id, user["_id"])
    with pytest.raises(Refused, match="identity"):
        await node.verify(token)


async def test_a_key_rotated_here_is_used_there(service, tenant, node):
    await service.repositories.signing_keys.rotate()
    token = await node.issue(tenant.account.id, None, "cb_api_auth")
    assert (await service.client(token).get(tenant.faxboxes)).status == 200
    assert await node.verify(tenant.client.token)


async def test_a_user_made_here_can_log_in_there(tenant, user, node):
    assert await node.log_in(tenant.account.id, user["_id"], "Alice", PASSWORD)
    assert not await node.log_in(tenant.account.id, user["_id"], "Alice", "wrong")


@pytest.mark.parametrize("method", ["md5", "sha"])
async def test_an_account_and_a_user_made_there_can_log_in_here(
    service, root, tenant, node, databases, method
):
    parent = await databases.read(database_of(tenant.account.id), tenant.account.id)
    realm = f"{method}.{tenant.account.realm}"
    account = await node.create_account(parent, f"kazoo{method}{tenant.account.id}", realm)
    user = await node.create_user(account["_id"], "bob", PASSWORD)

    answer = await log_in(service, realm, "bob", method)
    assert (answer.status, answer.data["owner_id"]) == (201, user["_id"])
    path = f"/v2/accounts/{account['_id']}/faxboxes"
    client = service.client(answer.json["auth_token"])
    assert (await client.put(path, {"name": "x"})).status == 201
    by_key = await service.client().put("/v2/api_auth", {"api_key": account["pvt_api_key"]})
    assert (by_key.status, by_key.data["account_id"]) == (201, account["_id"])
    # The tree that Kazoo wrote counts here.
    assert (await tenant.client.get(path)).status == 200
    assert (await client.get(tenant.faxboxes)).status == 403

    found = await service.repositories.accounts.find(account["_id"])
    await service.repositories.accounts.delete(found)
