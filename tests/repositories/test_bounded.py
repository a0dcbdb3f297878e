"""Memories that are bounded in entries, in bytes and in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.repositories.bounded import Bounded
from faxbox_service.repositories.expiring import Expiring

ENTRIES, BYTES = 5, 32_000


def kept(memory):
    return [key for key, _ in memory.items()]


def test_the_oldest_entries_make_room():
    memory = Bounded(entries=3, size=BYTES)
    assert [memory.put(key, key, 10) for key in "abcd"] == [True, True, True, False]
    assert (kept(memory), memory.get("a"), memory.get("d")) == (["b", "c", "d"], None, "d")


def test_bytes_count_as_well():
    memory = Bounded(entries=1000, size=BYTES)
    for number in range(100):
        memory.put(number, number, 1700)
    assert kept(memory) == list(range(84, 100))


def test_what_would_drive_out_all_others_is_not_kept():
    memory = Bounded(entries=1000, size=BYTES)
    memory.put("small", 1, 10)
    assert memory.put("large", 1, memory.largest)
    assert not memory.put("too large", 1, memory.largest + 1)
    assert kept(memory) == ["small", "large"]


def test_what_becomes_too_large_is_kept_no_longer():
    memory = Bounded(entries=1000, size=BYTES)
    memory.put("a", 1, 10)
    memory.put("a", 2, memory.largest + 1)
    assert memory.get("a") is None


STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2500), st.booleans()), max_size=50)


@given(STEPS)
def test_whatever_is_done_the_bounds_hold(steps):
    memory = Bounded(entries=ENTRIES, size=BYTES // 4)
    for key, size, is_put in steps:
        if is_put:
            memory.put(key, size, size)
        else:
            memory.forget(key)
        assert len(memory) <= ENTRIES
        assert sum(size for _, size in memory.items()) <= BYTES // 4
    for key in range(10):
        memory.forget(key)
    # Nothing is left of what was counted: as much fits in as at first.
    assert all(memory.put(key, key, 100) for key in range(ENTRIES))


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_value_is_believed_for_its_time(clock):
    memory = Expiring(5, clock)
    memory.put("a", 1, 10)
    clock.now += 4.9
    assert memory.get("a") == 1
    clock.now += 0.2
    assert memory.get("a") is None


def test_a_clock_that_is_put_back_makes_nothing_younger(clock):
    memory = Expiring(5, clock)
    memory.put("a", 1, 10)
    clock.now -= 3600
    assert memory.get("a") is None


def test_with_no_time_nothing_is_kept(clock):
    memory = Expiring(0, clock)
    memory.put("a", 1, 10)
    assert list(memory.items()) == []
