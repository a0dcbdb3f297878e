"""Never more requests at once than there are slots, in their order, and no slot is lost."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.concurrency_limit import ConcurrencyLimiter
from faxbox_service.crossbar.errors import CrossbarError


@asynccontextmanager
async def slot_of(limiter):
    await limiter.acquire()
    try:
        yield
    finally:
        limiter.release()


class Requests:
    """All requests that ask for a slot, and what was seen of them."""

    def __init__(self, limiter):
        self.limiter = limiter
        self.at_work = self.most_at_work = 0
        self.begun = []
        self.ends = {}

    async def handle(self, number):
        async with slot_of(self.limiter):
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
            self.begun.append(number)
            self.ends[number] = asyncio.Event()
            try:
                await self.ends[number].wait()
            finally:
                self.at_work -= 1


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["begin", "end", "give up"]), st.integers(0, 9))),
)
def test_requests_begin_end_and_give_up(limit, steps):
    async def play():
        limiter = ConcurrencyLimiter(limit, longest_queue=100, queue_timeout=60)
        requests, tasks = Requests(limiter), []
        for step, choice in steps:
            present = [number for number, task in enumerate(tasks) if not task.done()]
            if step == "begin":
                tasks.append(asyncio.create_task(requests.handle(len(tasks))))
            elif present:
                number = present[choice % len(present)]
                if step == "give up":
                    tasks[number].cancel()
                elif number in requests.ends:
                    requests.ends[number].set()
            await settle()
            left = sum(not task.done() for task in tasks)
            assert requests.at_work == min(limit, left)
            assert limiter.waiting == left - requests.at_work
        assert requests.most_at_work <= limit
        assert requests.begun == sorted(requests.begun)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(1):
            for _ in range(limit):
                await limiter.acquire()

    asyncio.run(play())


async def test_a_request_that_finds_a_full_queue_is_refused_at_once():
    limiter = ConcurrencyLimiter(1, longest_queue=1, queue_timeout=60)
    requests = Requests(limiter)
    first, waiting = (asyncio.create_task(requests.handle(number)) for number in (1, 2))
    await settle()
    with pytest.raises(CrossbarError) as refused:
        await requests.handle(3)
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "1"})
    assert limiter.refused == 1
    requests.ends[1].set()
    await first
    await settle()
    requests.ends[2].set()
    await waiting


async def test_a_request_that_has_waited_too_long_is_refused_and_takes_no_slot():
    limiter = ConcurrencyLimiter(1, longest_queue=9, queue_timeout=0.05)
    requests = Requests(limiter)
    first = asyncio.create_task(requests.handle(1))
    await settle()
    with pytest.raises(CrossbarError):
        await requests.handle(2)
    assert limiter.waiting == 0
    requests.ends[1].set()
    await first
    last = asyncio.create_task(requests.handle(3))
    await settle()
    assert requests.begun == [1, 3]
    requests.ends[3].set()
    await last


async def test_a_failure_gives_the_slot_back():
    limiter = ConcurrencyLimiter(1, longest_queue=0, queue_timeout=1)
    for _ in range(3):
        with pytest.raises(KeyError):
            async with slot_of(limiter):
                raise KeyError


async def test_what_is_begun_waits_for_a_slot_however_long():
    limiter = ConcurrencyLimiter(1, longest_queue=0, queue_timeout=0.01)
    await limiter.acquire()

    async def go_on():
        async with limiter.slot():
            assert limiter.in_use == 1

    begun, given_up = asyncio.create_task(go_on()), asyncio.create_task(go_on())
    await asyncio.sleep(0.1)
    assert (limiter.waiting, begun.done()) == (2, False)
    given_up.cancel()
    await settle()
    limiter.release()
    await begun
    assert (limiter.in_use, limiter.waiting, limiter.refused) == (0, 0, 0)
    with pytest.raises(KeyError):
        async with limiter.slot():
            raise KeyError
    assert limiter.in_use == 0
