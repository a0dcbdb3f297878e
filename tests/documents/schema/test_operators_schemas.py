"""Schemas that others wrote: all of draft 4, references, and what cannot be used."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.references import BrokenSchema
from faxbox_service.documents.schema.schema import Schema

STRICT_ITEMS = "Strict checking of data is enabled; only include schema-defined items"


def errors(schema, value):
    try:
        Schema("x", {"properties": {"p": schema}}, strict=True).validate({"p": value})
    except InvalidDocument as error:
        return error.errors
    return {}


@pytest.mark.parametrize(
    ("schema", "good", "bad", "rule", "message"),
    [
        ({"minItems": 2}, [1, 2], [1], "minItems", "The list must have at least 2 items"),
        ({"maxItems": 1}, [1], [1, 2], "maxItems", "The list is more than 1 items"),
        ({"uniqueItems": True}, [1, "1"], [{}, {}], "uniqueItems", "List of items is not unique"),
        (
            {"minProperties": 1},
            {"a": 1},
            {},
            "minProperties",
            "The object must have at least 1 keys",
        ),
        (
            {"maxProperties": 1},
            {"a": 1},
            {"a": 1, "b": 2},
            "maxProperties",
            "The object must have at most 1 keys",
        ),
        ({"multipleOf": 0.1}, 0.3, 0.25, "not_multiple_of", "failed to validate"),
        (
            {"minimum": 1, "exclusiveMinimum": True},
            2,
            1,
            "minimum",
            "Value must be at least 1",
        ),
        (
            {"maximum": 3, "exclusiveMaximum": True},
            2,
            3,
            "maximum",
            "Value must be at most 3",
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            None,
            1,
            "any_schemas_not_valid",
            "failed to validate",
        ),
        ({"not": {"type": "string"}}, 1, "x", "not_schema_valid", "failed to validate"),
        (
            {"dependencies": {"a": ["b"]}},
            {"a": 1, "b": 1},
            {"a": 1},
            "dependencies",
            "Dependencies were not validated",
        ),
        (
            {"items": [{"type": "string"}], "additionalItems": False},
            ["x"],
            ["x", 1],
            "additionalItems",
            STRICT_ITEMS,
        ),
        ({"format": "ipv4"}, "10.0.0.1", "x", "wrong_format", "Field is not in the correct format"),
    ],
)
def test_each_rule_in_kazoos_words(schema, good, bad, rule, message):
    assert errors(schema, good) == {}
    found = errors(schema, bad)
    assert list(found) == ["p"]
    assert found["p"][rule]["message"] == message
    assert found["p"][rule]["value"] == bad


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, 1, ["p"]),
        ({"patternProperties": {"^n_": {"type": "integer"}}}, {"n_a": "x", "m": "y"}, ["p.n_a"]),
        (
            {"properties": {"a": {}}, "additionalProperties": {"type": "integer"}},
            {"a": "x", "b": "y"},
            ["p.b"],
        ),
        (
            {"patternProperties": {"^a": {}}, "additionalProperties": False},
            {"ab": 1, "b": 1},
            ["p.b"],
        ),
        ({"items": [{}, {"type": "string"}]}, [1, 2, 3], ["p.1"]),
        ({"items": [{}], "additionalItems": {"type": "string"}}, [1, 2, "3"], ["p.1"]),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"a": 1}, ["p.b"]),
    ],
)
def test_rules_that_lead_further_tell_where(schema, value, paths):
    assert list(errors(schema, value)) == paths


TREE = {
    "definitions": {"node": {"properties": {"next": {"$ref": "#/definitions/node"}}}},
    "properties": {"tree": {"$ref": "#/definitions/node"}},
}


def test_a_schema_may_contain_itself():
    tree = {"next": {"next": {"next": {}}}}
    TREE["definitions"]["node"]["type"] = "object"
    assert Schema("x", TREE).validate({"tree": tree}) == {"tree": tree}
    tree["next"]["next"]["next"] = 5
    with pytest.raises(InvalidDocument) as error:
        Schema("x", TREE).validate({"tree": tree})
    assert list(error.value.errors) == ["tree.next.next.next"]


def test_references_to_other_schemas_bring_their_rules_and_defaults():
    others = {
        "a": {"properties": {"b": {"$ref": "b"}, "c": {"$ref": "b#/definitions/c"}}},
        "b": {
            "definitions": {"c": {"type": "integer"}, "d": {"$ref": "#/definitions/c"}},
            "properties": {
                "x": {"default": 1, "type": "integer"},
                "y": {"$ref": "#/definitions/d"},
            },
        },
    }
    schema = Schema("s", {"properties": {"a": {"$ref": "a"}}}, resolve=others.get)
    assert schema.validate({"a": {"b": {"y": "2"}, "c": "3"}}) == {
        "a": {"b": {"y": 2, "x": 1}, "c": 3}
    }


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": 5}, "type"),
        ({"properties": {"a": {"minimum": "1"}}}, "properties.a.minimum"),
        ({"required": []}, "required"),
        ({"properties": {"a": {"pattern": "["}}}, "pattern"),
        ({"patternProperties": {"(": {}}}, "pattern"),
        ({"properties": {"a": {"$ref": "b"}}}, "leads to no schema"),
        ({"properties": {"a": {"$ref": "#/definitions/b"}}}, "leads to no schema"),
        ({"$ref": "#"}, "leads back to itself"),
        ({"allOf": [{"$ref": "#"}]}, "without end"),
        ({"not": {"anyOf": [{"$ref": "#"}]}}, "without end"),
        ({"definitions": {"a": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}, "itself"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(schema, reason):
    with pytest.raises(BrokenSchema, match=reason):
        Schema("x", schema)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
KEYWORDS = st.sampled_from(
    (
        *("type", "properties", "items", "enum", "minimum", "maximum", "required", "pattern"),
        *("anyOf", "allOf", "oneOf", "not", "dependencies", "default", "$ref", "uniqueItems"),
        *("additionalProperties", "patternProperties", "multipleOf"),
    )
)


@settings(max_examples=300)
@given(st.dictionaries(KEYWORDS, VALUES | st.dictionaries(KEYWORDS, VALUES), max_size=4), VALUES)
def test_any_document_is_a_schema_that_works_or_is_broken(document, value):
    try:
        schema = Schema("x", document)
    except BrokenSchema:
        return
    try:
        schema.validate({"p": value})
    except InvalidDocument as error:
        assert error.errors


def test_a_document_too_deep_for_a_schema_that_contains_itself_is_invalid():
    deep: dict[str, object] = {}
    for _ in range(2000):
        deep = {"next": deep}
    with pytest.raises(InvalidDocument) as error:
        Schema("x", TREE).validate({"tree": deep})
    assert error.value.errors == {"": {"error": {"message": "nested too deeply"}}}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([], "at the root of the schema other"),
        ({"properties": []}, "at properties of the schema other"),
        ({"properties": {"a": {"minimum": "x"}}}, "at properties.a.minimum of the schema other"),
        ({"properties": {"a": {"pattern": "("}}}, "pattern"),
        ({"properties": {"a": {"$ref": "another"}}}, "leads to no schema"),
        ({"anyOf": [{"$ref": "x"}]}, "without end"),
    ],
)
def test_a_schema_that_refers_to_a_broken_one_is_broken(other, reason):
    with pytest.raises(BrokenSchema, match=reason):
        Schema("x", {"allOf": [{"$ref": "other"}]}, resolve={"other": other}.get)


def test_what_a_reference_leads_to_is_a_schema_wherever_it_stands():
    schema = {"my own": {"minimum": "x"}, "properties": {"p": {"$ref": "#/my%20own"}}}
    with pytest.raises(BrokenSchema, match="minimum"):
        Schema("x", schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"dependencies": {"a": {"$ref": "#"}}},
        {"properties": {"a": {"not": {"$ref": "#/properties/a"}}}},
    ],
)
def test_a_reference_without_end_is_found_where_no_document_leads_yet(schema):
    with pytest.raises(BrokenSchema, match="without end"):
        Schema("x", schema)


def test_data_in_a_schema_are_no_schemas():
    default = {"$ref": "nowhere", "pattern": "("}
    parts = {"p": {"type": "object", "default": default}, "q": {"enum": [default]}}
    assert Schema("x", {"properties": parts}).validate({}) == {"p": default}


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^[[:alpha:]]+$", "x", "1"),
        (r"^\h$", "\t", "x"),
        ("a(?i)b", "xaB", "Ab"),
        (r"^\d$", "1", "\u0663"),
        ("^.$", "\U0001f4e0", "xx"),
    ],
)
def test_patterns_are_pcres(pattern, good, bad):
    assert errors({"pattern": pattern}, good) == {}
    assert errors({"pattern": pattern}, bad)["p"]["pattern"]["target"] == pattern
    named = {"patternProperties": {pattern: {}}, "additionalProperties": False}
    assert list(errors(named, {good: 1, bad: 1})) == [f"p.{bad}"]


def test_a_pattern_that_takes_for_ever_is_given_up():
    started = time.perf_counter()
    assert "pattern" in errors({"pattern": "^(a+)+$"}, "a" * 40 + "b")["p"]
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ([1], [True], False),
        ([1], [1.0], False),
        ({"a": None}, {}, False),
    ],
)
def test_values_are_the_same_whatever_the_order_of_their_members(one, other, are_same):
    assert (errors({"enum": [one]}, other) == {}) is are_same
    assert (errors({"uniqueItems": True}, [one, other]) != {}) is are_same


def test_a_default_must_hold_for_what_its_schema_refers_to():
    short = {"type": "string", "maxLength": 1}
    part = {"type": "object", "properties": {"a": {"$ref": "#/definitions/short"}}}
    schema = {"definitions": {"short": short}, "properties": {}}
    for default, result in (({"a": "x"}, {"p": {"a": "x"}}), ({"a": "xx"}, {})):
        schema["properties"] = {"p": {**part, "default": default}}
        assert Schema("x", schema).validate({}) == result
