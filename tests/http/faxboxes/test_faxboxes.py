"""The six operations of the specification."""

import re

import pytest

from faxbox_service.stores.errors import DocumentNotFound
from tests.http.conftest import NOBODY

DEFAULTS = {
    "attempts": 0,
    "caller_name": "Kazoo Fax Printer",
    "fax_header": "Kazoo Fax Printer",
    "media": {},
    "retries": 1,
    "smtp_permission_list": [],
}


async def create(tenant, **fields):
    answer = await tenant.client.put(tenant.faxboxes, {"name": "Front desk", **fields})
    assert answer.status == 201, answer.body
    return answer.data


async def test_create_answers_with_defaults_id_and_address(tenant):
    answer = await tenant.client.put(tenant.faxboxes, {"name": "Front desk"})
    box = answer.data
    assert answer.status == 201
    assert box == {
        "name": "Front desk",
        **DEFAULTS,
        "id": box["id"],
        "smtp_email_address": box["smtp_email_address"],
    }
    assert re.fullmatch(r"[0-9a-f]{32}", box["id"])
    assert re.fullmatch(r"[0-9a-f]{8}\.fax\.kazoo\.io", box["smtp_email_address"])
    assert answer.headers["location"] == f"{tenant.faxboxes}/{box['id']}"
    assert answer.json["status"] == "success"
    assert answer.tagged == answer.json["revision"]


async def test_the_envelope_has_kazoos_members_in_kazoos_order(tenant):
    answer = await tenant.client.put(tenant.faxboxes, {"name": "x"})
    assert list(answer.json) == [
        "version",
        "timestamp",
        "node",
        "request_id",
        "tokens",
        "auth_token",
        "data",
        "revision",
        "status",
    ]
    assert answer.json["auth_token"] == tenant.client.token
    assert answer.json["request_id"] == answer.headers["x-request-id"]


async def test_reading_gives_what_was_created(tenant):
    box = await create(tenant, caller_id="+1", flags=["a"], unknown={"deep": [1, None]})
    answer = await tenant.client.get(f"{tenant.faxboxes}/{box['id']}")
    assert answer.status == 200
    assert answer.data == box
    assert answer.tagged == answer.json["revision"]
    assert answer.headers["expires"] == "Fri, 01 Jan 1999 00:00:00 GMT"


async def test_private_and_derived_fields_of_clients_are_ignored(service, tenant):
    box = await create(
        tenant, _id="mine", pvt_type="evil", pvt_deleted=True, id="x", smtp_email_address="x"
    )
    stored = await service.stored(tenant.account.id, box["id"])
    assert stored["pvt_type"] == "faxbox"
    assert "pvt_deleted" not in stored
    assert box["smtp_email_address"] != "x"


@pytest.mark.pouchdb_fault("knows no integers beyond 53 bits")
async def test_numbers_of_any_size_come_back(tenant):
    numbers = {"big": 12345678901234567890, "bigger": 2**100, "float": 1.5, "whole": 1000.0}
    box = await create(tenant, **numbers)
    answer = await tenant.client.get(f"{tenant.faxboxes}/{box['id']}")
    assert answer.data["big"] == 12345678901234567890
    assert answer.data["float"] == 1.5


async def test_attempts_are_reset_by_put_and_post_and_set_by_patch(tenant):
    box = await create(tenant, attempts=3)
    path = f"{tenant.faxboxes}/{box['id']}"
    assert box["attempts"] == 0
    assert (await tenant.client.patch(path, {"attempts": 2})).data["attempts"] == 2
    assert (await tenant.client.post(path, {"name": "x", "attempts": 4})).data["attempts"] == 0


async def test_post_replaces_all_public_fields(tenant):
    box = await create(tenant, caller_id="+1", custom="x", retries=3)
    answer = await tenant.client.post(f"{tenant.faxboxes}/{box['id']}", {"name": "Other"})
    assert answer.status == 200
    assert answer.data == {
        "name": "Other",
        **DEFAULTS,
        "id": box["id"],
        "smtp_email_address": box["smtp_email_address"],
    }


async def test_patch_merges_deeply_and_removes_nulls(tenant):
    notifications = {
        "inbound": {"email": {"send_to": "a@b"}, "sms": {"send_to": "+1"}},
        "outbound": {"callback": {"method": "post"}},
    }
    box = await create(tenant, notifications=notifications, retries=3, custom={"a": 1, "b": 2})
    answer = await tenant.client.patch(
        f"{tenant.faxboxes}/{box['id']}",
        {
            "notifications": {"inbound": {"sms": None}, "outbound": {"callback": {"url": None}}},
            "custom": {"a": None, "c": [3]},
        },
    )
    assert answer.status == 200
    assert answer.data == {
        **box,
        "notifications": {
            "inbound": {"email": {"send_to": "a@b"}},
            "outbound": {"callback": {"method": "post"}},
        },
        "custom": {"b": 2, "c": [3]},
    }


async def test_patch_validates_the_merged_document(tenant):
    box = await create(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    removed = await tenant.client.patch(path, {"name": None})
    assert removed.status == 400
    assert removed.data == {
        "name": {"required": {"message": "Field is required but missing", "value": "name"}}
    }
    wrong = await tenant.client.patch(path, {"notifications": {"inbound": {"email": "x"}}})
    assert list(wrong.data) == ["notifications.inbound.email"]
    assert (await tenant.client.get(path)).data == box


async def test_patch_of_nothing_is_a_success(tenant):
    box = await create(tenant)
    for data in ({}, {"pvt_type": "x"}):
        answer = await tenant.client.patch(f"{tenant.faxboxes}/{box['id']}", data)
        assert (answer.status, answer.data) == (200, box)


async def test_delete_hides_the_box_and_keeps_its_document(service, tenant):
    box = await create(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.delete(path)
    stored = await service.stored(tenant.account.id, box["id"])
    assert answer.status == 200
    assert answer.data == {
        **{name: value for name, value in box.items() if name != "smtp_email_address"},
        "_read_only": {"deleted": True},
    }
    assert stored["pvt_deleted"] is True
    assert stored["name"] == "Front desk"
    assert answer.json["revision"] == stored["_rev"]
    assert (await service.copy(box["id"]))["pvt_deleted"] is True
    for method in ("GET", "DELETE"):
        assert (await tenant.client.request(method, path)).status == 404
    for method in ("POST", "PATCH"):
        assert (await tenant.client.request(method, path, {"name": "x"})).status == 404
    assert (await tenant.client.get(tenant.faxboxes)).data == []


async def test_should_soft_delete_false_deletes_for_good(service, tenant):
    for where in ("query", "envelope"):
        box = await create(tenant)
        path = f"{tenant.faxboxes}/{box['id']}"
        if where == "query":
            answer = await tenant.client.delete(f"{path}?should_soft_delete=false")
        else:
            answer = await tenant.client.request("DELETE", path, {}, should_soft_delete=False)
        assert answer.status == 200
        for read in (service.stored(tenant.account.id, box["id"]), service.copy(box["id"])):
            try:
                await read
            except DocumentNotFound:
                continue
            raise AssertionError("still there")


async def test_options_inside_data_are_ordinary_fields(service, tenant):
    box = await create(tenant, should_soft_delete=False, verb="delete", paginate="x")
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.post(path, {"name": "x", "verb": "delete"})
    assert (answer.status, answer.data["verb"]) == (200, "delete")
    await tenant.client.delete(path)
    assert (await service.stored(tenant.account.id, box["id"]))["pvt_deleted"] is True


async def test_a_custom_address_is_stored_in_lower_case_and_unique(tenant, other):
    box = await create(tenant, custom_smtp_email_address="Sales.Fax.Example.com-" + other.path[-9:])
    address = box["custom_smtp_email_address"]
    assert address == address.lower()
    taken = await other.client.put(
        other.faxboxes, {"name": "x", "custom_smtp_email_address": address.upper()}
    )
    assert taken.status == 400
    assert taken.data == {
        "custom_smtp_email_address": {
            "unique": {"message": "email address must be unique", "cause": address}
        }
    }
    path = f"{tenant.faxboxes}/{box['id']}"
    for own in (address, box["smtp_email_address"]):
        kept = await tenant.client.patch(path, {"custom_smtp_email_address": own})
        assert kept.status == 200, kept.body
    await tenant.client.delete(path)
    free = await other.client.put(
        other.faxboxes, {"name": "x", "custom_smtp_email_address": address}
    )
    assert free.status == 201


async def test_documents_that_are_no_faxboxes_do_not_exist(service, tenant):
    user = await service.repositories.users.create(
        tenant.account,
        {"username": "alice", "first_name": "A", "last_name": "B", "password": "secret"},
        NOBODY,
    )
    for faxbox_id in (user["_id"], tenant.account.id, "_design%2Ffaxbox", "_all_docs", "f" * 32):
        path = f"{tenant.faxboxes}/{faxbox_id}"
        for method in ("GET", "DELETE"):
            answer = await tenant.client.request(method, path)
            assert answer.status == 404, (method, faxbox_id)
            assert answer.json["message"] == "bad_identifier"
        for method in ("POST", "PATCH"):
            answer = await tenant.client.request(method, path, {"name": "x"})
            assert answer.status == 404, (method, faxbox_id)
