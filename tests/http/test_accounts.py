"""Making and removing accounts."""

from tests.http.conftest import child_of


async def test_a_child_account(root):
    answer = await root.client.put(root.path, {"name": f"Acme {root.account.id}"})
    child = answer.data
    assert answer.status == 201
    assert child["reseller_id"] == root.account.id
    assert child["enabled"] is True
    assert child["timezone"] == "America/Los_Angeles"
    assert (child["call_restriction"], child["ringtones"]) == ({}, {})
    assert (await root.client.get(f"/v2/accounts/{child['id']}/faxboxes")).data == []
    deleted = await root.client.delete(f"/v2/accounts/{child['id']}?should_soft_delete=false")
    assert deleted.status == 200


async def test_a_child_of_the_tokens_account(root):
    answer = await root.client.put("/v2/accounts", {"name": f"Borg {root.account.id}"})
    assert answer.status == 201
    await root.client.delete(f"/v2/accounts/{answer.data['id']}?should_soft_delete=false")


async def test_names_and_realms_are_unique(root, tenant):
    answer = await root.client.put(
        root.path, {"name": tenant.account.name.upper(), "realm": tenant.account.realm.upper()}
    )
    assert answer.status == 400
    assert answer.data["name"]["unique"]["message"] == "Account name already in use"
    assert answer.data["realm"]["unique"]["message"] == "Account realm already in use"


async def test_a_name_is_required(root):
    answer = await root.client.put(root.path, {})
    assert (answer.status, list(answer.data)) == (400, ["name"])


async def test_a_deleted_account_is_gone_with_its_boxes_and_their_addresses(service, root, other):
    doomed = await child_of(service, root)
    fields = {"name": "x", "custom_smtp_email_address": f"{doomed.account.id}.example.com"}
    box = (await doomed.client.put(doomed.faxboxes, fields)).data
    answer = await doomed.client.delete(doomed.path)
    assert answer.status == 200
    assert answer.data["_read_only"] == {"deleted": True}
    assert (await root.client.get(doomed.faxboxes)).status == 404
    assert (await root.client.delete(doomed.path)).status == 404
    assert (await doomed.client.get(doomed.faxboxes)).status == 401
    assert (await service.copy(box["id"]))["pvt_deleted"] is True
    again = await other.client.put(other.faxboxes, fields)
    assert again.status == 201
    assert (await service.stored(doomed.account.id, box["id"]))["name"] == "x"


async def test_an_account_with_descendants_stays(service, root, tenant):
    grandchild = await child_of(service, tenant)
    answer = await root.client.delete(tenant.path)
    assert answer.json["message"] == "account_has_descendants"
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    await service.repositories.accounts.delete(grandchild.account)


async def test_the_master_account_stays(root):
    answer = await root.client.delete(root.path)
    assert (answer.status, answer.json["message"]) == (405, "invalid_method")


async def test_an_account_cannot_remove_its_parent_or_sibling(root, tenant, other):
    for path in (root.path, other.path):
        assert (await tenant.client.delete(path)).status == 403
