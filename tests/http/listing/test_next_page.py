"""How a client gets from one page to the next, in tables as well."""

import re

import pytest

COUNT = 7


@pytest.fixture
async def boxes(tenant):
    return [
        (await tenant.client.put(tenant.faxboxes, {"name": f"box {number}", "n": number % 2})).data
        for number in range(COUNT)
    ]


def rows_of(answer):
    if answer.headers["content-type"] == "text/csv":
        return len(answer.body.decode().splitlines()) - 1
    return len(answer.data)


@pytest.mark.parametrize("form", ["", "&accept=csv", "&ascending=true", "&has_key=name"])
async def test_the_links_lead_through_all_pages(tenant, boxes, form):
    answer = await tenant.client.get(f"{tenant.faxboxes}?page_size=3{form}")
    counts = [rows_of(answer)]
    while "link" in answer.headers:
        target = re.fullmatch(r'<(/v2/[!-~]+)>; rel="next"', answer.headers["link"])[1]
        assert f"start_key={answer.headers['next-start-key']}" in target
        answer = await tenant.client.get(target)
        counts.append(rows_of(answer))
    assert counts == [3, 3, 1]
    assert "next-start-key" not in answer.headers


async def test_the_header_says_what_the_envelope_says(tenant, boxes):
    answer = await tenant.client.get(f"{tenant.faxboxes}?page_size=3")
    assert answer.headers["next-start-key"] == answer.json["next_start_key"]


async def test_a_link_holds_no_token_and_all_else(service, tenant, boxes):
    token = tenant.client.token
    query = f"page_size=2&auth_token={token}&auth%5Ftoken=x&x=a%20b&y=<>%22&start_key=zzz"
    answer = await service.client().get(f"{tenant.faxboxes}?{query}")
    link = answer.headers["link"]
    assert token not in link
    assert "?page_size=2&x=a%20b&y=%3C%3E%22&start_key=" in link


@pytest.mark.parametrize("query", ["page_size=7", "page_size=100", "paginate=false"])
async def test_the_last_page_leads_nowhere(tenant, boxes, query):
    answer = await tenant.client.get(f"{tenant.faxboxes}?{query}")
    assert not {"link", "next-start-key"} & {name.lower() for name in answer.headers}


@pytest.mark.parametrize("form", ["", "&accept=csv"])
async def test_a_filtered_page_that_is_just_full_is_the_last(tenant, boxes, form):
    path = f"{tenant.faxboxes}?filter_n=1&page_size=3{form}"
    answer = await tenant.client.get(path)
    assert rows_of(answer) == 3
    assert "next-start-key" not in answer.headers
    path = path.replace("filter_n=1", "filter_n=0")
    answer = await tenant.client.get(path)
    rest = await tenant.client.get(f"{path}&start_key={answer.headers['next-start-key']}")
    assert (rows_of(answer), rows_of(rest)) == (3, 1)


async def test_a_next_page_begins_with_the_first_row_that_passes(tenant, boxes):
    path = f"{tenant.faxboxes}?filter_n=0&page_size=2"
    first = await tenant.client.get(path)
    second = await tenant.client.get(f"{path}&start_key={first.json['next_start_key']}")
    wanted = sorted((box["id"] for box in boxes if not box["n"]), reverse=True)
    assert [box["id"] for box in first.data + second.data] == wanted
    assert "next_start_key" not in second.json
