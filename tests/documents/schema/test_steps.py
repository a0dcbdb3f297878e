"""How much work a document can make: counted in steps of its walks, not in seconds."""

from contextlib import suppress
from typing import Any

import pytest

from faxbox_service.documents.schema.coercion import coerced
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.references import BrokenSchema
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.documents.schema.walk import Steps, TooManySteps

INTEGERS = Schema("t", {"properties": {"list": {"items": {"type": "integer", "maximum": 9}}}})


def steps_of(schema: Schema, data: dict[str, Any]) -> int:
    """The steps that validation takes, with any result."""
    steps = Steps(10_000_000)
    with suppress(InvalidDocument):
        schema.validate_within(steps, data)
    return 10_000_000 - steps.left


def test_a_typical_faxbox_takes_few_steps() -> None:
    way = {
        "email": {"send_to": ["a@example.com", "b@example.com"]},
        "callback": {"method": "post", "type": "json", "url": "https://example.com/fax"},
    }
    box = {
        "name": "Sales",
        "caller_id": "+15551234567",
        "media": {"fax_option": True},
        "notifications": {"inbound": way, "outbound": way},
        "smtp_permission_list": [".*@example\\.com"],
    }
    assert steps_of(packaged_schema("faxbox"), box) < 40


@pytest.mark.parametrize(
    "item",
    [["1"], ["x"], [1.5], ["10"], [None], ["1", "x"], ["x", "1"], ["x"] * 999 + ["1"]],
    ids=["repairable", "not", "float", "too large", "null", "both", "other way", "rarely"],
)
def test_steps_grow_as_the_list_does(item: list[Any]) -> None:
    """What can be converted beside what cannot is not found bit by bit."""
    few, many = (steps_of(INTEGERS, {"list": item * (n // len(item))}) for n in (2000, 16_000))
    assert many < 9 * few
    assert many < 4 * 16_000


def test_all_that_can_be_repaired_is_repaired_at_once() -> None:
    converted = INTEGERS.validate_within(Steps(100_000), {"list": ["1"] * 30_000})
    assert converted == {"list": [1] * 30_000}


def test_long_patterns_and_many_of_them_count() -> None:
    schema = packaged_schema("faxbox")
    boxes = [{"name": "x", "smtp_permission_list": ["(a|b)" * 800] * n} for n in (10, 100)]
    few, many = (steps_of(schema, box) for box in boxes)
    assert few > 400
    assert many > 9 * few
    unread = {"name": "x", "smtp_permission_list": ["a" * 1_000_000]}
    assert steps_of(schema, unread) < 100


def test_a_document_that_takes_too_many_steps_is_left_to_others() -> None:
    with pytest.raises(TooManySteps):
        packaged_schema("faxbox").validate_within(Steps(1000), {"name": "x", "flags": ["a"] * 1000})


FORKS = {
    "definitions": {
        "node": {
            "oneOf": [
                {"properties": {"next": {"$ref": "#/definitions/node"}}, "required": ["left"]},
                {"properties": {"next": {"$ref": "#/definitions/node"}}, "required": ["right"]},
            ]
        }
    },
    "properties": {"tree": {"$ref": "#/definitions/node"}},
}
"""Each level is validated twice as often as the one above."""


def test_a_walk_that_forks_at_each_level_ends() -> None:
    tree: dict[str, Any] = {"left": 1}
    for _ in range(60):
        tree = {"next": tree, "left": 1}
    with pytest.raises(InvalidDocument) as refused:
        Schema("t", FORKS).validate({"tree": tree})
    assert refused.value.errors == {"": {"error": {"message": "takes too long to judge"}}}


def test_a_schema_that_forks_at_each_level_is_broken() -> None:
    levels = {
        f"l{n}": {"properties": {name: {"$ref": f"#/definitions/l{n + 1}"} for name in "ab"}}
        for n in range(40)
    }
    with pytest.raises(BrokenSchema, match="too many parts"):
        Schema("t", {"definitions": {**levels, "l40": {}}, **levels["l0"]})


def test_unequal_items_and_choices_are_found_without_comparing_each_with_each() -> None:
    schema = Schema("t", {"properties": {"list": {"uniqueItems": True}}})
    many = [{"b": number, "a": [number]} for number in range(30_000)]
    assert schema.validate({"list": many}) == {"list": many}
    assert 30_000 < steps_of(schema, {"list": many}) < 31_000
    with pytest.raises(InvalidDocument):
        schema.validate({"list": [*many, {"a": [5], "b": 5}]})


def test_names_are_counted_with_each_pattern() -> None:
    schema = Schema(
        "t", {"patternProperties": {"^a": {}, "^b": {}}, "additionalProperties": {"type": "null"}}
    )
    data = dict.fromkeys(map(str, range(1000)))
    assert schema.validate(data) == data
    assert 4000 < steps_of(schema, data) < 6000


def test_long_texts_that_patterns_may_search_count_as_what_they_may_cost() -> None:
    schema = Schema("t", {"properties": {"list": {"items": {"pattern": r"\w+$"}}}})
    assert steps_of(schema, {"list": ["a" * 30] * 1000}) < 3000
    with pytest.raises(InvalidDocument) as refused:
        schema.validate({"list": ["a" * 4095 + "!"] * 2000})
    assert refused.value.errors == {"": {"error": {"message": "takes too long to judge"}}}


@pytest.mark.parametrize("number", [1e300, -1e300, "1.0e300", "9" * 101, "-" + "9" * 101])
def test_no_integer_is_made_that_is_longer_than_a_body_may_have(number: Any) -> None:
    assert coerced(number, "integer") is None
