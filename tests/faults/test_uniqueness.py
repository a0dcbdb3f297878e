"""One address, wanted by many at once on two workers: one gets it."""

import asyncio
from collections import Counter

from .checking import disagreements
from .ground import make_ground
from .requests import Client, History

CREATES = 200
MOVES = 50


async def test_of_many_creates_of_one_address_one_wins(scene):
    ground = await make_ground(scene.place.url)
    client = Client(scene.service.base_url, History())
    address = f"Wanted.{ground.root.account_id[:8]}.example.com"

    async def create(number: int):
        tenant = ground.tenants[number % len(ground.tenants)]
        wanted = address if number % 3 else address.lower()
        data = {"name": f"box {number}", "custom_smtp_email_address": wanted}
        return await client.request(tenant, "PUT", tenant.faxboxes, data)

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
    assert disagreements(scene.place.read()) == []


async def test_of_many_boxes_that_move_to_one_address_one_gets_there(scene):
    ground = await make_ground(scene.place.url)
    tenant = ground.tenants[0]
    client = Client(scene.service.base_url, History())
    boxes = await asyncio.gather(
        *(client.request(tenant, "PUT", tenant.faxboxes, {"name": "box"}) for _ in range(MOVES))
    )
    address = f"target.{ground.root.account_id[:8]}.example.com"

    async def move(number: int, box_id: str):
        data = {"name": "box", "custom_smtp_email_address": address}
        method = "PATCH" if number % 2 else "POST"
        return await client.request(tenant, method, f"{tenant.faxboxes}/{box_id}", data)

    answers = await asyncio.gather(*(move(n, box.data["id"]) for n, box in enumerate(boxes)))
    await client.close()
    assert Counter(answer.status for answer in answers) == {200: 1, 400: MOVES - 1}
    assert disagreements(scene.place.read()) == []
