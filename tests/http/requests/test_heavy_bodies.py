"""Bodies that cost much to judge, or that could be answered at length: all are judged, in short."""

import json
from typing import Any

import pytest

from faxbox_service.documents.json.long_integers import LONGEST_INTEGER
from faxbox_service.documents.schema.errors import MOST_ERROR_BYTES

LONG = "x" * 500_000
DIGITS = "9" * (LONGEST_INTEGER + 1)
NAMES = [f"{number:06}" for number in range(4000)]
LATE = dict.fromkeys(NAMES[-1:] + NAMES[:-1], 0)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


REFUSED = {
    "a long name": {"name": LONG},
    "a long name of many bytes": {"name": "\U0001f4e0" * 100_000},
    "a long name of another type": {"name": [LONG]},
    "names of another type": {"name": dict.fromkeys(NAMES, LONG[:100])},
    "a long pattern": {"name": "x", "smtp_permission_list": [LONG]},
    "patterns that do not compile": {"name": "x", "smtp_permission_list": ["(" + LONG[:500]] * 900},
    "many wrong items": {"name": "x", "flags": [5] * 9000, "smtp_permission_list": [None] * 9000},
    "wrong items below long names": {"name": "x", "flags": [{LONG[:50_000]: 1}] * 10},
    "a long callback": {
        "name": "x",
        "notifications": {"inbound": {"callback": {"url": f"ftp://{LONG}", "method": LONG}}},
    },
    "digits for an integer": {"name": "x", "retries": "9" * 500_000},
    "digits for an integer, too long for one": {"name": "x", "retries": DIGITS},
    "a float beyond all integers": {"name": "x", "retries": 1e300},
    "a power": {"name": "x", "retries": "1.0E+99999999"},
    "an integer of a hundred digits": {"name": "x", "retries": 10**99},
    "long recipients": {
        "name": "x",
        "notifications": {
            way: {"email": {"send_to": [LONG] * 2}} for way in ("inbound", "outbound")
        },
    },
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_is_no_longer_than_needed(tenant, name: str) -> None:
    answer = await tenant.client.put(tenant.faxboxes, REFUSED[name])
    assert answer.status == 400
    assert answer.json["message"] == "validation error"
    assert len(answer.body) < 1.5 * MOST_ERROR_BYTES
    assert answer.data


REFUSED_TEXTS = {
    "too many digits": f'{{"data":{{"name":"x","n":[{DIGITS}]}}}}',
    "far too many digits": '{"data":{"name":"x","n":' + "9" * 1_000_000 + "}}",
    "a power beyond floats": '{"data":{"name":"x","n":1E+99999999}}',
    "a surrogate": '{"data":{"name":"x","n":"\\udc00"}}',
    "a surrogate in a name": '{"data":{"name":"x","\\ud800":1}}',
    "too deep": f'{{"data":{{"name":"x","n":{nested(255)}}}}}',
    "far too deep": f'{{"data":{{"name":"x","n":{nested(100_000)}}}}}',
}


@pytest.mark.parametrize("name", REFUSED_TEXTS)
async def test_what_is_no_json_for_us_is_refused(tenant, name: str) -> None:
    headers = {"Content-Type": "application/json"}
    body = REFUSED_TEXTS[name].encode()
    answer = await tenant.client.request("PUT", tenant.faxboxes, body=body, headers=headers)
    assert answer.status == 400
    assert list(answer.data) == ["json"]


TAKEN = {
    "names in a hard order": {"name": "x", "o": LATE},
    "names in a hard order, many times": {"name": "x", "o": [{"p": LATE}] * 5},
    "many patterns": {"name": "x", "smtp_permission_list": ["(a|b)*?c{2,9}@d"] * 2000},
    "many flags": {"name": "x", "flags": ["a"] * 5000},
    "numbers": {"name": "x", "n": [5e-308, 0.1, -1.7e308, 2**53, -0.5]},
    "things to repair": {
        "name": "x",
        "retries": "2.4",
        "attempts": 1.5,
        "media": {"fax_option": "true"},
    },
    "deep": {"name": "x", "n": json.loads(nested(254))},
    "a long text": {"name": "x", "n": LONG},
}


@pytest.mark.parametrize("name", TAKEN)
async def test_what_is_only_heavy_is_stored_as_it_is(tenant, name: str) -> None:
    data: dict[str, Any] = TAKEN[name]
    headers = {"Idempotency-Key": name.replace(" ", "-")}
    made = await tenant.client.put(tenant.faxboxes, data, headers=headers)
    assert made.status == 201
    item = f"{tenant.faxboxes}/{made.data['id']}"
    repaired = ("retries", "attempts", "media")
    for field, value in data.items():
        if field not in repaired:
            assert repr(made.data[field]) == repr(value)
    again = await tenant.client.put(tenant.faxboxes, data, headers=headers)
    assert (again.status, again.data) == (201, made.data)
    patched = await tenant.client.patch(item, {"name": "y"})
    assert patched.data == {**made.data, "name": "y"}
    assert (await tenant.client.get(item)).data == patched.data


@pytest.mark.parametrize("number", [2**64 + 1, -(10**99)])
@pytest.mark.pouchdb_fault("knows no integers beyond 53 bits")
async def test_numbers_are_kept_exactly(tenant, number: int) -> None:
    made = await tenant.client.put(tenant.faxboxes, {"name": "x", "n": number})
    shown = await tenant.client.get(f"{tenant.faxboxes}/{made.data['id']}")
    assert repr(shown.data["n"]) == repr(number)


async def test_of_members_of_one_name_the_last_counts(tenant) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"data":{"name":"first","name":"last"}}'
    answer = await tenant.client.request("PUT", tenant.faxboxes, body=body, headers=headers)
    assert (answer.status, answer.data["name"]) == (201, "last")


async def test_a_value_that_is_shown_short_is_told_as_such(tenant) -> None:
    errors = (await tenant.client.put(tenant.faxboxes, {"name": LONG})).data
    assert errors["name"]["maxLength"]["value"] == "x" * 100 + "…"
    errors = (await tenant.client.put(tenant.faxboxes, {"name": NAMES})).data
    assert errors["name"]["type"]["value"] == "(4000 items)"
