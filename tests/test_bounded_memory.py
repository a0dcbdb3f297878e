"""A memory never takes more than its budget, and knows what it was told last."""

import sys
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.bounded_memory import BoundedMemory

BUDGET = 50_000


def texts_within(budget: int) -> BoundedMemory[str, bytes]:
    return BoundedMemory(budget, lambda key, value: sys.getsizeof(key) + sys.getsizeof(value))


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
            memory.put(key, told[key])
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
        memory.put(f"{number}", bytes(500))
    assert memory.get("199") is not None
    assert memory.get("0") is None
    memory.forget("199")
    assert memory.get("199") is None


def test_one_value_never_pushes_out_all_others() -> None:
    memory = texts_within(BUDGET)
    memory.put("small", b"x")
    memory.put("large", bytes(BUDGET // 2))
    assert memory.get("small") == b"x"
    assert memory.get("large") is None


def test_a_value_that_has_become_too_large_is_not_the_former_one() -> None:
    memory = texts_within(BUDGET)
    memory.put("a", b"x")
    memory.put("a", bytes(BUDGET))
    assert memory.get("a") is None


def test_its_budget_is_what_it_takes() -> None:
    """Long keys, short values, both ways and neither: each entry is counted for what it is."""
    for key_length, value_length in ((1500, 0), (0, 2000), (10, 10)):
        tracemalloc.start()
        memory = texts_within(BUDGET)
        for number in range(2_000):
            memory.put(f"{number}".zfill(key_length), bytes(value_length))
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert taken < 1.3 * BUDGET
