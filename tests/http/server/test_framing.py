"""How requests are framed (RFC 9112): what is wrong is answered at once, and nothing piles up."""

import asyncio

import pytest

from tests.http.conftest import send_raw

LINE = b"X-Long: " + b"y" * 8000 + b"\r\n"


def head_of(tenant, *lines, method="PUT"):
    lines = (
        f"{method} {tenant.faxboxes} HTTP/1.1",
        "Host: x",
        f"X-Auth-Token: {tenant.client.token}",
        *lines,
    )
    return "\r\n".join((*lines, "", "")).encode()


async def answer_without_closing(service, *pieces):
    """The first line of the reply, which must come although the client stays."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            return await reader.readline()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "rest",
    [
        b"zz\r\n",
        b"5\r\nabcdefg\r\n",
        b"0\r\n" + b"a: b\r\n" * 1000,
        b"0\r\na: " + b"b" * 100_000,
    ],
    ids=["no length", "wrong length", "many trailers", "a long trailer"],
)
async def test_a_badly_framed_body_is_a_400(service, tenant, rest):
    head = head_of(tenant, "Transfer-Encoding: chunked")
    line = await answer_without_closing(service, head, b"2\r\n{}\r\n", rest)
    assert line.startswith(b"HTTP/1.1 400 ")


async def test_a_length_of_thousands_of_digits_is_a_400(service):
    head = f"PUT /v2/user_auth HTTP/1.1\r\nHost: x\r\nContent-Length: {'0' * 5000}2\r\n\r\n{{}}"
    reply = await answer_without_closing(service, head.encode())
    assert reply.startswith(b"HTTP/1.1 400 ")


async def test_a_client_that_leaves_in_its_body_is_not_logged_as_our_fault(service, tenant, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(head_of(tenant, "Content-Length: 1000") + b"{")
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.1)
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_headers_are_limited_together(service, tenant):
    head = head_of(tenant, method="GET").removesuffix(b"\r\n")
    assert (await send_raw(service, head + LINE * 2 + b"Connection: close\r\n\r\n"))[9:12] == b"200"
    reply = await answer_without_closing(service, head + LINE * 9 + b"\r\n")
    assert reply.startswith(b"HTTP/1.1 431 ")


async def test_a_header_without_an_end_is_refused_before_it_is_long(service):
    head = b"GET /v2/about HTTP/1.1\r\n"
    reply = await answer_without_closing(service, head, LINE * 4, LINE * 5)
    assert reply.startswith(b"HTTP/1.1 431 ")


async def test_pipelined_requests_are_all_answered_in_order(service, tenant):
    request = head_of(tenant, method="GET")
    last = request.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n"
    reply = await send_raw(service, request * 50 + last)
    assert reply.count(b"HTTP/1.1 200 OK") == 51


async def test_options_of_the_server_as_a_whole(service):
    reply = await send_raw(service, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nallow: get, post, put, delete, head, patch, options\r\n" in reply.lower()
