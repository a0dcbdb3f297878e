"""What is kept for admins, of all that a plain user could do in Kazoo (docs/contract.md, 24)."""

import pytest

from faxbox_service.documents.names import account_database
from tests.http.conftest import child_of
from tests.http.users import NAMES, basic, log_in, make, stored, users_of

RESTRICTIONS = {"restrictions": {"cb_none": {"_": {"_": []}}}}


async def client_of(service, tenant, name):
    answer = await log_in(service, tenant, name, "Secret1234")
    assert answer.status == 201, answer.body
    return service.client(answer.json["auth_token"])


@pytest.fixture
async def alice(service, tenant):
    """A plain user: his client and his path."""
    made = await make(tenant)
    return await client_of(service, tenant, "alice"), f"{users_of(tenant)}/{made.data['id']}"


@pytest.fixture
async def boss(service, tenant):
    """An admin of the account: her client and her path."""
    made = await make(tenant, username="boss", priv_level="admin")
    return await client_of(service, tenant, "boss"), f"{users_of(tenant)}/{made.data['id']}"


def refused(answer, cause=None):
    expected = {"message": "forbidden"} if cause is None else {"message": "forbidden", **cause}
    return answer.status == 403 and expected.items() <= answer.data.items()


LEVEL = {"cause": "only admins may set priv_level", "value": "admin"}
OTHERS = {"cause": "only admins may change other users"}


async def test_nobody_makes_himself_an_admin(service, tenant, alice):
    client, path = alice
    document = (await client.get(path)).data
    for answer in (
        await client.patch(path, {"priv_level": "admin"}),
        await client.post(path, {**document, "priv_level": "admin"}),
        await client.request("POST", f"{path}?verb=patch", {"priv_level": "admin"}),
        await client.patch(path, {"ui_metadata": {}, "priv_level": "admin"}),
    ):
        assert refused(answer, LEVEL), answer.body
    headers = basic(tenant, "alice", "Secret1234")
    anonymous = service.client()
    answer = await anonymous.patch(path, {"priv_level": "admin"}, headers=headers)
    assert refused(answer, LEVEL)
    assert (await tenant.client.get(path)).data == document


async def test_a_user_still_changes_himself_otherwise(service, tenant, alice):
    client, path = alice
    assert (await client.patch(path, {"ui_metadata": {"origin": "x"}})).status == 200
    document = (await client.get(path)).data
    for data in (
        {**document, "ui_metadata": {"origin": "y"}},
        {name: value for name, value in document.items() if name not in ("priv_level", "enabled")},
        {**document, "id": "f" * 32, "pvt_priv_level": "admin"},
    ):
        answer = await client.post(path, data)
        assert (answer.status, answer.data["priv_level"], answer.data["enabled"]) == (
            *(200, "user"),
            True,
        )
    merged = await client.patch(path, {"priv_level": None, "email": "a@example.com"})
    assert (merged.status, merged.data["priv_level"]) == (200, "user")
    renamed = await client.patch(path, {"username": "al", "password": "Better5678"})
    assert renamed.status == 200
    again = await client_of_password(service, tenant, "al", "Better5678")
    assert (await again.delete(path)).status == 200


async def client_of_password(service, tenant, name, password):
    return service.client((await log_in(service, tenant, name, password)).json["auth_token"])


async def test_a_user_who_was_disabled_does_not_enable_himself(service, tenant, alice):
    client, path = alice
    await tenant.client.patch(path, {"enabled": False})
    document = (await client.get(path)).data
    for answer in (
        await client.patch(path, {"enabled": True}),
        await client.post(path, {**document, "enabled": True}),
    ):
        assert refused(answer, {"cause": "only admins may set enabled", "value": True})
    without = {name: value for name, value in document.items() if name != "enabled"}
    for answer in (
        await client.post(path, without),
        await client.patch(path, {"enabled": None}),
        await client.patch(path, {"ui_metadata": {}}),
    ):
        assert (answer.status, answer.data["enabled"]) == (200, False)


async def test_what_kazoo_left_out_stays_out(service, tenant, alice):
    client, path = alice
    user_id = path.rpartition("/")[2]
    document = await stored(service, tenant, user_id)
    bare = {n: v for n, v in document.items() if n not in ("priv_level", "enabled")}
    await service.repositories.store.put(account_database(tenant.account.id), bare)
    answer = await client.patch(path, {"ui_metadata": {}, "priv_level": "user"})
    assert answer.status == 200
    assert not {"priv_level", "enabled"} & (await stored(service, tenant, user_id)).keys()


async def test_only_admins_make_admins(tenant, alice, boss):
    names = {**NAMES, "username": "carol", "password": "x"}
    users = users_of(tenant)
    assert refused(await alice[0].put(users, {**names, "priv_level": "admin"}), LEVEL)
    assert len((await tenant.client.get(users)).data) == 2
    plain = await alice[0].put(users, names)
    assert (plain.status, plain.data["priv_level"]) == (201, "user")
    for number, client in enumerate((boss[0], tenant.client)):
        fields = {**names, "username": f"carol{number}", "priv_level": "admin"}
        answer = await client.put(users, fields)
        assert (answer.status, answer.data["priv_level"]) == (201, "admin")


CHANGES = [
    {"password": "Mine12345"},
    {"username": "mine", "password": "Mine12345"},
    {"email": "mine@example.com"},
    {"priv_level": "user"},
    {"enabled": False},
    {"ui_metadata": {}},
    {},
]


async def test_only_admins_change_other_users(tenant, alice, boss):
    bob = f"{users_of(tenant)}/{(await make(tenant, username='bob')).data['id']}"
    for path in (bob, boss[1]):
        document = (await tenant.client.get(path)).data
        answers = [await alice[0].patch(path, change) for change in CHANGES]
        answers += [await alice[0].post(path, {**document, **change}) for change in CHANGES]
        answers += [await alice[0].delete(path)]
        answers += [await alice[0].delete(f"{path}?should_soft_delete=false")]
        answers += [await alice[0].post(f"{path}?verb=delete")]
        for answer in answers:
            assert refused(answer, OTHERS), answer.body
        assert (await tenant.client.get(path)).data == document
    for path in (bob, alice[1]):
        assert (await boss[0].patch(path, {"priv_level": "admin"})).status == 200
        assert (await boss[0].patch(path, {"priv_level": "user", "enabled": False})).status == 200
        assert (await boss[0].delete(path)).status == 200


async def test_what_is_changed_in_a_nonexistent_user_is_refused_alike(tenant, alice):
    assert refused(await alice[0].patch(f"{users_of(tenant)}/{'f' * 32}", {}), OTHERS)


async def test_an_admin_above_is_one_and_a_user_above_is_none(service, root, tenant):
    child = await child_of(service, tenant)
    await make(tenant, username="boss", priv_level="admin")
    await make(tenant)
    path = f"{users_of(child)}/{(await make(child, username='carol')).data['id']}"
    plain, boss = [await client_of(service, tenant, name) for name in ("alice", "boss")]
    for answer in (
        await plain.patch(path, {"email": "x@example.com"}),
        await plain.put(users_of(child), {**NAMES, "priv_level": "admin"}),
        await plain.patch(child.path, {"enabled": False}),
        await plain.delete(child.path),
        await plain.post(f"{child.path}/token_restrictions", RESTRICTIONS),
    ):
        assert refused(answer), answer.body
    for answer in (
        await boss.patch(path, {"priv_level": "admin"}),
        await boss.patch(child.path, {"enabled": False}),
        await boss.post(f"{child.path}/token_restrictions", RESTRICTIONS),
        await boss.delete(child.path),
    ):
        assert answer.status == 200, answer.body


async def test_a_superduper_admins_plain_user_is_no_admin(service, root, tenant, boss):
    await make(root)
    client = await client_of(service, root, "alice")
    assert (await client.get(boss[1])).status == 200
    assert refused(await client.patch(boss[1], {"password": "x"}), OTHERS)
    assert refused(await client.get(f"{tenant.path}/api_key"))


async def test_accounts_and_restrictions_are_changed_by_admins(service, tenant, alice, boss):
    client = alice[0]
    restrictions = f"{tenant.path}/token_restrictions"
    await tenant.client.post(restrictions, RESTRICTIONS)
    document = (await client.get(tenant.path)).data
    assert (await client.get(restrictions)).status == 200
    for answer, what in (
        (await client.patch(tenant.path, {"realm": "mine.example.com"}), "change accounts"),
        (await client.post(tenant.path, document), "change accounts"),
        (await client.delete(tenant.path), "delete accounts"),
        (await client.post(restrictions, {"restrictions": {}}), "change token restrictions"),
        (await client.delete(restrictions), "change token restrictions"),
        (await client.get(f"{tenant.path}/api_key"), "see and renew API keys"),
        (await client.put(f"{tenant.path}/api_key"), "see and renew API keys"),
    ):
        assert refused(answer, {"cause": f"only admins may {what}"}), answer.body
    assert (await client.get(tenant.path)).data == document
    assert (await boss[0].patch(tenant.path, {"language": "de-DE"})).status == 200
    assert (await boss[0].delete(restrictions)).status == 200


async def test_what_a_plain_user_may_do_as_in_kazoo(service, tenant, alice, boss):
    client = alice[0]
    child = await client.put(tenant.path, {"name": "Alice's branch"})
    assert child.status == 201
    path = f"/v2/accounts/{child.data['id']}"
    assert refused(await client.put(f"{path}/users", {**NAMES, "priv_level": "admin"}), LEVEL)
    assert (await client.put(f"{path}/users", NAMES)).status == 201
    assert (await client.put(f"{path}/faxboxes", {"name": "x"})).status == 201
    assert (await boss[0].delete(path)).status == 200


async def test_who_was_an_admin_cannot_make_himself_one_again(service, tenant, boss):
    """What is remembered of him may be seconds old; of Basic credentials, too."""
    client, path = boss
    headers = basic(tenant, "boss", "Secret1234")
    assert (await client.get(f"{tenant.path}/api_key")).status == 200
    assert (await service.client().get(f"{tenant.path}/api_key", headers=headers)).status == 200
    await tenant.client.patch(path, {"priv_level": "user"})
    for answer in (
        await client.patch(path, {"priv_level": "admin"}),
        await service.client().patch(path, {"priv_level": "admin"}, headers=headers),
        await client.put(users_of(tenant), {**NAMES, "priv_level": "admin"}),
        await service.client().get(f"{tenant.path}/api_key", headers=headers),
    ):
        assert refused(answer), answer.body
    keyed = await client.get(f"{tenant.path}?include_api_key=true")
    assert "api_key" not in keyed.data


class TestKazoosWay:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_KAZOO_USER_RIGHTS": "true"}

    async def test_everybody_may_do_everything_but_see_api_keys(self, tenant, alice, boss):
        client, path = alice
        restrictions = f"{tenant.path}/token_restrictions"
        assert (await client.get(f"{tenant.path}/api_key")).status == 403
        for answer in (
            await client.patch(tenant.path, {"language": "de-DE"}),
            await client.post(restrictions, RESTRICTIONS),
            await client.delete(restrictions),
            await client.patch(boss[1], {"password": "Mine12345"}),
            await client.delete(boss[1]),
            await client.patch(path, {"priv_level": "admin"}),
        ):
            assert answer.status == 200, answer.body
        made = await client.put(users_of(tenant), {**NAMES, "priv_level": "admin"})
        assert (made.status, made.data["priv_level"]) == (201, "admin")
