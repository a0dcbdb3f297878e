"""Tokens with which an ancestor acts as a user of a descendant (claim `as`), and others' traces."""

import hashlib

import pytest

from tests.http.conftest import NOBODY, child_of
from tests.http.signing import claims_of, signed


async def user_of(service, tenant, name="alice", **fields):
    fields = {"username": name, "first_name": name, "last_name": "T", "enabled": True} | fields
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)


async def login_as(service, tenant, target, name="alice"):
    data = {
        "credentials": hashlib.md5(f"{name}:Secret1234".encode()).hexdigest(),
        "account_realm": tenant.account.realm,
        "as": target,
    }
    answer = await service.client().put("/v2/user_auth", data)
    assert answer.status == 201, answer.body
    return service.client(answer.json["auth_token"])


@pytest.fixture
async def boss(service, tenant):
    return await user_of(service, tenant, priv_level="admin")


async def test_a_token_acts_as_a_user_of_a_descendant(service, root, tenant, boss):
    child = await child_of(service, tenant)
    grandchild = await child_of(service, child)
    worker = await user_of(service, grandchild, "worker")
    target = {"account_id": grandchild.account.id, "owner_id": worker["_id"]}
    client = await login_as(service, tenant, target)
    shown = (await client.get("/v2/token_auth")).data
    assert (shown["account_id"], shown["owner_id"]) == (grandchild.account.id, worker["_id"])
    box = await client.put(grandchild.faxboxes, {"name": "x"})
    stored = await service.stored(grandchild.account.id, box.data["id"])
    assert stored["pvt_auth_account_id"] == grandchild.account.id
    assert stored["pvt_auth_user_id"] == worker["_id"]
    # It acts on his account, and on no other.
    assert (await client.get(tenant.faxboxes)).status == 403
    await service.repositories.accounts.delete(grandchild.account)
    await service.repositories.accounts.delete(child.account)


async def test_nobody_acts_as_anyone_who_is_no_descendant(service, root, tenant, other, boss):
    stranger = await user_of(service, other, "stranger")
    ancestor = await user_of(service, root, "ancestor")
    for account, user_id in (
        (other, stranger["_id"]),
        (root, ancestor["_id"]),
        (tenant, boss["_id"]),
    ):
        target = {"account_id": account.account.id, "owner_id": user_id}
        client = await login_as(service, tenant, target)
        for path in (account.faxboxes, tenant.faxboxes):
            assert (await client.get(path)).status == 401


async def test_nobody_acts_as_a_user_who_does_not_exist(service, tenant, boss):
    child = await child_of(service, tenant)
    target = {"account_id": child.account.id, "owner_id": "f" * 32}
    client = await login_as(service, tenant, target)
    assert (await client.get(child.faxboxes)).status == 401
    await service.repositories.accounts.delete(child.account)


@pytest.mark.parametrize("target", [{}, {"account_id": "f" * 32}, {"owner_id": "x"}, "x", 5, []])
async def test_half_a_masquerade_is_none(service, tenant, boss, target):
    client = await login_as(service, tenant, target)
    shown = (await client.get("/v2/token_auth")).data
    assert (shown["account_id"], shown["owner_id"]) == (tenant.account.id, boss["_id"])
    assert (await client.get(tenant.faxboxes)).status == 200


async def test_a_masquerade_ends_with_the_one_who_began_it(service, tenant, boss):
    child = await child_of(service, tenant)
    worker = await user_of(service, child, "worker")
    target = {"account_id": child.account.id, "owner_id": worker["_id"]}
    client = await login_as(service, tenant, target)
    assert (await client.get(child.faxboxes)).status == 200
    await service.repositories.tokens.reset_secret(tenant.account.id, boss["_id"])
    assert (await client.get(child.faxboxes)).status == 401
    await service.repositories.accounts.delete(child.account)


async def test_who_masquerades_is_written_down(service, tenant, boss):
    """Kazoo's impersonating logins leave their origin in the token."""
    token = await service.repositories.tokens.issue(tenant.account, boss["_id"], "cb_user_auth")
    payload = await claims_of(service, token)
    payload |= {"original_account_id": "a" * 32, "original_owner_id": "b" * 32}
    client = service.client(await signed(service, payload))
    box = await client.put(tenant.faxboxes, {"name": "x"})
    stored = await service.stored(tenant.account.id, box.data["id"])
    assert stored["pvt_original_auth_account_id"] == "a" * 32
    assert stored["pvt_original_auth_owner_id"] == "b" * 32
    await tenant.client.patch(f"{tenant.faxboxes}/{box.data['id']}", {"name": "y"})
    stored = await service.stored(tenant.account.id, box.data["id"])
    assert not [name for name in stored if name.startswith("pvt_original")]
