"""Clients that send or take slowly: they are given so long, and hold up nobody."""

import asyncio
import socket
import sys
import time

import pytest

from tests.http.claims import make_box


@pytest.fixture
def environment():
    return {"FAXBOX_CLIENT_TIMEOUT": "0.5", "FAXBOX_REQUEST_MEMORY_LIMIT": "10000"}


def head_of(tenant, method, path, *more):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"X-Auth-Token: {tenant.client.token}", *more]
    return "\r\n".join((*lines, "", "")).encode()


async def exchange(service, *pieces, pause=0.0):
    """What comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "sent", [b"", b"GET /v2/about HT", b"GET /v2/about HTTP/1.1\r\nHost: x\r\n"]
)
async def test_a_header_that_does_not_arrive(service, sent):
    reply = await exchange(service, sent)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b'"message":"request_timeout"' in reply


async def test_a_header_that_drips(service):
    _, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(b"GET /")
    started = time.monotonic()
    with pytest.raises(ConnectionError):
        while time.monotonic() < started + 10:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)
    assert time.monotonic() - started > 0.4


async def test_a_body_that_does_not_arrive(service, tenant):
    head = head_of(
        tenant,
        *("PUT", tenant.faxboxes, "Content-Type: application/json", "Content-Length: 999"),
    )
    reply = await exchange(service, head, b'{"data": ', b'{"name": ', pause=0.1)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b'"message":"request_timeout"' in reply
    assert (await tenant.client.get(tenant.faxboxes)).data == []


async def test_a_body_that_is_slow_but_in_time(service, tenant):
    body = b'{"data": {"name": "slow"}}'
    head = head_of(
        tenant,
        *("PUT", tenant.faxboxes, "Content-Type: application/json", "Connection: close"),
        f"Content-Length: {len(body)}",
    )
    reply = await exchange(service, head, body[:9], body[9:], pause=0.15)
    assert reply.startswith(b"HTTP/1.1 201 ")


async def test_others_are_served_beside_hundreds_who_dawdle(service, tenant):
    idle = [await asyncio.open_connection("127.0.0.1", service.port) for _ in range(300)]
    for _, writer in idle:
        writer.write(b"GET /v2/ab")
    started = time.monotonic()
    for _ in range(20):
        assert (await tenant.client.get(tenant.faxboxes)).status == 200
    async with asyncio.timeout(10):
        for reader, writer in idle:
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
            writer.close()
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
async def test_who_takes_no_reply_is_dropped(service, tenant):
    for _ in range(8):
        await make_box(tenant, notes="x" * 900_000)
    with socket.create_connection(("127.0.0.1", service.port)) as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.sendall(head_of(tenant, "GET", f"{tenant.faxboxes}?paginate=false"))
        await asyncio.sleep(3)
        greedy.settimeout(5)
        received = b""
        with pytest.raises(ConnectionError):
            while piece := await asyncio.to_thread(greedy.recv, 65536):
                received += piece
            raise ConnectionResetError("ended")
    assert 0 < len(received) < 7_000_000
    assert (await tenant.client.get(f"{tenant.faxboxes}/x")).status == 404
