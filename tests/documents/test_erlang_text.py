"""Scalars as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.erlang_text import flat_items, scalar_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("é", "é"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (0, "0"),
        (-7, "-7"),
        (12345678901234567890, "12345678901234567890"),
        (0.0, "0.0"),
        (-0.0, "0.0"),
        (1.5, "1.5"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (0.01, "0.01"),
        (1000.0, "1000.0"),
        (100000.0, "100000.0"),
        (1000000.0, "1.0e+6"),
        (12300000.0, "12300000.0"),
        (12300000000.0, "1.23e+10"),
        (123456789.0, "123456789.0"),
        (4503599627370496.0, "4503599627370496.0"),
        (1e22, "1.0e+22"),
        (0.00001, "0.00001"),
        (0.0000015, "0.0000015"),
        (1e-7, "1.0e-7"),
        (5e-324, "5.0e-324"),
        (2.225073858507201e-308, "2.225073858507201e-308"),
        (-1.7976931348623157e308, "-1.7976931348623157e+308"),
    ],
)
def test_the_text_of_a_scalar(value, text):
    assert scalar_text(value) == text


@pytest.mark.parametrize("value", [[], {}, ["a"], {"a": "b"}])
def test_arrays_and_objects_have_none(value):
    assert scalar_text(value) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_float_has_a_point_and_is_read_back(number):
    text = scalar_text(number)
    assert "." in text
    assert float(text) == number


def test_an_integer_may_have_any_number_of_digits():
    assert scalar_text(10**5000) == "1" + "0" * 5000


def test_the_items_of_nested_arrays_come_in_order():
    array = [1, [[], [2, [3]], "four"], [{"five": [6]}]]
    assert [item for item in flat_items(array) if not isinstance(item, list)] == [
        1,
        2,
        3,
        "four",
        {"five": [6]},
    ]


def test_each_array_comes_before_its_items():
    assert list(flat_items([[], [1, [2]]])) == [[], [1, [2]], 1, [2], 2]


def test_arrays_may_be_nested_deeply():
    array = ["innermost"]
    for _ in range(100_000):
        array = [array]
    *arrays, innermost = flat_items(array)
    assert (len(arrays), innermost) == (100_000, "innermost")
