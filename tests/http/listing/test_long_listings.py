"""Listings that are filtered, streamed, or too long to be held."""

import asyncio
import json

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faxbox_service.crossbar.listing.cursor import decode_cursor
from faxbox_service.documents.names import account_database
from tests.http.conftest import pages_of

COUNT = 130
"""More than the first batch read from the store."""


@pytest.fixture
def environment():
    return {"FAXBOX_REQUEST_MEMORY_LIMIT": "15000", "FAXBOX_REQUEST_CONCURRENCY": "2"}


@pytest.fixture
async def boxes(service, tenant):
    """Boxes by descending id, as listings show them; every third is blue."""
    client, store = tenant.client, service.repositories.store
    first = (await client.put(tenant.faxboxes, {"name": "box 0", "blue": True, "n": 0})).data
    database = account_database(tenant.account.id)
    template = await store.get(database, first["id"])
    del template["_rev"]
    documents = [
        {**template, "_id": f"{n:032x}", "name": f"box {n}", "blue": n % 3 == 0, "n": n}
        for n in range(1, COUNT)
    ]
    await asyncio.gather(*(store.put(database, document) for document in documents))
    shown = [
        {**first, "name": d["name"], "blue": d["blue"], "n": d["n"], "id": d["_id"]}
        for d in documents
    ]
    return sorted([first, *shown], key=lambda box: box["id"], reverse=True)


async def test_a_long_listing_without_pagination_is_streamed(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?paginate=false")
    assert (answer.status, answer.data) == (200, boxes)
    assert "content-length" not in answer.headers
    assert "etag" not in answer.headers
    assert answer.json["status"] == "success"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.json.keys() >= {"revision", "version", "node", "timestamp", "tokens"}


async def test_the_revision_of_a_streamed_listing_is_that_of_its_data(tenant, boxes):
    path = f"{tenant.faxboxes}?paginate=false"
    first, second = [await tenant.client.get(path) for _ in range(2)]
    assert first.json["revision"] == second.json["revision"]
    await tenant.client.patch(f"{tenant.faxboxes}/{boxes[0]['id']}", {"retries": 3})
    assert (await tenant.client.get(path)).json["revision"] != first.json["revision"]


async def test_head_of_a_streamed_listing(tenant, boxes):
    answer = await tenant.client.request("HEAD", f"{tenant.faxboxes}?paginate=false")
    assert (answer.status, answer.body) == (200, b"")


async def test_a_streamed_listing_may_be_compressed_or_jsonp(tenant, boxes):
    answer = await tenant.client.get(
        f"{tenant.faxboxes}?paginate=false&jsonp=f", headers={"Accept-Encoding": "gzip"}
    )
    # The client has decompressed it.
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(answer.body.removeprefix(b"f(").removesuffix(b");"))["data"] == boxes


async def test_a_page_that_is_too_long_is_a_416(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?page_size=1000")
    assert (answer.status, answer.json["message"]) == (416, "range not satisfiable")
    assert answer.data == {}
    assert len((await tenant.client.get(f"{tenant.faxboxes}?page_size=20")).data) == 20


@pytest.mark.parametrize("order", ["", "&ascending=true", "&descending=false"])
async def test_pages_in_both_directions(tenant, boxes, order):
    expected = boxes if not order else boxes[::-1]
    pages = await pages_of(tenant.client, f"{tenant.faxboxes}?page_size=30{order}")
    assert [box for page in pages for box in page.data] == expected


async def test_keys_bound_a_listing_in_its_own_direction(tenant, boxes):
    high, low = boxes[3]["id"], boxes[9]["id"]
    down = await tenant.client.get(f"{tenant.faxboxes}?start_key={high}&end_key={low}")
    assert down.data == boxes[3:10]
    up = await tenant.client.get(
        f"{tenant.faxboxes}?start_key={low}&end_key={high}&ascending=true&page_size=4"
    )
    assert up.data == boxes[9:5:-1]
    assert decode_cursor(up.json["next_start_key"]) == boxes[5]["id"]
    inverted = await tenant.client.get(f"{tenant.faxboxes}?start_key={low}&end_key={high}")
    assert (inverted.status, inverted.data) == (200, [])


async def test_filtered_pages_are_filled_across_the_account(tenant, boxes):
    blue = [box for box in boxes if box["blue"]]
    pages = await pages_of(tenant.client, f"{tenant.faxboxes}?filter_blue=true&page_size=20")
    assert [box for page in pages for box in page.data] == blue
    assert all(page.json["page_size"] == 20 for page in pages[:-1])


async def test_the_next_page_begins_right_after_the_last_match(tenant, boxes):
    last = next(box for box in boxes if box["blue"])
    answer = await tenant.client.get(f"{tenant.faxboxes}?filter_blue=true&page_size=1")
    following = boxes[boxes.index(last) + 1]
    assert decode_cursor(answer.json["next_start_key"]) == following["id"]


async def test_a_filter_that_matches_nothing_has_no_next_page(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?filter_name=nobody")
    assert (answer.data, answer.json["page_size"]) == ([], 0)
    assert "next_start_key" not in answer.json


async def test_filters_of_public_names_and_times(service, tenant, boxes):
    box = boxes[5]
    by_id = await tenant.client.get(f"{tenant.faxboxes}?filter_id={box['id']}")
    assert by_id.data == [box]
    private = await tenant.client.get(f"{tenant.faxboxes}?filter_pvt_type=faxbox")
    assert private.data == []
    created = (await service.stored(tenant.account.id, box["id"]))["pvt_created"]
    for option, count in (("from", 20), ("to", 20)):
        answer = await tenant.client.get(
            f"{tenant.faxboxes}?created_{option}={created}&page_size=20"
        )
        assert len(answer.data) == count
    later = await tenant.client.get(f"{tenant.faxboxes}?created_from={created + 1}")
    assert later.data == []


async def test_a_chunked_listing_shows_public_documents_and_texts(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?is_chunked=true&chunk_size=7&page_size=40")
    assert answer.data == boxes[:40]
    assert answer.json["page_size"] == "40"
    assert decode_cursor(answer.json["next_start_key"]) == boxes[40]["id"]
    assert not {"tokens", "revision"} & answer.json.keys()
    whole = await tenant.client.get(f"{tenant.faxboxes}?is_chunked=true&paginate=false")
    assert whole.data == boxes
    filtered = await tenant.client.get(f"{tenant.faxboxes}?is_chunked&filter_n=12")
    assert [box["n"] for box in filtered.data] == [12]


async def test_a_chunked_listing_of_nothing_is_an_ordinary_one(tenant):
    answer = await tenant.client.get(f"{tenant.faxboxes}?is_chunked=true")
    assert (answer.data, answer.json["page_size"]) == ([], 0)


async def test_a_csv_is_as_long_as_it_must_be(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?paginate=false&accept=csv")
    assert len(answer.body.decode().splitlines()) == COUNT + 1


async def test_a_listing_may_be_conditional(tenant, boxes):
    path = f"{tenant.faxboxes}?page_size=10"
    tag = (await tenant.client.get(path)).headers["etag"]
    for name, value, status in (
        ("If-None-Match", tag, 304),
        ("If-None-Match", f'"x", W/{tag}', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"x"', 200),
        ("If-Match", tag, 200),
        ("If-Match", "*", 200),
        ("If-Match", '"x"', 412),
        ("If-Match", f"W/{tag}", 412),
        ("If-Match", "x y", 400),
    ):
        answer = await tenant.client.get(path, headers={name: value})
        assert (name, value, answer.status) == (name, value, status)
    for query in ("paginate=false", "is_chunked=true"):
        streamed = f"{tenant.faxboxes}?{query}"
        for name, value, status in (
            ("If-None-Match", "*", 304),
            ("If-None-Match", tag, 200),
            ("If-Match", "*", 200),
            ("If-Match", tag, 412),
        ):
            answer = await tenant.client.get(streamed, headers={name: value})
            assert (query, name, value, answer.status) == (query, name, value, status)


async def test_a_store_that_fails_in_mid_stream_breaks_the_reply_off(
    service, tenant, boxes, monkeypatch
):
    store, calls = service.repositories.store, []
    view = store.view

    async def failing(*arguments):
        calls.append(arguments)
        if len(calls) > 1:
            raise RuntimeError("the store broke")
        return await view(*arguments)

    monkeypatch.setattr(store, "view", failing)
    with pytest.raises(aiohttp.ClientError):
        await tenant.client.get(f"{tenant.faxboxes}?paginate=false")


async def test_streams_read_the_store_no_more_at_once_than_requests_may(
    service, tenant, boxes, monkeypatch
):
    store, inside = service.repositories.store, []
    view = store.view

    async def counted(*arguments):
        inside.append(len(reading) + 1)
        reading.append(arguments)
        try:
            await asyncio.sleep(0.02)
            return await view(*arguments)
        finally:
            reading.pop()

    reading: list[object] = []
    monkeypatch.setattr(store, "view", counted)
    asked = [tenant.client.get(f"{tenant.faxboxes}?paginate=false") for _ in range(6)]
    assert [answer.data for answer in await asyncio.gather(*asked)] == [boxes] * 6
    assert max(inside) == 2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.integers(1, 40),
    ascending=st.booleans(),
    modulus=st.integers(1, 7),
    start=st.none() | st.integers(0, COUNT),
    end=st.none() | st.integers(0, COUNT),
)
async def test_pages_of_any_listing_are_the_listing(
    tenant, boxes, size, ascending, modulus, start, end
):
    """Whatever the page size, direction, range and filter: nothing is missed, nothing repeated."""
    wanted = json.dumps([box["n"] for box in boxes if box["n"] % modulus == 0])
    bounds = {
        name: f"{n:032x}" for name, n in (("start_key", start), ("end_key", end)) if n is not None
    }
    expected = [
        box["n"]
        for box in (boxes[::-1] if ascending else boxes)
        if box["n"] % modulus == 0 and _is_between(box["id"], bounds, ascending)
    ]
    query = f"page_size={size}&filter_n={wanted.replace(' ', '')}"
    query += "&ascending=true" if ascending else ""
    query += "".join(f"&{name}={value}" for name, value in bounds.items())
    seen: list[int] = []
    while True:
        answer = await tenant.client.get(f"{tenant.faxboxes}?{query}")
        assert answer.status == 200, answer.body
        seen += [box["n"] for box in answer.data]
        assert len(answer.data) <= size
        following = answer.json.get("next_start_key")
        if following is None:
            break
        assert len(answer.data) == size
        query = "&".join(part for part in query.split("&") if not part.startswith("start_key="))
        query += f"&start_key={following}"
    assert seen == expected


def _is_between(box_id, bounds, ascending):
    low, high = bounds.get("start_key"), bounds.get("end_key")
    if not ascending:
        low, high = high, low
    return (low is None or box_id >= low) and (high is None or box_id <= high)
