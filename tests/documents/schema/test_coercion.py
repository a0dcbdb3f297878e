"""Scalars of a wrong type: which are converted, to what, and which are refused.

See docs/reference/wire.md, 5.4.
"""

import math
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.schema.coercion import coerced
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.schema import Schema

ANY_NUMBER = Schema(
    "numbers",
    {
        "properties": {
            "boolean": {"type": "boolean"},
            "integer": {"type": "integer"},
            "number": {"type": "number"},
            "either": {"type": ["integer", "boolean"]},
            "list": {"type": "array", "items": {"type": "integer"}},
        }
    },
)


@pytest.mark.parametrize(
    ("given_value", "integer"),
    [
        ("3", 3),
        ("+2", 2),
        ("-7", -7),
        ("007", 7),
        ("3.7", 4),
        ("3.4", 3),
        ("+2.5", 3),
        ("-2.5", -3),
        ("-0.4", 0),
        ("1.5e1", 15),
        ("1.5E+1", 15),
        ("15.0e-1", 2),
        (2.5, 3),
        (-2.5, -3),
        (3.5, 4),
        (1.0, 1),
        (-0.4, 0),
        (-0.0, 0),
        (0.49999999999999994, 0),
        (4503599627370497.0, 4503599627370497),
    ],
)
def test_integers(given_value: Any, integer: int) -> None:
    converted = ANY_NUMBER.validate({"integer": given_value})["integer"]

    assert converted == integer
    assert type(converted) is int


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, [], {}, "", "x", " 3", "3 ", "3\n", "0x3", "1_0", "٣", "+", "."),
        *("3.", ".5", "1e3", "1.0e", "inf", "nan", "1e999", "1.0e999", "true"),
    ],
)
def test_no_integers(value: Any) -> None:
    with pytest.raises(InvalidDocument) as refused:
        ANY_NUMBER.validate({"integer": value})

    assert refused.value.errors == {
        "integer": {
            "type": {
                "message": "Value did not match type(s): integer",
                "target": "integer",
                "value": value,
            }
        }
    }


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("+2.5", 2.5), ("1.5e3", 1500.0)])
def test_numbers(text: str, number: float) -> None:
    converted = ANY_NUMBER.validate({"number": text})["number"]

    assert converted == number
    assert type(converted) is type(number)


@pytest.mark.parametrize("value", [None, True, [], {}, "", "x", "1.0e999"])
def test_no_numbers(value: Any) -> None:
    with pytest.raises(InvalidDocument):
        ANY_NUMBER.validate({"number": value})


def test_booleans() -> None:
    assert ANY_NUMBER.validate({"boolean": "true"}) == {"boolean": True}
    assert ANY_NUMBER.validate({"boolean": "false"}) == {"boolean": False}


@pytest.mark.parametrize("value", ["TRUE", "True", "yes", "", "1", 1, 0, 1.0, None])
def test_no_booleans(value: Any) -> None:
    with pytest.raises(InvalidDocument):
        ANY_NUMBER.validate({"boolean": value})


@pytest.mark.parametrize(
    "fields", [{"caller_id": 5}, {"media": "{}"}, {"smtp_permission_list": "x"}, {"flags": [1]}]
)
def test_strings_objects_and_arrays_are_never_made(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument):
        packaged_schema("faxbox").validate({"name": "x", **fields})


def test_a_value_that_may_have_several_types_is_not_repaired() -> None:
    with pytest.raises(InvalidDocument):
        ANY_NUMBER.validate({"either": "3"})


def test_repairs_reach_array_items_and_leave_the_given_document_alone() -> None:
    data = {"list": [1, "2", 3.5], "other": [1, "2"]}

    assert ANY_NUMBER.validate(data) == {"list": [1, 2, 4], "other": [1, "2"]}
    assert data == {"list": [1, "2", 3.5], "other": [1, "2"]}


def test_a_repaired_value_still_faces_its_bounds() -> None:
    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("faxbox").validate({"name": "x", "retries": "4.5"})

    assert refused.value.errors == {
        "retries": {"maximum": {"message": "Value must be at most 4", "target": 4, "value": 5}}
    }


def test_only_what_no_repair_can_mend_is_told() -> None:
    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("faxbox").validate({"name": "x", "retries": "2", "attempts": "x"})

    assert list(refused.value.errors) == ["attempts"]


@pytest.mark.parametrize(
    "huge",
    [
        *(1e308, -1e308, "1e999", "1.0e308", "1.0e999", "9" * 400, "9" * 5000, "9" * 8_000_000),
        *(10**400, -(10**400), "9" * 400 + ".5", "1.0e" + "9" * 5000),
    ],
    ids=lambda huge: str(huge)[:10] if not isinstance(huge, int) else "integer",
)
def test_huge_numbers_are_refused_at_once_in_a_reply_that_can_be_written(huge: Any) -> None:
    started = time.perf_counter()

    with pytest.raises(InvalidDocument) as refused:
        packaged_schema("faxbox").validate({"name": "x", "retries": huge})

    assert encode_json(refused.value.errors)
    assert time.perf_counter() - started < 1


def test_a_long_fraction_is_only_rounded() -> None:
    box = packaged_schema("faxbox").validate({"name": "x", "retries": "0." + "9" * 5000})

    assert box["retries"] == 1


valid_faxboxes = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=128)},
    optional={
        "retries": st.integers(0, 4),
        "attempts": st.integers(0, 4),
        "media": st.fixed_dictionaries({}, optional={"fax_option": st.booleans()}),
        "flags": st.lists(st.text()),
        "smtp_permission_list": st.lists(st.sampled_from(["", "a|b", "^.*@example\\.com$"])),
        "unknown": st.none() | st.floats(allow_nan=False) | st.text(),
    },
)


@given(valid_faxboxes)
def test_a_valid_document_only_gains_defaults(data: dict[str, Any]) -> None:
    box = packaged_schema("faxbox").validate(data)

    assert list(box.items())[: len(data)] == list(data.items())
    assert box == packaged_schema("faxbox", strict=True).validate(data)


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans())
@example("1.5")
@example(math.inf)
@example(math.nan)
def test_coercion_is_idempotent(value: Any) -> None:
    for name, kind in (("integer", int), ("number", (int, float)), ("boolean", bool)):
        once = coerced(value, name)
        if once is not None:
            assert isinstance(once, kind)
            assert coerced(once, name) is None


@given(st.integers() | st.floats(-1e15, 1e15))
def test_a_numbers_text_is_worth_the_number(number: float) -> None:
    converted = coerced(f"{number:.3f}" if isinstance(number, float) else str(number), "integer")

    assert converted is not None
    assert abs(converted - number) <= 0.51
