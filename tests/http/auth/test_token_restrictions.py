"""Token restrictions over HTTP: set, in force, lifted."""

import pytest

from faxbox_service.documents.names import SYSTEM_CONFIG
from tests.http.conftest import NOBODY, child_of

READ_ONLY = {"cb_user_auth": {"user": {"faxboxes": [{"rules": {"#": ["GET"]}}]}}}
DENIED = {"cause": "access denied by token restrictions", "message": "forbidden"}


@pytest.fixture
def environment():
    return {"FAXBOX_ACCOUNT_CACHE": "0"}


async def client_of(service, tenant, priv_level):
    fields = {
        "username": f"{priv_level}1",
        "first_name": "A",
        "last_name": "B",
        "enabled": True,
        "priv_level": priv_level,
    }
    users = service.repositories.users
    user = await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)
    token = await service.repositories.tokens.issue(tenant.account, user["_id"], "cb_user_auth")
    return service.client(token)


async def test_restrictions_are_those_of_the_privilege_level(service, tenant):
    user, admin = [await client_of(service, tenant, level) for level in ("user", "admin")]
    path = f"{tenant.path}/token_restrictions"
    answer = await tenant.client.post(path, {"restrictions": READ_ONLY})
    assert (answer.status, answer.data["restrictions"]) == (200, READ_ONLY)
    assert answer.json["revision"] == answer.tagged
    assert (await user.get(tenant.faxboxes)).status == 200
    refused = await user.put(tenant.faxboxes, {"name": "x"})
    assert (refused.status, refused.json["message"], refused.data) == (403, "forbidden", DENIED)
    assert (await user.get(path)).status == 403
    assert (await user.get("/v2/token_auth")).status == 403
    for client in (admin, tenant.client):
        assert (await client.put(tenant.faxboxes, {"name": "x"})).status == 201


async def test_lifting_them(service, tenant):
    user = await client_of(service, tenant, "user")
    path = f"{tenant.path}/token_restrictions"
    assert (await tenant.client.get(path)).json["message"] == "bad_identifier"
    assert (await tenant.client.delete(path)).status == 404
    made = await tenant.client.post(path, {"restrictions": READ_ONLY})
    shown = await tenant.client.get(path)
    assert shown.data == made.data == {"restrictions": READ_ONLY, "id": "token_restrictions"}
    stale = {"If-Match": '"1-0"'}
    assert (await tenant.client.post(path, {}, headers=stale)).status == 412
    assert (await tenant.client.delete(path, headers=stale)).status == 412
    assert (await user.put(tenant.faxboxes, {"name": "x"})).status == 403
    assert (await tenant.client.delete(path)).status == 200
    assert (await user.put(tenant.faxboxes, {"name": "x"})).status == 201
    assert (await tenant.client.get(path)).status == 404


async def test_the_systems_apply_where_the_account_has_none(service, tenant):
    user = await client_of(service, tenant, "user")
    store = service.repositories.store
    category = {"_id": "crossbar.token_restrictions", "default": READ_ONLY}
    revision = await store.put(SYSTEM_CONFIG, category)
    try:
        service.repositories.configuration._documents.forget((SYSTEM_CONFIG, category["_id"]))
        assert (await user.put(tenant.faxboxes, {"name": "x"})).status == 403
        own = {"restrictions": {"_": {"_": {"_": [{"rules": {"#": ["_"]}}]}}}}
        await tenant.client.post(f"{tenant.path}/token_restrictions", own)
        assert (await user.put(tenant.faxboxes, {"name": "x"})).status == 201
    finally:
        await store.delete(SYSTEM_CONFIG, category["_id"], revision)


async def test_superduper_admins_have_none(root):
    nothing = {"restrictions": {"_": {"_": {"_": []}}}}
    await root.client.post(f"{root.path}/token_restrictions", nothing)
    assert (await root.client.get(root.faxboxes)).status == 200


async def test_they_follow_the_token_into_descendants(service, tenant):
    child = await child_of(service, tenant)
    only_own = {"allowed_accounts": ["{AUTH_ACCOUNT_ID}"], "rules": {"#": ["_"]}}
    restrictions = {"_": {"_": {"_": [only_own]}}}
    await tenant.client.post(f"{tenant.path}/token_restrictions", {"restrictions": restrictions})
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    assert (await tenant.client.get(child.faxboxes)).data == DENIED
    assert (await child.client.get(child.faxboxes)).status == 200
    await service.repositories.accounts.delete(child.account)


@pytest.mark.parametrize(
    ("restrictions", "key"),
    [
        ("none", "restrictions"),
        ({"cb_user_auth": 5}, "restrictions.cb_user_auth"),
        (
            {"_": {"_": {"_": [{"rules": {"#": ["TRACE"]}}]}}},
            "restrictions._._._.0.rules.#.0",
        ),
    ],
)
async def test_restrictions_that_make_no_sense_are_refused(tenant, restrictions, key):
    path = f"{tenant.path}/token_restrictions"
    answer = await tenant.client.post(path, {"restrictions": restrictions})
    assert (answer.status, list(answer.data)) == (400, [key])
    assert (await tenant.client.get(path)).status == 404
