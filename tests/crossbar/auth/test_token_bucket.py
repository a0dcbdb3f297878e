"""Token buckets."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.auth.token_bucket import TokenBuckets


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


def test_a_bucket_is_full_at_first_and_fills_again():
    clock = Clock()
    buckets = TokenBuckets(3, 2.0, clock)
    assert buckets.remaining("a") == 3
    assert [buckets.take("a") for _ in range(4)] == [None, None, None, 0.5]
    assert (buckets.remaining("a"), buckets.remaining("b")) == (0, 3)
    clock.now += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [None, 0.5]
    clock.now += 100
    assert buckets.remaining("a") == 3


STEPS = st.lists(st.tuples(st.floats(0, 5), st.sampled_from("ab"), st.integers(1, 12)), max_size=60)


@given(st.integers(1, 10), st.floats(0.1, 20), STEPS)
def test_never_more_than_the_burst_and_what_came_in(burst, rate, steps):
    clock = Clock()
    buckets = TokenBuckets(burst, rate, clock)
    begun, taken = clock.now, {"a": 0.0, "b": 0.0}
    for pause, name, cost in steps:
        clock.now += pause
        wait = buckets.take(name, cost)
        if wait is None:
            taken[name] += min(cost, burst)
        else:
            assert wait > 0
        assert 0 <= buckets.remaining(name) <= burst
        assert taken[name] <= burst + (clock.now - begun) * rate + 1e-6


@given(st.integers(1, 10), st.floats(0.1, 20), STEPS)
def test_waiting_as_long_as_told_suffices(burst, rate, steps):
    clock = Clock()
    buckets = TokenBuckets(burst, rate, clock)
    for pause, name, cost in steps:
        clock.now += pause
        wait = buckets.take(name, cost)
        if wait is not None:
            clock.now += wait * (1 + 1e-9) + 1e-6
            assert buckets.take(name, cost) is None


def test_an_empty_bucket_is_not_forgotten_for_many_new_ones():
    clock = Clock()
    buckets = TokenBuckets(10, 0.001, clock, capacity=100)
    for _ in range(10):
        buckets.take("mine")
    for number in range(10_000):
        buckets.take(number)
        assert len(buckets) <= 100
    assert buckets.take("mine") is not None


@given(st.integers(2, 30), st.integers(0, 200))
def test_memory_is_bounded(capacity, names):
    buckets = TokenBuckets(5, 1.0, Clock(), capacity=capacity)
    for number in range(names):
        buckets.take(number)
    assert len(buckets) <= capacity
