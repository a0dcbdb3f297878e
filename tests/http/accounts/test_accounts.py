"""Accounts: made, read, changed, patched, removed."""

import json

import pytest

from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from tests.http.conftest import NOBODY, child_of


async def both_documents(service, account_id):
    """The account's document and its copy, without their revisions."""
    store = service.repositories.store
    documents = [
        await store.get(account_database(account_id), account_id),
        await store.get(ACCOUNTS, account_id),
    ]
    for document in documents:
        del document["_rev"]
    return documents


async def test_a_child_account(service, root):
    answer = await root.client.put(root.path, {"name": f"Acme {root.account.id}"})
    child = answer.data
    assert (answer.status, "location" in answer.headers) == (201, False)
    assert answer.json["revision"] == answer.tagged
    assert child["reseller_id"] == root.account.id
    assert (child["enabled"], child["billing_mode"]) == (True, "limits_only")
    assert child["timezone"] == "America/Los_Angeles"
    assert (child["call_restriction"], child["ringtones"]) == ({}, {})
    assert child["realm"].endswith(".sip.2600hz.com")
    document, copy = await both_documents(service, child["id"])
    assert document == copy
    assert document["pvt_tree"] == [root.account.id]
    assert document["pvt_parent_id"] == root.account.id
    assert (await root.client.get(f"/v2/accounts/{child['id']}/faxboxes")).data == []
    deleted = await root.client.delete(f"/v2/accounts/{child['id']}?should_soft_delete=false")
    assert deleted.status == 200


async def test_a_child_of_the_tokens_account(root):
    answer = await root.client.put("/v2/accounts", {"name": f"Borg {root.account.id}"})
    assert answer.status == 201
    assert (answer.data["billing_mode"], "reseller_id" in answer.data) == ("manual", False)
    await root.client.delete(f"/v2/accounts/{answer.data['id']}?should_soft_delete=false")


async def test_what_clients_send_back_is_not_stored(service, root, tenant):
    shown = (await root.client.get(tenant.path)).data
    forged = {**shown, "superduper_admin": True, "descendants_count": 99, "pvt_tree": [], "_id": 1}
    answer = await root.client.post(tenant.path, forged)
    assert answer.data == shown
    document, copy = await both_documents(service, tenant.account.id)
    assert document == copy
    leaked = {"superduper_admin", "descendants_count", "billing_mode", "created", "id", "enabled"}
    assert not leaked & document.keys()
    assert document["pvt_tree"] == [root.account.id]


async def test_names_and_realms_are_unique(root, tenant):
    taken = {"name": tenant.account.name.upper(), "realm": f" {tenant.account.realm.upper()} "}
    answer = await root.client.put(root.path, taken)
    assert answer.status == 400
    assert answer.data["name"]["unique"]["message"] == "Account name already in use"
    assert answer.data["realm"]["unique"]["message"] == "Account realm already in use"
    assert (await tenant.client.post(tenant.path, {"name": tenant.account.name})).status == 200


async def test_every_fault_is_told_at_once(root, tenant, other):
    answer = await root.client.put(root.path, {"realm": tenant.account.realm})
    assert (answer.status, set(answer.data)) == (400, {"name", "realm"})
    answer = await other.client.patch(
        other.path, {"name": tenant.account.name, "realm": "not a realm!", "timezone": 5}
    )
    assert (answer.status, set(answer.data)) == (400, {"name", "realm", "timezone"})


async def test_a_name_is_required(root):
    answer = await root.client.put(root.path, {})
    assert (answer.status, list(answer.data)) == (400, ["name"])


async def test_reading(tenant):
    answer = await tenant.client.get(tenant.path)
    assert answer.status == 200
    assert answer.data["billing_mode"] == "normal"
    tag = answer.headers["etag"]
    assert answer.tagged == answer.json["revision"]
    known = await tenant.client.get(tenant.path, headers={"If-None-Match": tag})
    assert (known.status, known.body) == (304, b"")
    stale = await tenant.client.get(tenant.path, headers={"If-Match": '"1-0"'})
    assert stale.status == 412


async def test_changing(service, root, tenant):
    await tenant.client.patch(tenant.path, {"custom": {"a": 1, "b": {"c": 2}}})
    merged = await tenant.client.patch(tenant.path, {"custom": {"b": {"c": None}, "d": 3}})
    assert merged.data["custom"] == {"a": 1, "b": {}, "d": 3}
    replaced = await tenant.client.post(tenant.path, {"name": f"New {tenant.account.id}"})
    assert "custom" not in replaced.data
    assert replaced.data["realm"] == tenant.account.realm
    assert replaced.data["timezone"] == tenant.account.timezone
    document, copy = await both_documents(service, tenant.account.id)
    assert document == copy
    assert document["pvt_alphanum_name"] == f"new{tenant.account.id}"
    assert document["pvt_auth_account_id"] == tenant.account.id
    assert (await service.repositories.accounts.find(tenant.account.id)).name == document["name"]


async def test_revisions_are_checked(tenant):
    first = (await tenant.client.get(tenant.path)).headers["etag"]
    matched = {"If-Match": first}
    changed = await tenant.client.patch(tenant.path, {"x": 1}, headers=matched)
    assert changed.status == 200
    stale = first.strip('"')
    for answer in (
        await tenant.client.patch(tenant.path, {"x": 2}, headers=matched),
        await tenant.client.delete(tenant.path, headers=matched),
    ):
        assert (answer.status, answer.json["message"]) == (412, "precondition_failed")
    for body in ({"data": {"x": 2, "_rev": stale}}, {"data": {"x": 2}, "revision": stale}):
        answer = await tenant.client.request(
            "PATCH",
            tenant.path,
            body=json.dumps(body).encode(),
        )
        assert (answer.status, answer.json["message"]) == (409, "datastore_conflict")
    assert (await tenant.client.get(tenant.path)).data["x"] == 1


async def test_only_those_above_enable_and_disable(root, tenant):
    own = await tenant.client.patch(tenant.path, {"enabled": False})
    assert (own.status, own.data["enabled"]) == (200, True)
    above = await root.client.patch(tenant.path, {"enabled": False})
    assert above.data["enabled"] is False
    assert (await root.client.patch(tenant.path, {"x": 1})).data["enabled"] is False
    assert (await root.client.patch(tenant.path, {"enabled": "true"})).data["enabled"] is True
    wrong = await root.client.patch(tenant.path, {"enabled": "perhaps"})
    assert (wrong.status, list(wrong.data)) == (400, ["enabled"])


async def client_of_user(service, tenant, priv_level):
    fields = {"first_name": "A", "last_name": "B", "enabled": True, "priv_level": priv_level}
    user = await service.repositories.users.create(
        tenant.account, {**fields, "username": f"a{priv_level}", "password": "Secret1234"}, NOBODY
    )
    token = await service.repositories.tokens.issue(tenant.account, user["_id"], "cb_user_auth")
    return service.client(token)


async def test_api_keys(service, root, tenant):
    path = f"{tenant.path}/api_key"
    before = (await tenant.client.get(path)).data["api_key"]
    user, admin = [await client_of_user(service, tenant, level) for level in ("user", "admin")]
    for refused in (await user.get(path), await user.put(path)):
        assert (refused.status, refused.json["message"]) == (403, "forbidden")
        assert before.encode() not in refused.body
    assert (await tenant.client.get(path)).data["api_key"] == before
    for client in (admin, tenant.client, root.client):
        answer = await client.put(path)
        after = answer.data["api_key"]
        assert answer.status == 200
        assert len(after) == 64 and set(after) <= set("0123456789abcdef")
        assert (await service.client().put("/v2/api_auth", {"api_key": before})).status == 404
        login = await service.client().put("/v2/api_auth", {"api_key": after})
        assert (login.status, login.data["account_id"]) == (201, tenant.account.id)
        before = after
    shown = f"{tenant.path}?include_api_key=true"
    assert (await tenant.client.get(shown)).data["api_key"] == after
    assert (await admin.get(shown)).data["api_key"] == after
    assert "api_key" not in (await user.get(shown)).data
    assert "api_key" not in (await tenant.client.get(tenant.path)).data


async def test_descendants_are_counted(service, root):
    async def count(tenant):
        return (await tenant.client.get(tenant.path)).data.get("descendants_count")

    assert await count(root) is None
    parent = await child_of(service, root)
    children = [await child_of(service, parent) for _ in range(2)]
    assert (await count(root), await count(parent), await count(children[0])) == (1, 2, None)
    await parent.client.delete(children[0].path)
    await service.repositories.accounts.delete(children[1].account)
    assert await count(parent) == 0
    await service.repositories.accounts.delete(parent.account)
    assert await count(root) == 0


async def test_a_deleted_account_is_gone_with_its_boxes_and_their_addresses(service, root, other):
    doomed = await child_of(service, root)
    fields = {"name": "x", "custom_smtp_email_address": f"{doomed.account.id}.example.com"}
    box = (await doomed.client.put(doomed.faxboxes, fields)).data
    answer = await doomed.client.delete(doomed.path)
    assert answer.status == 200
    assert answer.data["_read_only"] == {"deleted": True}
    assert (await root.client.get(doomed.path)).status == 404
    assert (await root.client.get(doomed.faxboxes)).status == 404
    assert (await root.client.delete(doomed.path)).status == 404
    assert (await doomed.client.get(doomed.faxboxes)).status == 401
    assert (await service.copy(box["id"]))["pvt_deleted"] is True
    again = await other.client.put(other.faxboxes, fields)
    assert again.status == 201
    assert (await service.stored(doomed.account.id, box["id"]))["name"] == "x"


async def test_an_account_deleted_for_good_leaves_nothing(service, root):
    doomed = await child_of(service, root)
    box = (await doomed.client.put(doomed.faxboxes, {"name": "x"})).data
    answer = await root.client.delete(f"{doomed.path}?should_soft_delete=false")
    assert answer.status == 200
    store = service.repositories.store
    with pytest.raises(DocumentNotFound):
        await store.get(ACCOUNTS, doomed.account.id)
    with pytest.raises(DocumentNotFound):
        await service.copy(box["id"])
    with pytest.raises(MissingDatabase):
        await store.get(account_database(doomed.account.id), doomed.account.id)
    again = await root.client.put(root.path, {"name": doomed.account.name})
    assert again.status == 201
    await root.client.delete(f"/v2/accounts/{again.data['id']}?should_soft_delete=false")


async def test_an_account_with_descendants_stays(service, root, tenant):
    grandchild = await child_of(service, tenant)
    answer = await root.client.delete(tenant.path)
    assert (answer.status, answer.json["message"]) == (409, "account_has_descendants")
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    await service.repositories.accounts.delete(grandchild.account)


async def test_the_master_account_stays(root):
    answer = await root.client.delete(root.path)
    assert (answer.status, answer.json["message"]) == (405, "invalid_method")
    assert answer.headers["allow"] == "OPTIONS, PATCH, POST, PUT, GET"


async def test_an_account_cannot_change_or_remove_its_parent_or_sibling(root, tenant, other):
    for path in (root.path, other.path):
        assert (await tenant.client.delete(path)).status == 403
        assert (await tenant.client.patch(path, {"name": "mine"})).status == 403


async def test_no_reply_shows_private_fields(service, root, tenant):
    secrets = [
        value
        for account in (root, tenant)
        for name, value in (await service.repositories.accounts.fetch(account.account.id)).items()
        if name in ("pvt_api_key", "pvt_cpaas_token")
    ]
    assert len(secrets) == 4
    made = await root.client.put(root.path, {"name": f"x {tenant.account.id}"})
    doomed = f"/v2/accounts/{made.data['id']}"
    for answer in (
        made,
        await root.client.get(tenant.path),
        await root.client.patch(tenant.path, {"x": 1}),
        await root.client.post(tenant.path, {"name": tenant.account.name}),
        await root.client.post(tenant.path, {"name": made.data["name"]}),
        await root.client.get(f"{tenant.path}/siblings"),
        await root.client.get(f"{tenant.path}/parents"),
        await root.client.get(f"{tenant.path}/tree"),
        await root.client.get(f"{root.path}/children"),
        await root.client.get(f"{root.path}/children?is_chunked=true"),
        await root.client.get(f"{root.path}/descendants?accept=csv"),
        await root.client.delete(root.path),
        await root.client.delete(doomed),
    ):
        text = answer.body.decode()
        for token in (root.client.token, tenant.client.token):
            text = text.replace(token, "")
        for private in ("pvt_", "cpaas", "signature_secret", *secrets):
            assert private not in text


@pytest.mark.parametrize("ask", ["put", "patch", "post", "delete", "delete for good"])
async def test_a_write_that_an_accounts_deletion_overtakes_finds_nothing(
    service, root, tenant, monkeypatch, ask
):
    """The account goes for good between the reading and the writing of its box."""
    doomed = await child_of(service, tenant)
    box = await doomed.client.put(doomed.faxboxes, {"name": "x"})
    path = f"{doomed.faxboxes}/{box.data['id']}"
    store, database = service.repositories.store, account_database(doomed.account.id)
    put, delete = store.put, store.delete

    async def overtaken(written, *arguments):
        if written == database:
            monkeypatch.undo()
            await service.repositories.accounts.delete(doomed.account)
        return await (delete if len(arguments) > 1 else put)(written, *arguments)

    monkeypatch.setattr(store, "put", overtaken)
    monkeypatch.setattr(store, "delete", overtaken)
    requests = {
        "put": lambda: doomed.client.put(doomed.faxboxes, {"name": "y"}),
        "patch": lambda: doomed.client.patch(path, {"name": "y"}),
        "post": lambda: doomed.client.post(path, {"name": "y"}),
        "delete": lambda: doomed.client.delete(path),
        "delete for good": lambda: doomed.client.delete(f"{path}?should_soft_delete=false"),
    }
    answer = await requests[ask]()
    assert (answer.status, answer.json["message"]) == (404, "bad_identifier")
