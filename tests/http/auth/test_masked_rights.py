"""Who acts as another has the rights that both have, and no others."""

from contextlib import suppress

import pytest

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import system_clock
from tests.http.auth.test_masquerading import login_as, user_of
from tests.http.conftest import child_of
from tests.http.signing import claims_of, signed

DENIED = {"cause": "access denied by token restrictions", "message": "forbidden"}
READ_BOXES = {"faxboxes": [{"rules": {"#": ["GET"]}}]}
EVERYTHING = {"_": [{"rules": {"#": ["_"]}}]}


@pytest.fixture
async def child(service, tenant):
    child = await child_of(service, tenant)
    yield child
    with suppress(BadIdentifier):
        await service.repositories.accounts.delete(child.account)


@pytest.fixture
def restrict(root):
    """Restricts the tokens of an account, by privilege level; the root's have no restrictions."""

    async def restrict(tenant, **levels):
        restrictions = {"restrictions": {"_": levels}}
        answer = await root.client.post(f"{tenant.path}/token_restrictions", restrictions)
        assert answer.status == 200, answer.body

    return restrict


async def mask(service, tenant, child, *, own="admin", target="admin"):
    """A client of a user of the tenant who acts as a user of the child."""
    await user_of(service, tenant, priv_level=own)
    worker = await user_of(service, child, "worker", priv_level=target)
    return await login_as(
        service, tenant, {"account_id": child.account.id, "owner_id": worker["_id"]}
    )


def denied(answer):
    return (answer.status, answer.data) == (403, DENIED)


@pytest.mark.parametrize("own", ["user", "admin"])
async def test_restrictions_are_not_escaped_by_acting_as_another(
    service, tenant, child, own, restrict
):
    client = await mask(service, tenant, child, own=own)
    await restrict(tenant, _=READ_BOXES)
    assert (await client.get(child.faxboxes)).status == 200
    for answer in (
        await client.put(child.faxboxes, {"name": "x"}),
        await client.get(f"{child.path}/api_key"),
        await client.put(f"{child.path}/api_key"),
        await client.get(f"{child.path}?include_api_key=true"),
        await client.get(f"{child.path}/users"),
        await client.delete(f"{child.path}/token_restrictions"),
        await client.delete(child.path),
        await client.delete(f"{child.path}?should_soft_delete=false"),
        await client.get("/v2/token_auth"),
    ):
        assert denied(answer)
    assert (await child.client.get(child.faxboxes)).status == 200


async def test_the_targets_restrictions_hold_as_well(service, tenant, child, restrict):
    client = await mask(service, tenant, child)
    await restrict(child, admin=READ_BOXES)
    assert (await client.get(child.faxboxes)).status == 200
    assert denied(await client.put(child.faxboxes, {"name": "x"}))
    await restrict(tenant, admin={"faxboxes": [{"rules": {"#": ["PUT"]}}]})
    assert denied(await client.get(child.faxboxes))
    assert denied(await client.put(child.faxboxes, {"name": "x"}))


async def test_whose_account_a_rule_means_is_judged_for_each(service, tenant, child, restrict):
    """To the caller the account of the path is a descendant, to the target it is his own."""
    client = await mask(service, tenant, child)
    for of_caller, of_target, status in (
        ("{DESCENDANT_ACCOUNT_ID}", "{AUTH_ACCOUNT_ID}", 200),
        ("{AUTH_ACCOUNT_ID}", "{AUTH_ACCOUNT_ID}", 403),
        ("{DESCENDANT_ACCOUNT_ID}", "{DESCENDANT_ACCOUNT_ID}", 403),
        ("_", child.account.id, 200),
    ):
        for account, allowed in ((tenant, of_caller), (child, of_target)):
            rules = [{"rules": {"#": ["_"]}, "allowed_accounts": [allowed]}]
            await restrict(account, _={"faxboxes": rules})
        assert (await client.get(child.faxboxes)).status == status, (of_caller, of_target)


async def test_restrictions_that_come_later_hold_for_tokens_issued_before(
    service, root, tenant, child, restrict
):
    client = await mask(service, tenant, child)
    for account in (tenant, child):
        assert (await client.get(f"{child.path}/users")).status == 200
        await restrict(account, _=READ_BOXES)
        assert denied(await client.get(f"{child.path}/users"))
        await root.client.delete(f"{account.path}/token_restrictions")
    assert (await client.get(f"{child.path}/users")).status == 200


async def test_a_plain_user_is_no_admin_by_acting_as_one(service, tenant, child):
    client = await mask(service, tenant, child, own="user")
    shown = (await client.get("/v2/token_auth")).data
    user = f"{child.path}/users/{shown['owner_id']}"
    box = (await client.put(child.faxboxes, {"name": "x"})).data["id"]
    await client.delete(f"{child.faxboxes}/{box}")
    for answer in (
        await client.get(f"{child.path}/api_key"),
        await client.put(f"{child.path}/api_key"),
        await client.post(f"{child.faxboxes}/{box}?restore=true"),
        await client.patch(user, {"password": "Mine12345"}),
        await client.patch(user, {"ui_metadata": {}}),
        await client.delete(user),
        await client.patch(child.path, {"name": "Mine"}),
        await client.post(f"{child.path}/token_restrictions", {"restrictions": {}}),
        await client.delete(child.path),
    ):
        assert (answer.status, answer.data["message"]) == (403, "forbidden")
    keyed = await client.get(f"{child.path}?include_api_key=true")
    assert (keyed.status, "api_key" in keyed.data) == (200, False)


async def test_what_a_level_may_not_it_may_not_as_an_admin_either(service, tenant, child, restrict):
    """The target's account restricts its plain users; the caller is one of them there."""
    client = await mask(service, tenant, child, own="user")
    await restrict(child, user=READ_BOXES, admin=EVERYTHING)
    assert (await client.get(child.faxboxes)).status == 200
    assert denied(await client.put(child.faxboxes, {"name": "x"}))


async def test_an_admin_who_acts_as_a_user_is_one(service, tenant, child):
    client = await mask(service, tenant, child, target="user")
    shown = (await client.get("/v2/token_auth")).data
    user = f"{child.path}/users/{shown['owner_id']}"
    assert (await client.get(f"{child.path}/api_key")).status == 403
    assert (await client.patch(user, {"ui_metadata": {"x": 1}})).status == 200
    assert (await client.patch(user, {"priv_level": "admin"})).status == 403


async def test_an_admin_who_acts_as_an_admin_is_one(service, tenant, child):
    client = await mask(service, tenant, child)
    assert (await client.get(f"{child.path}/api_key")).status == 200
    assert (await client.patch(child.path, {"language": "de-DE"})).status == 200
    assert (await client.delete(child.path)).status == 200


async def test_who_is_no_admin_any_more_is_none_at_once(service, tenant, child):
    client = await mask(service, tenant, child)
    assert (await client.get(f"{child.path}/api_key")).status == 200
    users = service.repositories.users
    boss = await users.find_by_username(tenant.account.id, "alice")
    await tenant.client.patch(f"{tenant.path}/users/{boss['_id']}", {"priv_level": "user"})
    assert (await client.get(f"{child.path}/api_key")).status == 403


async def test_nobody_comes_to_other_accounts_by_acting_as_a_superduper_admin(
    service, tenant, other, child, restrict
):
    await service.repositories.accounts.change_private(
        child.account.id, lambda document: {**document, "pvt_superduper_admin": True}
    )
    client = await mask(service, tenant, child)
    await restrict(child, _=READ_BOXES)
    assert (await child.client.get(other.faxboxes)).status == 200
    assert (await client.get(child.faxboxes)).status == 200
    assert (await client.get(other.faxboxes)).status == 403
    assert denied(await client.put(child.faxboxes, {"name": "x"}))
    assert (await client.get("/v2/about")).status == 403


async def test_an_account_whose_trial_is_over_does_nothing_through_a_child(service, tenant, child):
    client = await mask(service, tenant, child)
    assert (await client.get(child.faxboxes)).status == 200
    ended = gregorian_seconds(system_clock()) - 10
    await service.repositories.accounts.change_private(
        tenant.account.id, lambda document: {**document, "pvt_trial_expires": ended}
    )
    assert list((await client.get(child.faxboxes)).data) == ["account"]


async def kazoos_token(service, tenant, user, **claims):
    """One that a Kazoo node has issued, with more claims."""
    token = await service.repositories.tokens.issue(tenant.account, user["_id"], "cb_user_auth")
    return service.client(await signed(service, {**await claims_of(service, token), **claims}))


async def test_a_claim_of_kazoos_is_no_other(service, tenant, child, restrict):
    user = await user_of(service, tenant, priv_level="user")
    worker = await user_of(service, child, "worker", priv_level="admin")
    target = {"account_id": child.account.id, "owner_id": worker["_id"]}
    client = await kazoos_token(service, tenant, user, **{"as": target})
    await restrict(tenant, user=READ_BOXES)
    assert (await client.get(child.faxboxes)).status == 200
    assert denied(await client.delete(child.path))


async def test_masks_are_not_chained(service, root, tenant, child):
    """Of an `as` inside an `as` nothing is read, and the first must be a descendant's."""
    user = await user_of(service, child, priv_level="admin")
    above = await user_of(service, tenant, "above", priv_level="admin")
    inner = {"account_id": tenant.account.id, "owner_id": above["_id"]}
    for target in (
        {"account_id": child.account.id, "owner_id": user["_id"], "as": inner},
        {**inner, "as": {"account_id": child.account.id, "owner_id": user["_id"]}},
    ):
        client = await kazoos_token(service, child, user, **{"as": target})
        for account in (tenant, child):
            assert (await client.get(account.faxboxes)).status == 401


async def test_an_impersonator_keeps_to_his_own_restrictions(service, tenant, child, restrict):
    """Kazoo's impersonating logins name him in the token of the other."""
    admin = await user_of(service, tenant, priv_level="admin")
    worker = await user_of(service, child, "worker", priv_level="admin")
    origin = {"original_account_id": tenant.account.id, "original_owner_id": admin["_id"]}
    client = await kazoos_token(service, child, worker, **origin)
    assert (await client.get(f"{child.path}/api_key")).status == 200
    await restrict(tenant, admin=READ_BOXES)
    assert (await client.get(child.faxboxes)).status == 200
    assert denied(await client.get(f"{child.path}/api_key"))


async def test_an_impersonator_who_is_gone_has_no_privileges(service, tenant, child, restrict):
    worker = await user_of(service, child, "worker", priv_level="admin")
    origin = {"original_account_id": tenant.account.id, "original_owner_id": "f" * 32}
    client = await kazoos_token(service, child, worker, **origin)
    await restrict(child, user=READ_BOXES)
    assert (await client.get(child.faxboxes)).status == 200
    assert denied(await client.get(f"{child.path}/api_key"))
