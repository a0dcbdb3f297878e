"""A response in one write, as it goes over the wire."""

import asyncio
import gzip

import pytest
from aiohttp import web

from faxbox_service.crossbar.response.byte_response import ByteResponse

BODY = b'{"data":{}}'


@pytest.fixture
async def exchange():
    """Sends request lines to a server that answers with what `make` returns, and returns all."""
    runners = []

    async def exchange(make, *requests):
        async def answer(_request):
            return make()

        runner = web.ServerRunner(web.Server(answer))
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(requests))
        text = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return text

    yield exchange
    for runner in runners:
        await runner.cleanup()


def get(method="GET", version="1.1", connection="close"):
    return f"{method} / HTTP/{version}\r\nhost: x\r\nconnection: {connection}\r\n\r\n".encode()


def parts(text):
    head, _, body = text.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


async def test_status_headers_and_body_are_sent(exchange):
    status, headers, body = parts(
        await exchange(lambda: ByteResponse(201, {"a": "b"}, BODY), get())
    )
    assert status == "HTTP/1.1 201 Created"
    assert headers.pop("date").endswith(" GMT")
    assert headers == {"a": "b", "content-length": str(len(BODY)), "connection": "close"}
    assert body == BODY


async def test_head_gets_the_length_alone(exchange):
    _, headers, body = parts(await exchange(lambda: ByteResponse(200, {}, BODY), get("HEAD")))
    assert headers["content-length"] == str(len(BODY))
    assert body == b""


@pytest.mark.parametrize("status", [204, 304])
async def test_what_never_has_a_body_has_no_length(exchange, status):
    _, headers, body = parts(await exchange(lambda: ByteResponse(status, {}), get()))
    assert "content-length" not in headers
    assert body == b""


async def test_an_empty_body_has_a_length(exchange):
    _, headers, _ = parts(await exchange(lambda: ByteResponse(200, {}), get()))
    assert headers["content-length"] == "0"


@pytest.mark.parametrize("size", [500, 100_000])
async def test_a_body_is_compressed(exchange, size):
    text = await exchange(lambda: ByteResponse(200, {}, b"a" * size, is_compressed=True), get())
    _, headers, body = parts(text)
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert gzip.decompress(body) == b"a" * size


async def test_a_connection_is_kept_for_the_next_request(exchange):
    text = await exchange(lambda: ByteResponse(200, {}, BODY), get(connection="keep-alive"), get())
    assert text.count(b"HTTP/1.1 200 OK") == 2
    assert text.count(b"connection: close") == 1


async def test_a_client_of_http_1_0_is_told_that_a_connection_is_kept(exchange):
    kept, last = get(version="1.0", connection="keep-alive"), get(version="1.0")
    text = await exchange(lambda: ByteResponse(200, {}, BODY), kept, last)
    assert text.startswith(b"HTTP/1.0 200 OK\r\n")
    assert text.count(b"connection: keep-alive") == 1


async def test_a_connection_can_be_closed_against_the_clients_wish(exchange):
    def closing():
        response = ByteResponse(200, {}, BODY)
        response.force_close()
        return response

    asked = get(connection="keep-alive")
    text = await exchange(closing, asked, asked)
    assert text.count(b"HTTP/1.1 200 OK") == 1


async def test_no_header_adds_another(exchange):
    text = await exchange(lambda: ByteResponse(200, {"a": "b\r\nc: d"}, BODY), get())
    assert b"c: d" not in text
