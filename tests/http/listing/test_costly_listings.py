"""Listings that cost much: refused with the number, or done in slices; tables for spreadsheets."""

import asyncio
import csv
import io

import pytest

from faxbox_service.crossbar import time_slices
from faxbox_service.documents.names import account_database
from tests.http.claims import make_box, write_as_kazoo

FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture
def environment():
    """Of the tests of the module; those of classes have their own."""
    return {"FAXBOX_MAX_FILTERS": "3", "FAXBOX_MAX_CSV_COLUMNS": "30"}


def rows_of(answer):
    assert answer.headers["content-type"] == "text/csv"
    return list(csv.reader(io.StringIO(answer.body.decode(), newline=""), strict=True))


@pytest.mark.parametrize("path", ["/faxboxes", "/users", "/children"])
async def test_too_many_filters_are_refused_with_the_rule_and_the_number(tenant, path):
    fine = "?filter_name=x&filter_not_name=y&has_key=name"
    assert (await tenant.client.get(f"{tenant.path}{path}{fine}")).status == 200
    for more in ("&filter_name=z", "&created_from=0", "&has_key=x&has_key=y"):
        answer = await tenant.client.get(f"{tenant.path}{path}{fine}{more}")
        count = 4 if more.count("&") == 1 else 5
        assert (answer.status, answer.json["message"]) == (400, "validation error")
        assert answer.data == {
            "filters": {
                "maxItems": {
                    "message": "The request has more than 3 filters",
                    "target": 3,
                    "value": count,
                }
            }
        }


async def test_what_makes_too_large_a_table_is_refused_with_the_rule_and_the_number(tenant):
    box = await make_box(tenant, more={f"m{number}": number for number in range(40)})
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/{box['id']}"):
        answer = await tenant.client.get(f"{path}?accept=csv")
        assert (answer.status, answer.json["message"]) == (400, "validation error")
        assert answer.data["csv"]["maxItems"]["target"] == 30
        assert answer.headers["content-type"] == "application/json"
        assert (await tenant.client.get(path)).status == 200


async def test_a_huge_stored_box_is_filtered_and_shown_in_slices(service, tenant, monkeypatch):
    await make_box(tenant, name="small")
    await write_as_kazoo(service, tenant, name="huge", flags=["", []] * 100_000)
    monkeypatch.setattr(time_slices, "_LONGEST", 0.0)
    rounds = 0

    async def count_rounds():
        nonlocal rounds
        while True:
            await asyncio.sleep(0)
            rounds += 1

    counting = asyncio.create_task(count_rounds())
    for query, count in (("filter_flags=&filter_not_flags=x", 2), ("filter_not_flags=y", 2)):
        before = rounds
        answer = await tenant.client.get(f"{tenant.faxboxes}?{query}")
        assert (answer.status, len(answer.data)) == (200, count)
        assert rounds - before > 150
    before = rounds
    answer = await tenant.client.get(f"{tenant.faxboxes}?accept=csv")
    counting.cancel()
    assert answer.body.count(b"\n") == 3
    assert rounds - before > 150


async def test_a_page_of_large_boxes_is_refused_before_all_of_it_is_made(service, tenant):
    database = account_database(tenant.account.id)
    for _ in range(8):
        box = await write_as_kazoo(service, tenant, note="x" * 3_000_000)
        assert (await service.repositories.store.get(database, box["_id"]))["note"]
    answer = await tenant.client.get(tenant.faxboxes)
    assert (answer.status, answer.json["message"]) == (416, "range not satisfiable")
    streamed = await tenant.client.get(f"{tenant.faxboxes}?paginate=false")
    assert [len(box["note"]) for box in streamed.data] == [3_000_000] * 8


@pytest.mark.parametrize("option", ["csv_safe=true", "csv_safe", "csv_safe=1"])
async def test_a_table_for_spreadsheets_has_no_formulas(tenant, option):
    box = await make_box(tenant, name=FORMULA, caller_id="+14155550100", **{"@x": "\t=1;=2"})
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/{box['id']}"):
        header, row = rows_of(await tenant.client.get(f"{path}?accept=csv&{option}"))
        shown = dict(zip(header, row, strict=True))
        assert (shown["name"], shown["caller_id"]) == (f"'{FORMULA}", "'+14155550100")
        assert shown["'@x"] == "'\t'=1;'=2"
        assert shown["ID"] == box["id"]


@pytest.mark.parametrize("option", ["", "&csv_safe=false"])
async def test_programs_get_the_values_as_they_are(tenant, option):
    await make_box(tenant, name=FORMULA, caller_id="+14155550100")
    header, row = rows_of(await tenant.client.get(f"{tenant.faxboxes}?accept=csv{option}"))
    shown = dict(zip(header, row, strict=True))
    assert (shown["name"], shown["caller_id"]) == (FORMULA, "+14155550100")


async def test_the_option_changes_no_json(tenant):
    await make_box(tenant, name=FORMULA)
    answer = await tenant.client.get(f"{tenant.faxboxes}?csv_safe=true")
    assert answer.data[0]["name"] == FORMULA


async def test_a_safe_table_has_a_tag_of_its_own(tenant):
    await make_box(tenant, name=FORMULA)
    path = f"{tenant.faxboxes}?accept=csv"
    plain = (await tenant.client.get(path)).headers["etag"]
    safe = (await tenant.client.get(f"{path}&csv_safe=true")).headers["etag"]
    assert plain != safe
    for option, tag, status in (
        ("", plain, 304),
        ("", safe, 200),
        ("&csv_safe=true", safe, 304),
        ("&csv_safe=true", plain, 200),
    ):
        answer = await tenant.client.get(f"{path}{option}", headers={"If-None-Match": tag})
        assert answer.status == status


class TestWhereTheSettingSaysSo:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_CSV_SAFE": "true"}

    async def test_tables_are_safe_unless_the_request_says_otherwise(self, tenant):
        await make_box(tenant, name=FORMULA)
        for option, name in (("", f"'{FORMULA}"), ("&csv_safe=false", FORMULA)):
            header, row = rows_of(await tenant.client.get(f"{tenant.faxboxes}?accept=csv{option}"))
            assert dict(zip(header, row, strict=True))["name"] == name
