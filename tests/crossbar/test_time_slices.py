"""Long work leaves the loop to others, however much of it there is at once."""

import asyncio

import pytest

from faxbox_service.crossbar import time_slices
from faxbox_service.crossbar.time_slices import TimeSlices


@pytest.fixture
def no_time(monkeypatch):
    """A slice is over as soon as it begins."""
    monkeypatch.setattr(time_slices, "_LONGEST", 0.0)


@pytest.fixture
def all_time(monkeypatch):
    """A slice is never over."""
    monkeypatch.setattr(time_slices, "_LONGEST", 3600.0)


class Rounds:
    """Counts the rounds of the loop."""

    def __init__(self):
        self.count = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self):
        while True:
            self.count += 1
            await asyncio.sleep(0)

    def stop(self):
        self._task.cancel()


def steps(number, taken=None):
    for step in range(number):
        if taken is not None:
            taken.append(step)
        yield
    return "done"


async def test_others_run_after_each_slice(no_time):
    rounds = Rounds()
    assert await TimeSlices().finish(steps(100)) == "done"
    rounds.stop()
    assert rounds.count >= 100


async def test_short_work_waits_for_nobody(all_time):
    rounds = Rounds()
    assert await TimeSlices().finish(steps(100)) == "done"
    await TimeSlices().pause()
    rounds.stop()
    assert rounds.count == 0


async def test_of_much_work_at_once_there_is_one_slice_in_a_round(no_time):
    in_rounds = []
    rounds = Rounds()

    def noted(number):
        for _ in range(number):
            in_rounds.append(rounds.count)
            yield

    await asyncio.gather(*(TimeSlices().finish(noted(20)) for _ in range(50)))
    rounds.stop()
    # All begin at once; from then on they take turns.
    later = in_rounds[50:]
    assert len(later) == len(set(later)) == 950


async def test_what_begins_later_need_not_wait_for_the_end_of_what_began_before(no_time):
    long, short = [], []
    first = asyncio.create_task(TimeSlices().finish(steps(1000, long)))
    await asyncio.sleep(0)
    await TimeSlices().finish(steps(10, short))
    assert len(long) < 50
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await TimeSlices().finish(steps(10))


async def test_what_the_steps_raise_is_raised():
    def failing():
        yield
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await TimeSlices().finish(failing())
