"""A PATCH of a box that a script or another schema left invalid: judged by what it touches."""

import pytest

from faxbox_service.documents.names import account_database
from tests.http.claims import make_box, new_address, taken, write_as_kazoo
from tests.http.users import make

INVALID = {
    "retries": 9,
    "caller_id": 5,
    "flags": ["a", 7],
    "media": "t38",
    "smtp_permission_list": ["("],
    "notifications": {
        "inbound": {"email": {"send_to": ["nobody"]}, "callback": {"url": "ftp://x", "type": "xml"}}
    },
}
KEYS = (
    "caller_id, flags.1, media, notifications.inbound.callback.type, "
    "notifications.inbound.callback.url, notifications.inbound.email.send_to, retries, "
    "smtp_permission_list.0"
)


async def scripted(service, tenant, **fields):
    """A box as a script has changed it, past the service."""
    box = await make_box(tenant)
    present = await service.stored(tenant.account.id, box["id"])
    store = service.repositories.store
    await store.put(account_database(tenant.account.id), {**present, **fields})
    return f"{tenant.faxboxes}/{box['id']}"


async def test_what_is_not_touched_is_kept_and_told(service, tenant):
    path = await scripted(service, tenant, **INVALID)
    answer = await tenant.client.patch(path, {"name": "y"})
    assert answer.status == 200, answer.body
    assert answer.headers["x-invalid-fields"] == KEYS
    stored = await service.stored(tenant.account.id, answer.data["id"])
    assert {name: stored[name] for name in INVALID} == INVALID
    assert stored["name"] == "y"
    assert (await service.copy(answer.data["id"]))["retries"] == 9


async def test_what_is_touched_is_refused(service, tenant):
    path = await scripted(service, tenant, **INVALID)
    answer = await tenant.client.patch(path, {"retries": 8, "flags": [1], "fax_header": "x"})
    assert answer.status == 400
    assert list(answer.data) == ["flags.0", "retries"]


async def test_it_is_mended_bit_by_bit(service, tenant):
    path = await scripted(service, tenant, **INVALID)
    told = []
    for change in (
        {"retries": 2, "caller_id": None},
        {"notifications": {"inbound": {"callback": {"url": "http://x", "type": "json"}}}},
        {"notifications": {"inbound": {"email": {"send_to": ["a@b"]}}}},
        {"flags": ["a"], "media": {}, "smtp_permission_list": []},
    ):
        answer = await tenant.client.patch(path, change)
        assert answer.status == 200, answer.body
        told.append(len(answer.headers.get("x-invalid-fields", "").split(", ")))
    assert told == [6, 4, 3, 1]
    assert "x-invalid-fields" not in answer.headers


async def test_a_valid_box_is_told_nothing(service, tenant):
    box = await make_box(tenant)
    answer = await tenant.client.patch(f"{tenant.faxboxes}/{box['id']}", {"name": "y"})
    assert "x-invalid-fields" not in answer.headers


async def test_what_is_not_touched_is_not_converted(service, tenant):
    path = await scripted(service, tenant, retries="3", attempts="1")
    answer = await tenant.client.patch(path, {"name": "y"})
    assert (answer.data["retries"], answer.data["attempts"]) == ("3", "1")
    assert answer.headers["x-invalid-fields"] == "attempts, retries"
    converted = await tenant.client.patch(path, {"retries": "2"})
    assert (converted.data["retries"], converted.data["attempts"]) == (2, "1")


async def test_what_is_required_must_not_stay_missing(service, tenant):
    path = await scripted(service, tenant, retries=9)
    stored = await service.stored(tenant.account.id, path.rpartition("/")[2])
    del stored["name"]
    await service.repositories.store.put(account_database(tenant.account.id), stored)
    missing = await tenant.client.patch(path, {"fax_header": "x"})
    assert (missing.status, list(missing.data)) == (400, ["name"])
    assert (await tenant.client.patch(path, {"name": "x"})).status == 200


async def test_a_post_is_judged_as_a_whole(service, tenant):
    path = await scripted(service, tenant, **INVALID)
    assert (await tenant.client.post(path, {"name": "y", "retries": 9})).status == 400
    answer = await tenant.client.post(path, {"name": "y"})
    assert answer.status == 200
    assert "x-invalid-fields" not in answer.headers


async def test_a_preview_tells_it_too(service, tenant):
    path = await scripted(service, tenant, retries=9)
    answer = await tenant.client.get(f"{path}?verb=PATCH", body=b'{"data":{"name":"y"}}')
    assert (answer.status, answer.headers["x-invalid-fields"]) == (200, "retries")


async def test_the_header_is_short_and_of_ascii(service, tenant):
    many = {"flags": [1] * 500, "retries": 9}
    path = await scripted(service, tenant, **many)
    told = (await tenant.client.patch(path, {"name": "é"})).headers["x-invalid-fields"]
    assert told.isascii()
    assert len(told) <= 1000
    assert told.endswith(", ...")


async def test_an_address_of_another_box_is_only_judged_when_it_is_touched(service, tenant):
    address = new_address()
    await make_box(tenant, custom_smtp_email_address=address)
    rival = await write_as_kazoo(service, tenant, custom_smtp_email_address=address)
    path = f"{tenant.faxboxes}/{rival['_id']}"
    assert (await tenant.client.patch(path, {"name": "y"})).status == 200
    free = new_address()
    assert (await tenant.client.patch(path, {"custom_smtp_email_address": free})).status == 200
    refused = await tenant.client.patch(path, {"custom_smtp_email_address": address})
    assert (refused.status, refused.data) == (400, taken(address))


class TestBlockedHosts:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_BLOCKED_CALLBACK_HOSTS": "127.0.0.0/8"}

    async def test_a_url_that_was_there_stays_and_is_told(self, service, tenant):
        callback = {"inbound": {"callback": {"url": "http://127.0.0.1/"}}}
        path = await scripted(service, tenant, notifications=callback)
        answer = await tenant.client.patch(
            path, {"notifications": {"inbound": {"callback": {"method": "put"}}}}
        )
        assert answer.status == 200, answer.body
        assert answer.headers["x-invalid-fields"] == "notifications.inbound.callback.url"
        for again in (
            {"notifications": callback},
            {"notifications": {"outbound": callback["inbound"]}},
        ):
            assert (await tenant.client.patch(path, again)).status == 400


async def test_users_and_accounts_are_judged_in_the_same_way(service, root, tenant):
    store, database = service.repositories.store, account_database(tenant.account.id)
    user = (await make(tenant)).data
    for document_id, field, path in (
        (user["id"], "vm_to_email_enabled", f"{tenant.path}/users/{user['id']}"),
        (tenant.account.id, "language", tenant.path),
    ):
        present = await store.get(database, document_id)
        await store.put(database, {**present, field: {"not": "valid"}})
        answer = await root.client.patch(path, {"timezone": "Europe/Berlin"})
        assert answer.status == 200, answer.body
        assert answer.headers["x-invalid-fields"] == field
        assert (await store.get(database, document_id))[field] == {"not": "valid"}
        assert (await root.client.patch(path, {field: {}})).status == 400
        assert "x-invalid-fields" not in (await root.client.patch(path, {field: None})).headers
