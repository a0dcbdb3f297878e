"""Nothing that a client sends breaks the validator, floods its reply or takes long."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.schema.errors import MOST_ERROR_BYTES, InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema, packaged_schema_ids
from faxbox_service.documents.schema.schema import Schema

NAMES = packaged_schema_ids()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
loose_scalars = st.sampled_from(["3", "+2", "3.7", "true", "false", "x@y", "(", 2.5, 1.0, 9, ""])
faxbox_parts = json_values | loose_scalars


def faxboxes() -> st.SearchStrategy[dict[str, Any]]:
    """Documents with a faxbox's names and anything under them."""
    names = list(packaged_schema("faxbox").document["properties"])
    callback = st.dictionaries(st.sampled_from(["method", "type", "url"]), faxbox_parts)
    send_to = st.fixed_dictionaries({"send_to": faxbox_parts | st.lists(faxbox_parts, max_size=3)})
    way = st.fixed_dictionaries({"callback": callback, "email": send_to, "sms": send_to})
    notifications = st.dictionaries(st.sampled_from(["inbound", "outbound"]), way | faxbox_parts)
    return st.builds(
        lambda parts, more: {**parts, **more},
        st.dictionaries(st.sampled_from(names), faxbox_parts | st.lists(faxbox_parts, max_size=3)),
        st.fixed_dictionaries({}, optional={"name": st.text(), "notifications": notifications}),
    )


def errors_of(schema: Schema, data: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(InvalidDocument) as refused:
        schema.validate(data)
    return refused.value.errors


def faxbox_errors(**fields: Any) -> dict[str, Any]:
    return errors_of(packaged_schema("faxbox"), {"name": "x", **fields})


@settings(max_examples=300)
@given(faxboxes())
def test_whatever_comes_is_judged_and_left_as_it_was(data: dict[str, Any]) -> None:
    before = copy.deepcopy(data)
    try:
        box = packaged_schema("faxbox").validate(data)
    except InvalidDocument as refused:
        assert refused.errors
        assert encode_json(refused.errors)
    else:
        assert packaged_schema("faxbox", strict=True).validate(box) == box
    assert repr(data) == repr(before)


@settings(max_examples=300)
@given(st.dictionaries(st.text(), json_values), st.sampled_from(NAMES))
def test_any_object_is_judged_by_any_schema(data: dict[str, Any], name: str) -> None:
    try:
        result = packaged_schema(name).validate(data)
    except InvalidDocument as refused:
        assert refused.errors
    else:
        assert packaged_schema(name).validate(result) == result


def test_deep_nesting_is_no_matter() -> None:
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]

    assert packaged_schema("faxbox").validate({"name": "x", "unknown": deep})["unknown"] is deep
    errors = faxbox_errors(
        retries=deep, notifications={"inbound": {"callback": {"method": deep}}}, name=deep
    )
    assert len(errors) == 3


def size_of(errors: dict[str, Any]) -> int:
    return len(encode_json(errors))


def test_a_flood_of_errors_is_cut_off() -> None:
    errors = faxbox_errors(smtp_permission_list=[5] * 300_000)
    assert 300 < len(errors) < 1000
    assert size_of(errors) < 2 * MOST_ERROR_BYTES


def test_a_flood_of_additional_properties_is_cut_off() -> None:
    data = {"api_key": "k" * 64} | {str(number): number for number in range(1000)}

    errors = errors_of(packaged_schema("api_auth"), data)
    assert len(errors) == 10
    assert errors["0"]["additionalProperties"]["value"] == "(1001 members)"
    assert size_of(errors) < 10_000


LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    "fields",
    [
        {"name": LONG},
        {"name": "é" * 400_000},
        {"name": "\x01" * 5000},
        {"smtp_permission_list": ["(" + "\x01" * 4999] * 100},
        {"name": {"a": LONG}},
        {"name": [[LONG]]},
        {"name": [1] * 100_000},
        {"name": dict.fromkeys(map(str, range(100_000)))},
        {"name": {LONG: 1}},
        {"name": [10**4000] * 1000},
        {"name": [0.1234567890123456] * 100_000},
        {"name": [[[]] * 2000] * 2},
        {"smtp_permission_list": [f"({LONG[:4000]}"] * 2000},
        {"smtp_permission_list": [LONG] * 20},
        {"smtp_permission_list": [[LONG]] * 20},
        {"flags": [{LONG: LONG}] * 20},
        {"notifications": {"inbound": {"email": {"send_to": [LONG] * 10}}}},
        {"notifications": {"inbound": {"callback": {"url": LONG, "method": LONG, "type": LONG}}}},
    ],
    ids=lambda fields: str(*fields),
)
def test_a_refusal_is_short_however_long_the_document(fields: dict[str, Any]) -> None:
    errors = faxbox_errors(**fields)
    assert errors
    assert size_of(errors) < 2.5 * MOST_ERROR_BYTES


def test_long_names_are_told_by_their_beginnings() -> None:
    schema = Schema("t", {"patternProperties": {"": {"items": {"type": "string"}}}})
    errors = errors_of(schema, {"x" * 4000: [1] * 1000, "y.z": [1]})
    assert f"{'x' * 100}….0" in errors
    assert size_of(errors) < 2 * MOST_ERROR_BYTES


def test_what_is_short_is_told_whole() -> None:
    value = [{"a": "x" * 1000, "b": [1.5, None, True, 10**100]}, "é" * 1000]
    assert faxbox_errors(name=value)["name"]["type"]["value"] == value
    assert faxbox_errors(name="x" * 5000)["name"]["maxLength"]["value"] == "x" * 5000
