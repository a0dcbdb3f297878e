"""Accounts: what a change keeps, and what happens when others write, or the store fails."""

import asyncio

import pytest

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.repositories.primitives.clock import new_id, system_clock
from faxbox_service.stores.errors import MissingDatabase, StoreUnavailable
from tests.http.conftest import NOBODY, child_of


async def stored(service, account_id):
    return await service.repositories.store.get(account_database(account_id), account_id)


async def change_stored(service, tenant, **fields):
    """As Kazoo would: in the account's database, without asking anyone."""
    document = {**await stored(service, tenant.account.id), **fields}
    await service.repositories.store.put(account_database(tenant.account.id), document)


@pytest.fixture
def without_copies(service, monkeypatch):
    """The database `accounts` takes no documents until the patch is undone."""
    store, put = service.repositories.store, service.repositories.store.put

    async def put_but_not_copies(database, document):
        if database == ACCOUNTS:
            raise StoreUnavailable("away")
        return await put(database, document)

    monkeypatch.setattr(store, "put", put_but_not_copies)
    return monkeypatch


async def test_an_account_keeps_its_realm_and_time_zone(tenant):
    kept = {"realm": tenant.account.realm, "timezone": tenant.account.timezone}
    for answer in (
        await tenant.client.patch(tenant.path, dict.fromkeys(kept)),
        await tenant.client.post(tenant.path, {"name": tenant.account.name}),
    ):
        assert answer.status == 200
        assert kept.items() <= answer.data.items()


async def test_a_realm_loses_its_spaces(tenant):
    realm = f"{new_id()}.example.com"
    spaced = {"realm": f" {realm[:5]} {realm[5:]} "}
    assert (await tenant.client.patch(tenant.path, spaced)).data["realm"] == realm
    wrong = await tenant.client.patch(tenant.path, {"realm": "a/b.example.com"})
    assert (wrong.status, wrong.data["realm"].keys()) == (400, {"pattern"})


async def test_a_patch_that_does_not_say_so_enables_nothing(service, root, tenant):
    await change_stored(service, tenant, enabled=True, pvt_enabled=False)
    answer = await root.client.patch(tenant.path, {"x": 1})
    assert (answer.data["enabled"], answer.data["x"]) == (False, 1)


async def test_private_facts_are_shown_where_there_are_some(service, tenant):
    plain = await tenant.client.get(tenant.path)
    assert not {"notification_preference", "trial_time_left"} & plain.data.keys()
    expires = gregorian_seconds(system_clock()) + 3600
    await change_stored(
        service, tenant, pvt_notification_preference="teletype", pvt_trial_expires=expires
    )
    answer = await tenant.client.patch(
        tenant.path, {"notification_preference": "x", "trial_time_left": 9, "x": 1}
    )
    assert answer.data["notification_preference"] == "teletype"
    assert 3500 < answer.data["trial_time_left"] <= 3600
    document = await stored(service, tenant.account.id)
    assert not {"notification_preference", "trial_time_left"} & document.keys()


async def test_patches_at_once_all_survive(service, tenant):
    names = [f"field{n}" for n in range(6)]
    answers = await asyncio.gather(
        *(tenant.client.patch(tenant.path, {name: True}) for name in names)
    )
    assert [answer.status for answer in answers] == [200] * len(names)
    document = await stored(service, tenant.account.id)
    copy = await service.repositories.store.get(ACCOUNTS, tenant.account.id)
    assert set(names) <= document.keys()
    assert {**copy, "_rev": ""} == {**document, "_rev": ""}


async def test_children_made_at_once_are_all_counted(service, root, tenant):
    children = await asyncio.gather(*(child_of(service, tenant) for _ in range(5)))
    assert (await tenant.client.get(tenant.path)).data["descendants_count"] == 5
    await tenant.client.patch(tenant.path, {"descendants_count": 7})
    assert (await tenant.client.get(tenant.path)).data["descendants_count"] == 5
    listed = (await root.client.get(f"{root.path}/children?filter_id={tenant.account.id}")).data
    assert [child["descendants_count"] for child in listed] == [5]
    for child in children:
        await service.repositories.accounts.delete(child.account)


async def test_a_count_that_cannot_be_kept_fails_nothing(service, tenant, monkeypatch, caplog):
    store, put = service.repositories.store, service.repositories.store.put

    async def put_but_not_the_parent(database, document):
        if document["_id"] == tenant.account.id:
            raise StoreUnavailable("away")
        return await put(database, document)

    monkeypatch.setattr(store, "put", put_but_not_the_parent)
    answer = await tenant.client.put(tenant.path, {"name": f"x {new_id()}"})
    assert answer.status == 201
    deleted = await tenant.client.delete(f"/v2/accounts/{answer.data['id']}")
    assert deleted.status == 200
    assert caplog.text.count(f"the descendants of account {tenant.account.id}") == 2


async def test_an_old_key_is_nobodys_even_while_its_copy_is_stale(
    service, tenant, without_copies, caplog
):
    path = f"{tenant.path}/api_key"
    before = (await tenant.client.get(path)).data["api_key"]
    assert (await tenant.client.put(path)).status == 200
    assert service.repositories.accounts.replicas.failures == 1
    assert f"the replica of account {tenant.account.id}" in caplog.text
    without_copies.undo()
    assert (await service.client().put("/v2/api_auth", {"api_key": before})).status == 404
    await service.repositories.accounts.replicas.rebuild_replica(tenant.account.id)
    current = (await tenant.client.get(path)).data["api_key"]
    assert (await service.client().put("/v2/api_auth", {"api_key": current})).status == 201


async def test_a_creation_that_fails_leaves_nothing(service, root, monkeypatch):
    store, put = service.repositories.store, service.repositories.store.put
    made = []

    async def put_nothing_new(database, document):
        if document.get("pvt_type") == "account" and "_rev" not in document:
            made.append(database)
            raise StoreUnavailable("away")
        return await put(database, document)

    monkeypatch.setattr(store, "put", put_nothing_new)
    answer = await root.client.put(root.path, {"name": f"Doomed {root.account.id}"})
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    with pytest.raises(MissingDatabase):
        await store.get(made[0], "x")


async def test_an_account_is_made_even_when_its_copy_cannot_be(service, tenant, without_copies):
    answer = await tenant.client.put(tenant.path, {"name": f"x {new_id()}"})
    assert answer.status == 201
    path, account_id = f"/v2/accounts/{answer.data['id']}", answer.data["id"]
    copies = service.repositories.accounts.replicas
    # The child's own, and that of its parent, which counts it.
    assert copies.failures == 2
    assert (await tenant.client.get(path)).data["name"] == answer.data["name"]
    assert (await tenant.client.get(f"{tenant.path}/children")).data == []
    without_copies.undo()
    await copies.rebuild_replica(account_id)
    listed = (await tenant.client.get(f"{tenant.path}/children")).data
    assert [child["id"] for child in listed] == [account_id]
    await tenant.client.delete(path)


async def test_no_master_is_made_that_nobody_would_find(service, without_copies):
    with pytest.raises(StoreUnavailable):
        await service.repositories.accounts.create_master("lost", NOBODY)


async def test_accounts_are_neither_moved_nor_promoted(root, tenant):
    for method, kin in (("POST", "move"), ("PUT", "reseller"), ("DELETE", "reseller")):
        answer = await root.client.request(method, f"{tenant.path}/{kin}", {"to": root.account.id})
        assert answer.status == 404, kin
