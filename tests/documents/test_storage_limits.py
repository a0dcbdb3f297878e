"""What can be stored: the limits that CouchDB has, counted as it counts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.storage_limits import (
    DEEPEST_NESTING,
    TooLarge,
    Unstorable,
    is_surely_within,
    require_within,
    storable_text,
    stored_size,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.sampled_from([10**n - 1 for n in range(4, 40)])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('ab"\\\x01é'), inner),
)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        *(({}, 2), ([], 2), ({"a": "x"}, 9), ([1, 2], 5), (True, 4), (False, 5), (None, 4)),
        *(("é", 4), ("\x01", 3), ("\\", 3), ('"', 3)),
        *((0, 1), (-1, 2), (9999, 4), (10_000, 5), (10**15, 16), (10**15 - 1, 16)),
        *((0.0, 3), (1.0, 3), (-0.5, 4), (123.456, 3), (1e10, 4), (1e100, 5)),
        *((0.01, 4), (1e-10, 5), (1e-100, 6), (1e-300, 3)),
    ],
)
def test_sizes_are_counted_as_couchdb_counts_them(value: Any, size: int) -> None:
    assert stored_size(value) == size


@given(VALUES)
def test_what_is_surely_within_is_within(value: Any) -> None:
    size = stored_size(value)
    assert not is_surely_within(encode_json(value), size - 1)
    assert is_surely_within(encode_json(value), 10 * size + 1000)


def test_what_is_too_large_says_by_how_much() -> None:
    require_within({"a": "x"}, 9)
    with pytest.raises(TooLarge) as error:
        require_within({"a": "xx"}, 9)
    fault = error.value.errors[""]["maxSize"]
    assert (fault["target"], fault["value"]) == (9, 10)


def test_a_long_row_of_digits_in_a_text_is_no_number() -> None:
    assert storable_text({"a": "9" * 1000})


@pytest.mark.parametrize("digits", [309, 4000, 5000])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_integer_of_too_many_digits_is_found(digits: int, sign: int) -> None:
    with pytest.raises(Unstorable) as error:
        storable_text({"a": 1, "b": [{"c.d": sign * 10**digits}]})
    assert list(error.value.errors) == ["b.0.c%2Ed"]


@pytest.mark.parametrize("before", [0, 1, 100, 308, 309, 310, 1000])
def test_wherever_it_lies(before: int) -> None:
    with pytest.raises(Unstorable):
        storable_text({"a": "x" * before, "b": 10**308 * 9, "c": "x" * 1000})
    with pytest.raises(Unstorable):
        storable_text({"a": "x" * before, "b": 10**2000, "c": "x" * 1000})
    storable_text({"a": "x" * before, "b": 10**307 * 9, "c": "x" * 1000})


def test_brackets_side_by_side_are_not_deep() -> None:
    fields = {"a": [[]] * 10_000, "b": "[" * 10_000}
    assert not is_surely_within(storable_text(fields), 1_000_000)
    require_within(fields, 1_000_000)


def test_levels_are_counted_with_the_document() -> None:
    def nested(levels: int) -> Any:
        return [nested(levels - 1)] if levels else 1

    fields = {"a": nested(DEEPEST_NESTING - 1)}
    assert is_surely_within(storable_text(fields), 10_000)
    require_within(fields, 10_000)
    too_deep = {"a": nested(DEEPEST_NESTING)}
    assert not is_surely_within(storable_text(too_deep), 10_000)
    with pytest.raises(Unstorable):
        require_within(too_deep, 10_000)
