"""The schemas accept and refuse what a running Kazoo did, with the same errors."""

import json
from pathlib import Path
from typing import Any

import pytest

from faxbox_service.documents.model.faxbox import client_fields
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema

RECORDINGS = Path(__file__).parents[2] / "recordings" / "kazoo-exchanges.json"

NOT_JUDGED_BY_THE_SCHEMA = {
    "invalid/data-list": "the envelope is refused before any schema is asked",
}

CRASHES_OF_KAZOO: dict[str, Any] = {  # docs/contract.md, 11: a 400 with the ordinary type error
    "invalid/smtp-number-item": 5,
    "invalid/smtp-null-item": None,
    "invalid/smtp-object-item": {},
}

ADDED_BY_THE_RESOURCE = ("id", "smtp_email_address")


def exchanges() -> list[dict[str, Any]]:
    recorded: list[dict[str, Any]] = json.loads(RECORDINGS.read_text())
    return recorded


def data_of(exchange: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(exchange["request"]["body"])["data"]
    return data


def refused_by_a_schema(exchange: dict[str, Any]) -> bool:
    reply = exchange["response"].get("json") or {}
    rules = {rule for broken in reply.get("data", {}).values() for rule in broken}
    return "unique" not in rules


RECORDED = {exchange["name"]: exchange for exchange in exchanges()}

FAXBOXES = [
    name
    for name in RECORDED
    if name.startswith(("invalid/", "accepted/"))
    and name not in NOT_JUDGED_BY_THE_SCHEMA
    and name not in CRASHES_OF_KAZOO
]
REFUSED_FAXBOXES = [n for n in FAXBOXES if RECORDED[n]["response"]["status"] == 400]
ACCEPTED_FAXBOXES = [n for n in FAXBOXES if RECORDED[n]["response"]["status"] == 201]

REFUSED_LOGINS = [
    name
    for name, exchange in RECORDED.items()
    if name.startswith(("auth/user_auth", "auth/api_auth"))
    and exchange["response"]["status"] == 400
]


def test_the_recordings_hold_the_cases_that_this_file_is_about() -> None:
    assert len(REFUSED_FAXBOXES) > 40
    assert len(ACCEPTED_FAXBOXES) > 20
    assert len(REFUSED_LOGINS) >= 8
    assert len(FAXBOXES) == len(REFUSED_FAXBOXES) + len(ACCEPTED_FAXBOXES)


@pytest.mark.parametrize("name", REFUSED_FAXBOXES)
def test_a_refused_faxbox_gets_kazoos_errors_in_kazoos_order(name: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("faxbox").validate(data_of(RECORDED[name]))

    expected = RECORDED[name]["response"]["json"]["data"]
    assert json.dumps(refused.value.errors) == json.dumps(expected)


@pytest.mark.parametrize("name", ACCEPTED_FAXBOXES)
def test_an_accepted_faxbox_gets_kazoos_defaults_and_repairs_in_kazoos_order(name: str) -> None:
    box = packaged_schema("faxbox").validate(client_fields(data_of(RECORDED[name])))

    expected = RECORDED[name]["response"]["json"]["data"]
    for added in ADDED_BY_THE_RESOURCE:
        del expected[added]
    assert json.dumps(box) == json.dumps(expected)


@pytest.mark.parametrize(("name", "item"), CRASHES_OF_KAZOO.items())
def test_an_item_that_crashes_kazoo_is_an_ordinary_type_error(name: str, item: object) -> None:
    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("faxbox").validate(data_of(RECORDED[name]))

    assert refused.value.errors == {
        "smtp_permission_list.0": {
            "type": {
                "message": "Value did not match type(s): string",
                "target": "string",
                "value": item,
            }
        }
    }


@pytest.mark.parametrize("name", REFUSED_LOGINS)
def test_a_refused_login_gets_kazoos_errors(name: str) -> None:
    schema = RECORDED[name]["request"]["path"].removeprefix("/v2/")
    real_key = "k" * 64
    data = json.loads(json.dumps(data_of(RECORDED[name])).replace("{KEY:1}", real_key))

    with pytest.raises(InvalidDocument) as refused:
        packaged_schema(schema).validate(data)

    expected = json.dumps(RECORDED[name]["response"]["json"]["data"]).replace("{KEY:1}", real_key)
    assert json.dumps(refused.value.errors) == expected


def test_a_refused_account_gets_kazoos_errors() -> None:
    exchange = RECORDED["accounts/PUT-child-no-name"]

    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("accounts").validate(data_of(exchange))

    assert refused.value.errors == exchange["response"]["json"]["data"]


def test_an_account_gets_the_defaults_that_kazoo_gives_it() -> None:
    account = packaged_schema("accounts").validate(data_of(RECORDED["accounts/PUT-child"]))

    assert account == {
        "name": "Acme",
        "realm": "acme.test",
        "call_restriction": {},
        "music_on_hold": {},
        "preflow": {},
        "ringtones": {},
    }


@pytest.mark.parametrize("group", ["post", "put", "patch", "billing", "method", "body", "schema"])
def test_other_recorded_schema_errors_are_ours_too(group: str) -> None:
    for name, exchange in RECORDED.items():
        reply = exchange["response"].get("json") or {}
        body = exchange["request"].get("body")
        if not name.startswith(f"{group}/") or reply.get("message") != "validation error":
            continue
        if not isinstance(body, str) or not body.startswith('{"data": {'):
            continue
        if not refused_by_a_schema(exchange):
            continue
        with pytest.raises(InvalidDocument) as refused:
            packaged_schema("faxbox").validate(client_fields(data_of(exchange)))
        assert json.dumps(refused.value.errors) == json.dumps(reply["data"]), name


def test_the_faxbox_schema_is_kazoos_with_one_support_level_more() -> None:
    recorded = RECORDED["schema/GET"]["response"]["json"]["data"]
    schema = json.loads(json.dumps(packaged_schema("faxbox").document))

    # Kazoo leaves this one out of its schema, and its documentation has it.
    items = schema["properties"]["smtp_permission_list"]["items"]
    assert items.pop("support_level") == "supported"
    schema["id"] = schema.pop("_id")
    assert schema == recorded
