"""Listings and their pages."""

import asyncio

import pytest

from faxbox_service.crossbar.listing.cursor import decode_cursor, encode_cursor
from tests.http.conftest import pages_of


@pytest.fixture
async def boxes(tenant):
    answers = await asyncio.gather(
        *(tenant.client.put(tenant.faxboxes, {"name": f"box {n}"}) for n in range(7))
    )
    return sorted((answer.data for answer in answers), key=lambda box: box["id"], reverse=True)


async def test_an_empty_listing(tenant):
    answer = await tenant.client.get(tenant.faxboxes)
    assert (answer.status, answer.data) == (200, [])
    assert answer.json["page_size"] == 0
    assert "revision" not in answer.json
    assert "etag" not in answer.headers


async def test_boxes_come_whole_by_descending_id(tenant, boxes):
    answer = await tenant.client.get(tenant.faxboxes)
    assert answer.data == boxes
    assert answer.json["page_size"] == 7
    assert "next_start_key" not in answer.json


async def test_pages_follow_each_other(tenant, boxes):
    pages = await pages_of(tenant.client, f"{tenant.faxboxes}?page_size=3")
    assert [box for page in pages for box in page.data] == boxes
    assert [page.json["page_size"] for page in pages] == [3, 3, 1]


async def test_a_start_key_is_a_cursor_or_an_id_and_echoed(tenant, boxes):
    for start_key in (boxes[2]["id"], encode_cursor(boxes[2]["id"])):
        answer = await tenant.client.get(f"{tenant.faxboxes}?start_key={start_key}")
        assert answer.data == boxes[2:]
        assert answer.json["start_key"] == encode_cursor(boxes[2]["id"])
    empty = await tenant.client.get(f"{tenant.faxboxes}?start_key=")
    assert (empty.data, empty.json["start_key"]) == ([], "g20AAAAA")


async def test_without_pagination_everything_comes(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?paginate=false&page_size=2")
    assert answer.data == boxes
    assert not {"page_size", "start_key", "next_start_key"} & answer.json.keys()


async def test_the_default_page_has_50_boxes(service, tenant):
    await asyncio.gather(
        *(tenant.client.put(tenant.faxboxes, {"name": f"box {n}"}) for n in range(52))
    )
    answer = await tenant.client.get(tenant.faxboxes)
    assert (len(answer.data), answer.json["page_size"]) == (50, 50)
    assert "next_start_key" in answer.json


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("page_size=0", "page size must be at least 1"),
        ("page_size=-1", "page size must be at least 1"),
        ("page_size=-1e999999999", "page size must be at least 1"),
        ("page_size=x", "invalid page size"),
        ("page_size=", "invalid page size"),
        ("page_size=NaN", "invalid page size"),
        ("page_size=inf", "invalid page size"),
        ("chunk_size=51", "chunk size must be lower than 50"),
        ("chunk_size=0", "chunk size must be at least 1"),
        ("chunk_size=-1", "chunk size must be at least 1"),
        ("chunk_size=x", "invalid chunk size"),
        ("chunk_size=", "invalid chunk size"),
    ],
)
async def test_impossible_sizes(tenant, option, text):
    answer = await tenant.client.get(f"{tenant.faxboxes}?{option}")
    assert answer.status == 404
    assert (answer.json["message"], answer.data) == ("faulty_request", {"message": text})


@pytest.mark.parametrize(("size", "count"), [("1.6", 2), ("1.4", 1), ("9" * 40, 7)])
async def test_odd_page_sizes(tenant, boxes, size, count):
    answer = await tenant.client.get(f"{tenant.faxboxes}?page_size={size}")
    assert (answer.status, len(answer.data)) == (200, count)


async def test_a_listing_that_did_not_change_is_a_304(tenant, boxes):
    first = await tenant.client.get(tenant.faxboxes)
    headers = {"If-None-Match": first.headers["etag"]}
    assert first.tagged == first.json["revision"]
    assert (await tenant.client.get(tenant.faxboxes, headers=headers)).status == 304
    await tenant.client.patch(f"{tenant.faxboxes}/{boxes[0]['id']}", {"retries": 2})
    assert (await tenant.client.get(tenant.faxboxes, headers=headers)).status == 200


async def test_no_account_sees_the_boxes_of_another(tenant, other, boxes):
    assert (await other.client.get(other.faxboxes)).data == []


async def test_boxes_that_are_too_long_to_be_read_at_once(tenant):
    """They are read a few at a time, and the page is whole all the same."""
    created = [
        (await tenant.client.put(tenant.faxboxes, {"name": str(n), "note": "x" * 1_400_000})).data
        for n in range(10)
    ]
    boxes = sorted(created, key=lambda box: box["id"], reverse=True)
    assert (await tenant.client.get(tenant.faxboxes)).data == boxes
    page = await tenant.client.get(f"{tenant.faxboxes}?page_size=9")
    assert page.data == boxes[:9]
    assert decode_cursor(page.json["next_start_key"]) == boxes[9]["id"]
    found = await tenant.client.get(f"{tenant.faxboxes}?filter_name=3")
    assert [box["name"] for box in found.data] == ["3"]
