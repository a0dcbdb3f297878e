"""How much memory a JSON value takes."""

import json
import tracemalloc

import pytest

from faxbox_service.documents.json.memory_use import memory_of

NO_END = 10**9


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([[] for _ in range(10_000)]),
        json.dumps({f"name {n}": n / 3 for n in range(10_000)}),
        json.dumps({"text": "x" * 500_000}),
        json.dumps([{"a": 10**30 + n, "b": f"é{n}"} for n in range(5_000)]),
    ],
    ids=["empty arrays", "names", "a text", "objects"],
)
def test_it_is_about_what_python_takes(text):
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    value = json.loads(text)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.7 < memory_of(value, NO_END) / (after - before) < 1.7


def test_counting_ends_where_it_is_told_to():
    class Watched(list):
        walked = 0

        def __iter__(self):
            Watched.walked += 1
            return super().__iter__()

    wide = Watched([[] for _ in range(100_000)])
    assert memory_of(wide, 1000) > 1000
    assert Watched.walked == 0


def test_nesting_takes_no_stack():
    value = []
    for _ in range(100_000):
        value = [value]
    assert memory_of(value, NO_END) > 100_000
