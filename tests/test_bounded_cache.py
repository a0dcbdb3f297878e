"""A memory never takes more than its budget, and knows what it was told last."""

import sys
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.bounded_cache import BoundedCache

BUDGET = 50_000


class Texts(BoundedCache[str, bytes]):
    """Puts texts with the sizes that they have."""

    def keep(self, key: str, value: bytes) -> None:
        self.put(key, value, sys.getsizeof(key) + sys.getsizeof(value))


def texts_within(budget: int) -> Texts:
    return Texts(budget)


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "forget", "clear"]),
        st.sampled_from(["a", "b", "c", "d" * 2000]),
        st.integers(0, 4000),
    ),
    max_size=60,
)


@given(steps)
def test_it_says_what_it_was_told_last_or_nothing(taken: list[tuple[str, str, int]]) -> None:
    memory, told = texts_within(8_000), dict[str, bytes]()
    for step, key, length in taken:
        if step == "put":
            told[key] = bytes(length)
            memory.keep(key, told[key])
        elif step == "forget":
            told.pop(key, None)
            memory.forget(key)
        else:
            told.clear()
            memory.clear()
        assert memory.size <= 8_000
        assert all(memory.get(key) in (None, told.get(key)) for key in (*told, key))
    memory.clear()
    assert (memory.size, len(memory)) == (0, 0)


def test_the_oldest_go_first() -> None:
    memory = texts_within(BUDGET)
    for number in range(200):
        memory.keep(f"{number}", bytes(500))
    assert memory.get("199") is not None
    assert memory.get("0") is None
    memory.forget("199")
    assert memory.get("199") is None


def test_one_value_never_pushes_out_all_others() -> None:
    memory = texts_within(BUDGET)
    memory.keep("small", b"x")
    memory.keep("large", bytes(BUDGET // 2))
    assert memory.get("small") == b"x"
    assert memory.get("large") is None


def test_a_value_that_has_become_too_large_is_not_the_former_one() -> None:
    memory = texts_within(BUDGET)
    memory.keep("a", b"x")
    memory.keep("a", bytes(BUDGET))
    assert memory.get("a") is None


def test_its_budget_is_what_it_takes() -> None:
    """Long keys, short values, both ways and neither: each entry is counted for what it is."""
    for key_length, value_length in ((1500, 0), (0, 2000), (10, 10)):
        tracemalloc.start()
        memory = texts_within(BUDGET)
        for number in range(2_000):
            memory.keep(f"{number}".zfill(key_length), bytes(value_length))
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert taken < 1.3 * BUDGET


ENTRIES, BYTES = 5, 32_000


def kept(memory):
    return [key for key, _ in memory.items()]


def test_the_oldest_entries_make_room():
    memory = BoundedCache(BYTES, most=3)
    assert [memory.put(key, key, 10) for key in "abcd"] == [True, True, True, False]
    assert (kept(memory), memory.get("a"), memory.get("d")) == (["b", "c", "d"], None, "d")


def test_bytes_count_as_well():
    memory = BoundedCache(BYTES, most=1000)
    for number in range(100):
        memory.put(number, number, 1700)
    assert kept(memory) == list(range(84, 100))


def test_what_would_drive_out_all_others_is_not_kept():
    memory = BoundedCache(BYTES, most=1000)
    memory.put("small", 1, 10)
    assert memory.put("large", 1, memory.largest)
    assert not memory.put("too large", 1, memory.largest + 1)
    assert kept(memory) == ["small", "large"]


def test_what_becomes_too_large_is_kept_no_longer():
    memory = BoundedCache(BYTES, most=1000)
    memory.put("a", 1, 10)
    memory.put("a", 2, memory.largest + 1)
    assert memory.get("a") is None


EDITS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2500), st.booleans()), max_size=50)


@given(EDITS)
def test_whatever_is_done_the_bounds_hold(steps):
    memory = BoundedCache(BYTES // 4, most=ENTRIES)
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
