"""The gate: never more inside than it is wide, in the order they came, and no place is lost."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.concurrency_limit import ConcurrencyLimiter
from faxbox_service.crossbar.errors import CrossbarError


@asynccontextmanager
async def place_in(gate):
    await gate.enter()
    try:
        yield
    finally:
        gate.leave()


class Visitors:
    """Everyone who goes through a gate, and what was seen of them."""

    def __init__(self, gate):
        self.gate = gate
        self.inside = self.most_inside = 0
        self.entered = []
        self.doors = {}

    async def visit(self, number):
        async with place_in(self.gate):
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            self.entered.append(number)
            self.doors[number] = asyncio.Event()
            try:
                await self.doors[number].wait()
            finally:
                self.inside -= 1


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["come", "leave", "give up"]), st.integers(0, 9))),
)
def test_whoever_comes_leaves_and_gives_up(width, steps):
    async def play():
        gate = ConcurrencyLimiter(width, longest_queue=100, patience=60)
        visitors, tasks = Visitors(gate), []
        for step, choice in steps:
            present = [number for number, task in enumerate(tasks) if not task.done()]
            if step == "come":
                tasks.append(asyncio.create_task(visitors.visit(len(tasks))))
            elif present:
                number = present[choice % len(present)]
                if step == "give up":
                    tasks[number].cancel()
                elif number in visitors.doors:
                    visitors.doors[number].set()
            await settle()
            left = sum(not task.done() for task in tasks)
            assert visitors.inside == min(width, left)
            assert gate.waiting == left - visitors.inside
        assert visitors.most_inside <= width
        assert visitors.entered == sorted(visitors.entered)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(1):
            for _ in range(width):
                await gate.enter()

    asyncio.run(play())


async def test_who_finds_a_full_queue_is_refused_at_once():
    gate = ConcurrencyLimiter(1, longest_queue=1, patience=60)
    visitors = Visitors(gate)
    inside, waiting = (asyncio.create_task(visitors.visit(number)) for number in (1, 2))
    await settle()
    with pytest.raises(CrossbarError) as refused:
        await visitors.visit(3)
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "1"})
    assert gate.refused == 1
    visitors.doors[1].set()
    await inside
    await settle()
    visitors.doors[2].set()
    await waiting


async def test_who_has_waited_too_long_is_refused_and_takes_no_place():
    gate = ConcurrencyLimiter(1, longest_queue=9, patience=0.05)
    visitors = Visitors(gate)
    inside = asyncio.create_task(visitors.visit(1))
    await settle()
    with pytest.raises(CrossbarError):
        await visitors.visit(2)
    assert gate.waiting == 0
    visitors.doors[1].set()
    await inside
    last = asyncio.create_task(visitors.visit(3))
    await settle()
    assert visitors.entered == [1, 3]
    visitors.doors[3].set()
    await last


async def test_a_failure_inside_gives_the_place_back():
    gate = ConcurrencyLimiter(1, longest_queue=0, patience=1)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with place_in(gate):
                raise KeyError


async def test_what_is_begun_waits_for_its_turn_however_long():
    gate = ConcurrencyLimiter(1, longest_queue=0, patience=0.01)
    await gate.enter()

    async def go_on():
        async with gate.place():
            assert gate.inside == 1

    begun, given_up = asyncio.create_task(go_on()), asyncio.create_task(go_on())
    await asyncio.sleep(0.1)
    assert (gate.waiting, begun.done()) == (2, False)
    given_up.cancel()
    await settle()
    gate.leave()
    await begun
    assert (gate.inside, gate.waiting, gate.refused) == (0, 0, 0)
    with pytest.raises(KeyError):
        async with gate.place():
            raise KeyError
    assert gate.inside == 0
