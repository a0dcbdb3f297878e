"""A memory that is bounded in time, too."""

import pytest

from faxbox_service.repositories.primitives.ttl_cache import TtlCache


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_value_is_believed_for_its_time(clock):
    memory = TtlCache(5, clock)
    memory.put("a", 1, 10)
    clock.now += 4.9
    assert memory.get("a") == 1
    clock.now += 0.2
    assert memory.get("a") is None


def test_a_clock_that_is_put_back_makes_nothing_younger(clock):
    memory = TtlCache(5, clock)
    memory.put("a", 1, 10)
    clock.now -= 3600
    assert memory.get("a") is None


def test_with_no_time_nothing_is_kept(clock):
    memory = TtlCache(0, clock)
    memory.put("a", 1, 10)
    assert list(memory.items()) == []
