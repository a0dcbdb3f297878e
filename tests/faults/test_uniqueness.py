"""One address, wanted by many at once on two workers: one gets it."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from .checks.checking import disagreements
from .clients.ground import Tenant, make_ground
from .clients.requests import Answer, Client, History, Outcome
from .faults import Scene

CREATES = 200
MOVES = 50
PATIENCE = 120.0
"""Seconds for a reply: a CouchDB that is asked all at once takes its time."""

SETTINGS = {"FAXBOX_STORE_TIMEOUT": "40", "FAXBOX_ADDRESS_RESERVATION": "120"}
"""Nobody gives up, so that every request ends with a verdict."""


@pytest.fixture(scope="module")
def scene(place, start):
    return Scene(place, start(place, environment=SETTINGS))


async def verdict(client: Client, tenant: Tenant, method: str, path: str, data: Any) -> Answer:
    """The answer of a service that is not too busy to give one."""
    while True:
        answer = await client.request(tenant, method, path, data)
        if answer.outcome is not Outcome.UNAVAILABLE:
            return answer
        await asyncio.sleep(answer.pause)


async def test_of_many_creates_of_one_address_one_wins(scene):
    ground = await make_ground(scene.place.url)
    client = Client(scene.service.base_url, History(), timeout=PATIENCE)
    address = f"Wanted.{ground.root.account_id[:8]}.example.com"

    async def create(number: int):
        tenant = ground.tenants[number % len(ground.tenants)]
        wanted = address if number % 3 else address.lower()
        data = {"name": f"box {number}", "custom_smtp_email_address": wanted}
        return await verdict(client, tenant, "PUT", tenant.faxboxes, data)

    answers = await asyncio.gather(*(create(number) for number in range(CREATES)))
    await client.close()
    assert Counter(answer.status for answer in answers) == {201: 1, 400: CREATES - 1}
    for answer in answers:
        if answer.status == 400:
            fault = answer.data["custom_smtp_email_address"]["unique"]
            assert fault == {
                "message": "email address must be unique",
                "cause": fault["cause"],
            }
            assert fault["cause"].lower() == address.lower()
    accounts = {tenant.account_id for tenant in ground.tenants}
    assert disagreements(scene.place.read().only(accounts)) == []


async def test_of_many_boxes_that_move_to_one_address_one_gets_there(scene):
    ground = await make_ground(scene.place.url)
    tenant = ground.tenants[0]
    client = Client(scene.service.base_url, History(), timeout=PATIENCE)
    boxes = await asyncio.gather(
        *(verdict(client, tenant, "PUT", tenant.faxboxes, {"name": "box"}) for _ in range(MOVES))
    )
    address = f"target.{ground.root.account_id[:8]}.example.com"

    async def move(number: int, box_id: str):
        data = {"name": "box", "custom_smtp_email_address": address}
        method = "PATCH" if number % 2 else "POST"
        return await verdict(client, tenant, method, f"{tenant.faxboxes}/{box_id}", data)

    answers = await asyncio.gather(*(move(n, box.data["id"]) for n, box in enumerate(boxes)))
    await client.close()
    assert Counter(answer.status for answer in answers) == {200: 1, 400: MOVES - 1}
    accounts = {tenant.account_id for tenant in ground.tenants}
    assert disagreements(scene.place.read().only(accounts)) == []
