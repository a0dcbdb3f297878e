"""Every route, asked by everyone: none, bad and expired tokens, and all relations of accounts."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from faxbox_service import __version__
from faxbox_service.documents.names import ACCOUNTS, FAXES, account_database
from faxbox_service.openapi.document import openapi_document
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.repositories.primitives.clock import system_clock
from tests.http.conftest import NOBODY, Client, Tenant, child_of
from tests.openapi.reading import Operation, operations_of

OPERATIONS = list(operations_of(openapi_document(__version__)))
NEED_TOKEN = [operation for operation in OPERATIONS if operation.definition["security"]]
ABOVE = ("parent", "grandparent", "admin")
BESIDE_AND_BELOW = ("other", "sibling", "child", "grandchild")
UNPROVEN = ("none", "bad", "expired")
RELATIONS = (*UNPROVEN, *BESIDE_AND_BELOW, "self", "disabled", *ABOVE)

SECRET = "hush_hush_nobody_else"
"""In all that the account has; nobody else may ever read it.

Long, because the tokens in the envelopes are random text, where a short word comes up by chance.
"""

FOR_ADMINS = {"fetchAbout"}
"""What only superduper admins may see, because it belongs to no account."""

NOT_FOR_ITSELF = {"listSiblings"}
"""What an account may see of those below it, but not of itself."""


@dataclass(frozen=True)
class Ground:
    """A tree of accounts around one, which has a user and a box."""

    clients: dict[str, Client]
    account: Tenant
    parameters: dict[str, str]

    def path_of(self, operation: Operation, **changes: str) -> str:
        return operation.path.format(**{**self.parameters, **changes})


@pytest.fixture
async def ground(service, root):
    grandparent = await child_of(service, root)
    parent = await child_of(service, grandparent)
    account = await child_of(service, parent)
    sibling = await child_of(service, parent)
    child = await child_of(service, account)
    grandchild = await child_of(service, child)
    other = await child_of(service, root)
    fields = {"username": f"{SECRET}1", "first_name": SECRET, "last_name": SECRET}
    user = await service.repositories.users.create(
        account.account, {**fields, "enabled": True, "password": "Secret1234"}, NOBODY
    )
    box = await account.client.put(account.faxboxes, {"name": SECRET, "flags": [SECRET]})
    tenants = {
        "self": account,
        "disabled": account,
        "sibling": sibling,
        "child": child,
        "grandchild": grandchild,
        "other": other,
        "parent": parent,
        "grandparent": grandparent,
        "admin": root,
    }
    clients = {name: service.client(tenant.client.token) for name, tenant in tenants.items()}
    clients |= {"none": service.client(), "bad": service.client("bad")}
    clients["expired"] = service.client(await expired_token(service.repositories.tokens, account))
    yield Ground(
        clients,
        account,
        {
            "ACCOUNT_ID": account.account.id,
            "FAXBOX_ID": box.data["id"],
            "USER_ID": user["_id"],
            "SCHEMA_ID": "faxbox",
        },
    )
    accounts = service.repositories.accounts
    for tenant in (grandchild, child, account, sibling, parent, grandparent, other):
        await accounts.delete(tenant.account)


async def expired_token(tokens: Tokens, tenant: Tenant) -> str:
    with pytest.MonkeyPatch.context() as long_ago:
        long_ago.setattr(tokens, "_clock", lambda: system_clock() - 24 * 3600)
        return await tokens.issue(tenant.account, None, "cb_api_auth")


async def ask(client: Client, operation: Operation, path: str) -> Any:
    """A request that changes nothing where it is allowed: its precondition never holds."""
    body = operation.definition.get("requestBody")
    headers = {"If-Match": '"0-nothing"'}
    if body is None:
        return await client.request(operation.method, path, headers=headers)
    examples = body["content"]["application/json"]["examples"]
    data = next(iter(examples.values()))["value"]["data"]
    return await client.request(operation.method, path, data, headers=headers)


def belongs_to_an_account(operation: Operation) -> bool:
    return "{ACCOUNT_ID}" in operation.path


def expected(operation: Operation, relation: str) -> set[int] | None:
    """The statuses of a refusal, or None when the request must get further."""
    if relation in UNPROVEN:
        return {401}
    if operation.id in FOR_ADMINS:
        return None if relation == "admin" else {403}
    if belongs_to_an_account(operation) and relation in BESIDE_AND_BELOW:
        return {403}
    if operation.id in NOT_FOR_ITSELF and relation in ("self", "disabled"):
        return {403}
    return None


async def places_in(service, ground):
    """How far each database has come in which a request could change something."""
    databases = (account_database(ground.account.account.id), ACCOUNTS, FAXES)
    store = service.repositories.store
    return [(await store.changes(name, None)).last_sequence for name in databases]


@pytest.mark.parametrize("relation", RELATIONS)
async def test_every_route_is_for_those_who_may(service, ground, relation):
    client = ground.clients[relation]
    if relation == "disabled":
        await service.repositories.accounts.change_private(
            ground.account.account.id, lambda document: {**document, "pvt_enabled": False}
        )
    before = await places_in(service, ground)
    for operation in NEED_TOKEN:
        if operation.id == "endToken" and relation not in UNPROVEN:
            continue
        answer = await ask(client, operation, ground.path_of(operation))
        wanted = expected(operation, relation)
        if wanted is not None:
            assert answer.status in wanted, operation.id
            assert SECRET.encode() not in answer.body, operation.id
            assert ground.account.account.name.encode() not in answer.body, operation.id
        else:
            assert answer.status not in (401, 403, 500), (operation.id, answer.body)
    if relation in (*UNPROVEN, *BESIDE_AND_BELOW):
        assert await places_in(service, ground) == before


async def test_what_needs_no_token_says_nothing_of_accounts(ground):
    public = [operation for operation in OPERATIONS if operation not in NEED_TOKEN]
    assert {operation.path.split("/")[2] for operation in public} <= {
        *("api_auth", "openapi.json", "schemas", "user_auth")
    }
    for operation in public:
        assert not belongs_to_an_account(operation)
        answer = await ask(ground.clients["none"], operation, ground.path_of(operation))
        assert SECRET.encode() not in answer.body, operation.id


@pytest.mark.parametrize("relation", BESIDE_AND_BELOW)
async def test_nobody_learns_what_exists_in_another_account(ground, relation):
    """What is there and what is not are refused in the same words."""
    client = ground.clients[relation]
    for operation in OPERATIONS:
        unknown = {
            name: "f" * 32 for name in ("FAXBOX_ID", "USER_ID") if f"{{{name}}}" in operation.path
        }
        if unknown:
            refusals = [
                without_circumstances(
                    (await ask(client, operation, ground.path_of(operation, **changes))).json
                )
                for changes in ({}, unknown)
            ]
            assert refusals[0] == refusals[1], operation.id


def without_circumstances(envelope: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in envelope.items() if name not in ("timestamp", "request_id")
    }


FILTERS = (
    f"filter_name={SECRET}",
    "has_value=name",
    "created_from=0",
    "paginate=false",
    "is_chunked=true",
    "accept=csv",
    "start_key=0&end_key=z",
)


@pytest.mark.parametrize("relation", ["sibling", "child", "other"])
@pytest.mark.parametrize("query", FILTERS)
async def test_no_option_of_a_listing_shows_anothers_data(ground, relation, query):
    client = ground.clients[relation]
    answer = await client.get(f"{ground.account.faxboxes}?{query}")
    assert answer.status == 403
    tokens = await client.get("/v2/token_auth")
    own = await client.get(f"/v2/accounts/{tokens.data['account_id']}/faxboxes?{query}")
    assert own.status in (200, 204)
    assert SECRET.encode() not in own.body


async def test_a_token_says_nothing_about_another_account_in_any_place(ground):
    """The account of the path counts, wherever else another is named."""
    account, other = ground.account, ground.clients["other"]
    own = (await other.get("/v2/token_auth")).data["account_id"]
    box = ground.parameters["FAXBOX_ID"]
    for path, data in (
        (f"/v2/accounts/{own}/faxboxes/{box}", None),
        (f"/v2/accounts/{own}/users/{ground.parameters['USER_ID']}/faxboxes", None),
        (f"/v2/account/faxboxes/{box}", None),
        (f"/v2/accounts/{own}/faxboxes/..%2F..%2F{account.account.id}", None),
        (f"/v2/accounts/{own}/faxboxes/{account.account.id}", None),
        (f"/v2/accounts/{own}/faxboxes?account_id={account.account.id}", None),
    ):
        answer = await other.get(path)
        assert SECRET not in json.dumps(answer.json), (path, data)
        assert answer.status in (200, 404), path
