"""How many connections a client may have."""

import asyncio
from contextlib import AsyncExitStack

import pytest

MOST = 3
REQUEST = b"GET /v2/about HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def environment():
    return {"FAXBOX_CONNECTIONS_PER_ADDRESS": str(MOST)}


async def connected(service, closing):
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    closing.callback(writer.close)
    return reader, writer


async def status_over(reader, writer):
    writer.write(REQUEST)
    async with asyncio.timeout(5):
        return (await reader.readline()).split()[1]


async def test_more_than_so_many_are_refused_until_others_end(service):
    async with AsyncExitStack() as closing:
        held = [await connected(service, closing) for _ in range(MOST)]
        assert [await status_over(*connection) for connection in held] == [b"401"] * MOST
        assert await status_over(*await connected(service, closing)) == b"503"
        held[0][1].close()
        await held[0][1].wait_closed()
        for _ in range(100):
            if await status_over(*await connected(service, closing)) == b"401":
                return
            await asyncio.sleep(0.02)
        raise AssertionError("nobody may connect again")


@pytest.mark.parametrize(
    "environment",
    [{"FAXBOX_TRUSTED_PROXIES": "127.0.0.1", "FAXBOX_CONNECTIONS_PER_ADDRESS": str(MOST)}],
)
async def test_proxies_bring_many_clients(service):
    async with AsyncExitStack() as closing:
        held = [await connected(service, closing) for _ in range(3 * MOST)]
        assert [await status_over(*connection) for connection in held] == [b"401"] * 3 * MOST
