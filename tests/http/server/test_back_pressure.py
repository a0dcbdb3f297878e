"""More requests than the service takes on: some wait, others are told at once to come back."""

import asyncio
import threading

import pytest

from faxbox_service.documents.schema.schema import Schema
from faxbox_service.repositories.primitives import validation
from tests.http.conftest import send_raw


@pytest.fixture
def environment():
    return {
        "FAXBOX_REQUEST_CONCURRENCY": "2",
        "FAXBOX_REQUEST_QUEUE": "3",
        "FAXBOX_REQUEST_PATIENCE": "2",
        "FAXBOX_CONNECTIONS": "12",
    }


@pytest.fixture
def held_store(service, monkeypatch):
    """Reads wait until the event is set; `most` counts those that waited at once."""
    get, event = service.repositories.store.get, asyncio.Event()
    event.inside = event.most = 0

    async def held(*arguments):
        event.inside += 1
        event.most = max(event.most, event.inside)
        try:
            await event.wait()
            return await get(*arguments)
        finally:
            event.inside -= 1

    monkeypatch.setattr(service.repositories.store, "get", held)
    return event


async def test_some_wait_and_others_are_refused_at_once(tenant, held_store):
    path = f"{tenant.faxboxes}/nobody"
    asked = [asyncio.create_task(tenant.client.get(path)) for _ in range(8)]
    refused = []
    for answer in asyncio.as_completed(asked):
        refused.append(await answer)
        if len(refused) == 3:
            break
    held_store.set()
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status for answer in answers) == [404] * 5 + [503] * 3
    for answer in refused:
        assert (answer.json["message"], answer.headers["retry-after"]) == ("overloaded", "1")
    assert held_store.most == 2


async def test_who_waits_too_long_is_refused(tenant, held_store):
    path = f"{tenant.faxboxes}/nobody"
    inside = [asyncio.create_task(tenant.client.get(path)) for _ in range(2)]
    await asyncio.sleep(0.1)
    late = await tenant.client.get(path)
    assert (late.status, late.json["message"]) == (503, "overloaded")
    held_store.set()
    assert [answer.status for answer in await asyncio.gather(*inside)] == [404, 404]
    assert (await tenant.client.get(path)).status == 404


async def test_large_documents_are_validated_concurrently_with_other_requests(tenant, monkeypatch):
    """They hold places, and all of them together hold up nobody who sends little."""
    validate, go_on = Schema.validate, threading.Event()

    def held(schema, data):
        if "smtp_permission_list" in data:
            assert go_on.wait(30)
        return validate(schema, data)

    monkeypatch.setattr(Schema, "validate", held)
    monkeypatch.setattr(validation._worker_thread, "_most", 1)
    large = {"name": "x", "smtp_permission_list": ["x"] * 2000}
    first = asyncio.create_task(tenant.client.put(tenant.faxboxes, large))
    try:
        await asyncio.sleep(0.2)
        refused = await tenant.client.put(tenant.faxboxes, large)
        small = await tenant.client.put(tenant.faxboxes, {"name": "x"})
        assert not first.done()
    finally:
        go_on.set()
    assert (refused.status, refused.json["message"]) == (503, "overloaded")
    assert (small.status, (await first).status) == (201, 201)
    assert (await tenant.client.put(tenant.faxboxes, large)).status == 201


async def test_a_slow_body_takes_no_place(service, tenant):
    head = (
        f"PUT {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {tenant.client.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 999\r\n\r\n{"
    )
    slow = [await asyncio.open_connection("127.0.0.1", service.port) for _ in range(8)]
    for _, writer in slow:
        writer.write(head.encode())
    await asyncio.sleep(0.1)
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    for _, writer in slow:
        writer.close()


async def test_more_connections_than_there_may_be_are_told_so(service):
    open_ones = [await asyncio.open_connection("127.0.0.1", service.port) for _ in range(12)]
    await asyncio.sleep(0.1)
    reply = await send_raw(service, b"GET /v2/about HTTP/1.1\r\nHost: x\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 1\r\n" in reply.lower()
    assert b'"message":"overloaded"' in reply
    for _, writer in open_ones:
        writer.close()
    await asyncio.sleep(0.1)
    reply = await send_raw(
        service, b"GET /v2/about HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    assert reply.startswith(b"HTTP/1.1 401 ")
