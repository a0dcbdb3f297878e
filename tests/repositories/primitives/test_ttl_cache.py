"""A cache that is bounded in time, too."""

import pytest

from faxbox_service.repositories.primitives.ttl_cache import TtlCache


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_value_is_cached_for_its_lifetime(clock):
    cache = TtlCache(5, clock)
    cache.put("a", 1, 10)
    clock.now += 4.9
    assert cache.get("a") == 1
    clock.now += 0.2
    assert cache.get("a") is None


def test_a_clock_that_is_set_back_makes_nothing_younger(clock):
    cache = TtlCache(5, clock)
    cache.put("a", 1, 10)
    clock.now -= 3600
    assert cache.get("a") is None


def test_with_no_lifetime_nothing_is_kept(clock):
    cache = TtlCache(0, clock)
    cache.put("a", 1, 10)
    assert list(cache.items()) == []
