"""What lies in the databases afterwards is what a Kazoo node would have written."""

import json
from pathlib import Path

from faxbox_service.documents.names import (
    ACCOUNTS,
    FAXES,
    account_database,
    encoded_account_database,
)
from faxbox_service.repositories.primitives.clock import new_id
from tests.http.conftest import NOBODY

RECORDED = json.loads(
    (Path(__file__).parents[2] / "recordings" / "kazoo-stored-documents.json").read_text()
)


async def user_client(service, tenant):
    user = await service.repositories.users.create(
        tenant.account,
        {"username": "alice", "first_name": "A", "last_name": "B", "password": "secret"},
        NOBODY,
    )
    token = await service.repositories.tokens.issue(tenant.account, user["_id"], "cb_user_auth")
    return user["_id"], service.client(token)


async def test_a_new_faxbox_has_the_fields_of_a_recorded_one(service, tenant):
    user_id, client = await user_client(service, tenant)
    answer = await client.put(
        tenant.faxboxes, {"name": "Front desk"}, headers={"X-Request-ID": "my-request"}
    )
    stored = await service.stored(tenant.account.id, answer.data["id"])
    recorded = RECORDED["stored"][0]["account_doc"]
    assert stored.keys() == recorded.keys()
    assert {name: type(value) for name, value in stored.items()} == {
        name: type(value) for name, value in recorded.items()
    }
    assert stored["pvt_account_db"] == encoded_account_database(tenant.account.id)
    assert stored["pvt_account_id"] == tenant.account.id
    assert stored["pvt_reseller_id"] == tenant.account.reseller_id
    assert stored["pvt_auth_account_id"] == tenant.account.id
    assert stored["pvt_auth_user_id"] == user_id
    assert stored["pvt_is_authenticated"] is True
    assert stored["pvt_request_id"] == "my-request"
    assert stored["pvt_alphanum_name"] == "frontdesk"
    assert stored["pvt_vsn"] == "1"
    assert stored["pvt_created"] == stored["pvt_modified"] > 63_900_000_000


async def test_the_copy_differs_in_its_revision_only(service, tenant):
    client = tenant.client
    box = (await client.put(tenant.faxboxes, {"name": "x"})).data
    path = f"{tenant.faxboxes}/{box['id']}"
    for change in (
        client.patch(path, {"retries": 2}),
        client.post(path, {"name": "y"}),
        client.delete(path),
    ):
        await change
        stored = await service.stored(tenant.account.id, box["id"])
        copy = await service.copy(box["id"])
        assert {**copy, "_rev": None} == {**stored, "_rev": None}


async def test_a_box_that_kazoo_wrote_is_served_and_its_copy_mended(service, tenant):
    recorded = RECORDED["stored"][0]
    box_id = "00" * 16
    box = {
        **recorded["account_doc"],
        "_id": box_id,
        "pvt_account_id": tenant.account.id,
        "pvt_account_db": encoded_account_database(tenant.account.id),
        "pvt_cloud_state": "claimed",
        "notifications": {"email": {"send_to": "legacy@example.com"}},
    }
    del box["_rev"]
    await service.repositories.store.put(account_database(tenant.account.id), box)
    path = f"{tenant.faxboxes}/{box_id}"
    read = await tenant.client.get(path)
    assert read.status == 200
    assert "pvt_cloud_state" not in read.data
    patched = await tenant.client.patch(path, {"retries": 2})
    assert patched.status == 200, patched.body
    stored = await service.stored(tenant.account.id, box_id)
    assert stored["pvt_cloud_state"] == "claimed"
    assert stored["pvt_created"] == box["pvt_created"]
    assert "pvt_auth_user_id" not in stored
    assert (await service.copy(box_id))["retries"] == 2
    hard = await tenant.client.delete(f"{path}?should_soft_delete=false")
    assert hard.status == 200


async def test_an_account_lies_in_both_its_places(service, root):
    fields = {"name": "New & Improved " + root.account.id[:8]}
    answer = await root.client.put(root.path, fields)
    assert answer.status == 201, answer.body
    account_id = answer.data["id"]
    store = service.repositories.store
    own = await store.get(account_database(account_id), account_id)
    copy = await store.get(ACCOUNTS, account_id)
    assert {**own, "_rev": None} == {**copy, "_rev": None}
    assert own["pvt_tree"] == [root.account.id]
    assert own["pvt_type"] == "account"
    assert own["pvt_reseller_id"] == root.account.id
    assert len(own["pvt_api_key"]) == 64
    assert own["realm"].endswith(".sip.2600hz.com")
    await root.client.delete(f"/v2/accounts/{account_id}?should_soft_delete=false")


async def test_a_copy_that_vanished_or_differs_is_mended_by_the_next_change(service, tenant):
    store = service.repositories.store
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    path = f"{tenant.faxboxes}/{box['id']}"
    copy = await service.copy(box["id"])
    await store.put(FAXES, {**copy, "name": "changed behind our back", "pvt_account_db": "faxes"})
    assert (await tenant.client.patch(path, {"retries": 2})).status == 200
    assert (await service.copy(box["id"]))["name"] == "x"
    copy = await service.copy(box["id"])
    await store.delete(FAXES, box["id"], copy["_rev"])
    assert (await tenant.client.patch(path, {"retries": 3})).status == 200
    stored = await service.stored(tenant.account.id, box["id"])
    assert {**await service.copy(box["id"]), "_rev": None} == {**stored, "_rev": None}


async def test_a_slow_writer_does_not_undo_a_newer_copy(service, tenant):
    copies = service.repositories.faxbox_replicas
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    path = f"{tenant.faxboxes}/{box['id']}"
    old = await service.stored(tenant.account.id, box["id"])
    copy = await service.copy(box["id"])
    await tenant.client.patch(path, {"retries": 3})
    await copies.update_replica(tenant.account.id, old, copy)
    assert (await service.copy(box["id"]))["retries"] == 3
    assert copies.failures == 0


async def test_what_a_script_left_out_is_completed_by_the_next_save(service, tenant):
    store, database = service.repositories.store, account_database(tenant.account.id)
    box = {
        "_id": new_id(),
        "name": "Script's",
        "pvt_type": "faxbox",
        "pvt_smtp_email_address": f"{new_id()}.example.com",
    }
    await store.put(database, box)
    path = f"{tenant.faxboxes}/{box['_id']}"
    for change in (
        lambda: tenant.client.patch(path, {"retries": 2}),
        lambda: tenant.client.post(path, {"name": "y"}),
        lambda: tenant.client.delete(path),
    ):
        assert (await change()).status == 200
        stored = await store.get(database, box["_id"])
        copy = await service.copy(box["_id"])
        for document in (stored, copy):
            assert document["pvt_account_id"] == tenant.account.id
            assert document["pvt_account_db"] == encoded_account_database(tenant.account.id)
            assert document["pvt_vsn"] == "1"
            assert document["pvt_created"] > 63_900_000_000
        await store.put(
            database,
            {
                name: value
                for name, value in stored.items()
                if name not in ("pvt_account_id", "pvt_account_db", "pvt_vsn", "pvt_created")
                and name != "pvt_deleted"
            },
        )


async def test_users_and_accounts_are_completed_too(service, root, tenant):
    store, database = service.repositories.store, account_database(tenant.account.id)
    user = {"_id": new_id(), "first_name": "A", "last_name": "B", "pvt_type": "user"}
    await store.put(database, user)
    account = await store.get(database, tenant.account.id)
    del account["pvt_account_id"], account["pvt_account_db"]
    await store.put(database, account)
    assert (await root.client.patch(f"{tenant.path}/users/{user['_id']}", {"a": 1})).status == 200
    assert (await root.client.patch(tenant.path, {"a": 1})).status == 200
    for document_id in (user["_id"], tenant.account.id):
        document = await store.get(database, document_id)
        assert document["pvt_account_id"] == tenant.account.id
        assert document["pvt_account_db"] == encoded_account_database(tenant.account.id)
    assert (await store.get(ACCOUNTS, tenant.account.id))["pvt_account_id"] == tenant.account.id


async def test_a_copy_says_whose_it_is_though_its_box_does_not(service, tenant):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    store, database = service.repositories.store, account_database(tenant.account.id)
    stored = await store.get(database, box["id"])
    del stored["pvt_account_id"]
    await store.put(database, stored)
    await service.repositories.faxbox_replicas.rebuild_replica(tenant.account.id, box["id"])
    assert (await service.copy(box["id"]))["pvt_account_id"] == tenant.account.id
