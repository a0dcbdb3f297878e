"""No reply lets a browser guess what it is, whatever was asked and whoever answers."""

import asyncio

import pytest

from tests.http.claims import make_box
from tests.http.conftest import send_raw


@pytest.fixture
def environment():
    return {"FAXBOX_CLIENT_TIMEOUT": "0.3", "FAXBOX_REQUEST_MEMORY_LIMIT": "10000"}


def assert_says_so(answer, status):
    assert answer.status == status, answer.body
    assert answer.headers.getall("x-content-type-options") == ["nosniff"]


async def test_replies_about_boxes(tenant):
    box = await make_box(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    cross_origin = {"Origin": "http://x", "Access-Control-Request-Method": "GET"}
    for status, method, target, headers in (
        (200, "GET", path, {}),
        (200, "HEAD", path, {}),
        (304, "GET", path, {"If-None-Match": "*"}),
        (200, "GET", f"{path}?jsonp=f", {}),
        (200, "GET", f"{path}?accept=csv", {}),
        (200, "OPTIONS", path, cross_origin),
        (200, "GET", tenant.faxboxes, {}),
        (304, "GET", tenant.faxboxes, {"If-None-Match": "*"}),
        (200, "GET", f"{tenant.faxboxes}?accept=csv", {}),
        (204, "GET", f"{tenant.faxboxes}?accept=csv&filter_name=nobody", {}),
        (200, "GET", f"{tenant.faxboxes}?paginate=false&is_chunked=true", {}),
        (401, "GET", path, {"X-Auth-Token": "bad"}),
        (404, "GET", "/v2/nothing", {}),
        (405, "PUT", path, {}),
        (400, "PUT", tenant.faxboxes, {}),
        (406, "GET", path, {"Accept": "image/png"}),
        (412, "DELETE", path, {"If-Match": '"1-0"'}),
        (501, "PROPFIND", path, {}),
    ):
        answer = await tenant.client.request(method, target, headers=headers)
        assert_says_so(answer, status)


async def test_a_streamed_listing(tenant):
    for _ in range(3):
        await make_box(tenant, note="x" * 6000)
    answer = await tenant.client.get(f"{tenant.faxboxes}?paginate=false")
    assert "etag" not in answer.headers
    assert_says_so(answer, 200)


@pytest.mark.parametrize(
    ("path", "status"), [("/docs", 200), ("/docs/page.js", 200), ("/v2/openapi.json", 200)]
)
async def test_pages(service, path, status):
    assert_says_so(await service.client().get(path), status)
    answer = await service.client().get(path, headers={"If-None-Match": "*"})
    assert_says_so(answer, 304)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n",
    ],
    ids=["TLS", "unknown version", "long target", "long header", "too slow"],
)
async def test_bytes_that_are_no_request(service, sent):
    reply = await send_raw(service, sent)
    head = reply.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert head.count(b"x-content-type-options: nosniff") == 1


class TestWithoutRoom:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_CONNECTIONS": "1"}

    async def test_a_connection_too_many(self, service):
        _, first = await asyncio.open_connection("127.0.0.1", service.port)
        reader, second = await asyncio.open_connection("127.0.0.1", service.port)
        reply = await asyncio.wait_for(reader.read(), 10)
        assert b"\r\nx-content-type-options: nosniff\r\n" in reply.lower()
        for writer in (first, second):
            writer.close()
