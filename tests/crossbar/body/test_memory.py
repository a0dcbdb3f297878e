"""What bodies may hold of a worker's memory."""

import asyncio

import pytest

from faxbox_service.crossbar.body.memory import BodyMemory
from faxbox_service.crossbar.errors import CrossbarError

GRAIN = 65_536


def memory(queue_timeout=0.05):
    return BodyMemory(limit=4 * GRAIN, share=2 * GRAIN, queue_timeout=queue_timeout)


async def test_what_is_held_is_counted_until_it_is_released():
    bodies = memory()
    reservation = bodies.reservation("a")
    await reservation.grow(10)
    await reservation.grow(GRAIN)
    assert bodies.in_use == 2 * GRAIN
    reservation.release()
    reservation.release()
    assert bodies.in_use == 0


async def test_small_pieces_take_no_more_than_they_need():
    bodies = memory()
    reservation = bodies.reservation("a")
    for _ in range(1000):
        await reservation.grow(GRAIN // 1000)
    assert bodies.in_use == GRAIN


async def test_an_address_has_no_more_than_its_share():
    bodies = memory()
    await bodies.reservation("a").grow(2 * GRAIN)
    with pytest.raises(CrossbarError) as error:
        await bodies.reservation("a").grow(1)
    assert (error.value.status, bodies.refused) == (503, 1)
    await bodies.reservation("b").grow(2 * GRAIN)


async def test_all_addresses_have_no_more_than_the_limit():
    bodies = memory()
    await bodies.reservation("a").grow(2 * GRAIN)
    await bodies.reservation("b").grow(2 * GRAIN)
    with pytest.raises(CrossbarError) as error:
        await bodies.reservation("c").grow(1)
    assert error.value.status == 503


async def test_who_waits_goes_on_when_there_is_room():
    bodies = memory(queue_timeout=10)
    first, second = bodies.reservation("a"), bodies.reservation("a")
    await first.grow(2 * GRAIN)
    waiting = asyncio.create_task(second.grow(GRAIN))
    await asyncio.sleep(0)
    assert not waiting.done()
    first.release()
    await waiting
    assert bodies.in_use == GRAIN


async def test_what_is_there_already_is_counted_beyond_the_share():
    bodies = memory()
    reply = bodies.reservation("a")
    reply.hold(3 * GRAIN)
    assert not bodies.has_room("a", 0)
    assert bodies.has_room("b", GRAIN)
    reply.release()
    assert bodies.has_room("a", 2 * GRAIN)
