"""Every rule's exact text and members, and how errors come together.

See docs/reference/wire.md, 5.1 and 5.2.
"""

from itertools import product
from typing import Any

import pytest

from faxbox_service.documents.schema.errors import InvalidDocument, property_path
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.schema import Schema


def errors_of(schema: Schema, data: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(InvalidDocument) as refused:
        schema.validate(data)
    return refused.value.errors


def faxbox_errors(**fields: Any) -> dict[str, Any]:
    return errors_of(packaged_schema("faxbox"), {"name": "x", **fields})


def of_properties(**properties: Any) -> Schema:
    return Schema("test", {"type": "object", "properties": properties})


def test_required_names_the_missing_property() -> None:
    assert errors_of(packaged_schema("faxbox"), {}) == {
        "name": {"required": {"message": "Field is required but missing", "value": "name"}}
    }


@pytest.mark.parametrize("value", [5, None, True, [], {}])
def test_type_tells_the_wanted_type(value: Any) -> None:
    assert faxbox_errors(caller_id=value) == {
        "caller_id": {
            "type": {
                "message": "Value did not match type(s): string",
                "target": "string",
                "value": value,
            }
        }
    }


def test_several_types_are_joined_by_commas() -> None:
    schema = of_properties(a={"type": ["string", "array"]})

    assert errors_of(schema, {"a": 1})["a"]["type"] == {
        "message": "Value did not match type(s): string, array",
        "target": "string, array",
        "value": 1,
    }


def test_min_length_has_a_cause() -> None:
    assert faxbox_errors(name="")["name"] == {
        "minLength": {
            "message": "String must be at least 1 characters",
            "target": 1,
            "cause": "",
            "value": "",
        }
    }


def test_max_length_counts_code_points() -> None:
    assert packaged_schema("faxbox").validate({"name": "😀" * 128})

    assert faxbox_errors(name="😀" * 129)["name"] == {
        "maxLength": {
            "message": "String must not be more than 128 characters",
            "target": 128,
            "cause": "😀" * 129,
            "value": "😀" * 129,
        }
    }


@pytest.mark.parametrize("field", ["attempts", "retries"])
def test_minimum_and_maximum(field: str) -> None:
    assert faxbox_errors(**{field: -1}) == {
        field: {"minimum": {"message": "Value must be at least 0", "target": 0, "value": -1}}
    }
    assert faxbox_errors(**{field: 5}) == {
        field: {"maximum": {"message": "Value must be at most 4", "target": 4, "value": 5}}
    }


def test_enum_lists_the_choices() -> None:
    errors = faxbox_errors(notifications={"outbound": {"callback": {"type": "xml"}}})

    assert errors == {
        "notifications.outbound.callback.type": {
            "enum": {
                "message": "Value not found in enumerated list of values",
                "target": ["json", "www-url-form-encoded"],
                "value": "xml",
            }
        }
    }


def test_enum_tells_true_from_one() -> None:
    schema = of_properties(a={"enum": [1]})

    assert "enum" in errors_of(schema, {"a": True})["a"]
    assert schema.validate({"a": 1}) == {"a": 1}


def test_pattern_is_quoted() -> None:
    errors = faxbox_errors(notifications={"inbound": {"callback": {"url": "see http://x"}}})

    assert errors == {
        "notifications.inbound.callback.url": {
            "pattern": {
                "message": "Failed to match pattern '^https?://'",
                "target": "^https?://",
                "value": "see http://x",
            }
        }
    }


@pytest.mark.parametrize("way", ["inbound", "outbound"])
@pytest.mark.parametrize(
    ("means", "send_to"),
    [
        *product(["email"], ["nobody", "a@b@c", "@b", "a@", "", None, 1, {}]),
        *product(["sms"], [None, 1, True, {}]),
    ],
)
def test_a_bad_recipient_is_told_with_all_of_send_to(way: str, means: str, send_to: Any) -> None:
    errors = faxbox_errors(notifications={way: {means: {"send_to": send_to}}})

    assert errors == {
        f"notifications.{way}.{means}.send_to": {
            "not_one_schema_valid": {"message": "failed to validate", "value": send_to}
        }
    }


@pytest.mark.parametrize(
    ("means", "send_to", "index", "rule"),
    [
        ("email", [""], 0, "wrong_format"),
        ("email", ["a@b", "nobody"], 1, "wrong_format"),
        ("email", ["a@b", 1], 1, "type"),
        ("email", [["a@b"]], 0, "type"),
        ("sms", ["+1", 1], 1, "type"),
    ],
)
def test_a_bad_one_of_several_recipients_is_told_by_itself(
    means: str, send_to: Any, index: int, rule: str
) -> None:
    errors = faxbox_errors(notifications={"inbound": {means: {"send_to": send_to}}})

    path = f"notifications.inbound.{means}.send_to"
    assert list(errors) == [f"{path}.{index}", path]
    [(reported, error)] = errors[f"{path}.{index}"].items()
    assert (reported, error["value"]) == (rule, send_to[index])
    assert errors[path] == {
        "not_one_schema_valid": {"message": "failed to validate", "value": send_to}
    }


def test_of_very_many_bad_recipients_a_few_are_told() -> None:
    errors = faxbox_errors(notifications={"inbound": {"sms": {"send_to": [1] * 1000}}})

    assert len(errors) == 11


def test_alternatives_that_are_not_told_apart_by_type_are_no_help() -> None:
    schema = Schema("x", {"properties": {"a": {"oneOf": [{"minLength": 3}, {"maxLength": 1}]}}})

    assert list(errors_of(schema, {"a": "xx"})) == ["a"]


@pytest.mark.parametrize("send_to", ["a@b", [], ["a@b", " @ "]])
def test_good_recipients_pass(send_to: Any) -> None:
    notifications = {"inbound": {"email": {"send_to": send_to}, "sms": {"send_to": send_to}}}

    box = packaged_schema("faxbox").validate({"name": "x", "notifications": notifications})

    assert box["notifications"] == notifications


def test_one_of_refuses_a_value_that_two_branches_take() -> None:
    schema = of_properties(a={"oneOf": [{"type": "string"}, {"minLength": 1}]})

    assert "not_one_schema_valid" in errors_of(schema, {"a": "text"})["a"]


def test_a_bad_regular_expression_is_told_by_its_index() -> None:
    assert faxbox_errors(smtp_permission_list=["@wont-fail.com", "*@fail.com"]) == {
        "smtp_permission_list.1": {
            "error": {"message": "invalid regular expression: '*@fail.com'", "value": "*@fail.com"}
        }
    }


@pytest.mark.parametrize("pattern", ["", ".*@example\\.com$", "(?i)é", "(?<=a)b\\b", "a++", "\0"])
def test_pcre_patterns_are_taken(pattern: str) -> None:
    assert packaged_schema("faxbox").validate({"name": "x", "smtp_permission_list": [pattern]})


def test_a_regular_expression_may_have_4096_code_points() -> None:
    assert packaged_schema("faxbox").validate({"name": "x", "smtp_permission_list": ["é" * 4096]})

    longer = "é" * 4097
    assert faxbox_errors(smtp_permission_list=[longer])["smtp_permission_list.0"] == {
        "error": {"message": f"invalid regular expression: '{longer}'", "value": longer}
    }


def test_an_e_mail_format_outside_one_of_is_a_wrong_format() -> None:
    schema = of_properties(mail={"type": "string", "format": "email"})

    assert errors_of(schema, {"mail": "nobody"}) == {
        "mail": {
            "wrong_format": {
                "message": "Field is not in the correct format",
                "value": "nobody",
                "format": "email",
            }
        }
    }


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("email", ["a@b", 5], ["a", "@b", "a@", "a@b@c"]),
        ("ipv4", ["127.0.0.1", 5], ["127.0.0", "::1", "x"]),
        ("ipv6", ["::1", 5], ["127.0.0.1", "x"]),
        (
            "date-time",
            ["2026-02-28T23:59:59Z", "2026-02-28T23:59:59.5+01:00", 5],
            ["2026-02-30T00:00:00Z", "2026-02-28", "2026-02-28 23:59:59Z", "x"],
        ),
        ("uri", ["anything at all", 5], []),
        ("hostname", ["-", 5], []),
    ],
)
def test_formats(format: str, good: list[Any], bad: list[Any]) -> None:
    schema = of_properties(a={"format": format})

    for value in good:
        assert schema.validate({"a": value}) == {"a": value}
    for value in bad:
        assert "wrong_format" in errors_of(schema, {"a": value})["a"]


def test_each_additional_property_is_told_with_the_whole_object() -> None:
    data = {"api_key": "k" * 64, "foo": 1, "bar.baz": 2}
    strict_checking = {
        "additionalProperties": {
            "message": "Strict checking of data is enabled; only include schema-defined properties",
            "value": data,
        }
    }

    errors = errors_of(packaged_schema("api_auth"), data)

    assert errors == {"foo": strict_checking, "bar%2Ebaz": strict_checking}


@pytest.mark.parametrize("value", [1.5, True, "1", None])
def test_a_strict_schema_repairs_nothing(value: Any) -> None:
    schema = packaged_schema("faxbox", strict=True)

    assert "type" in errors_of(schema, {"name": "x", "retries": value})["retries"]


def test_one_point_zero_is_not_an_integer() -> None:
    assert (
        "type"
        in errors_of(
            Schema("t", {"properties": {"a": {"type": "integer"}}}, strict=True), {"a": 1.0}
        )["a"]
    )


def test_null_is_a_type_of_its_own() -> None:
    assert of_properties(a={"type": "null"}).validate({"a": None}) == {"a": None}


# How errors come together (docs/reference/wire.md, 5.1)


def test_of_one_propertys_errors_the_last_keyword_survives() -> None:
    schema = of_properties(a={"enum": ["x"], "maxLength": 3, "pattern": "^x", "type": "string"})

    assert list(errors_of(schema, {"a": "yyyy"})["a"]) == ["pattern"]
    assert list(errors_of(schema, {"a": 1})["a"]) == ["type"]


def test_errors_come_in_the_walks_order_with_required_last_at_its_level() -> None:
    errors = errors_of(
        packaged_schema("faxbox"),
        {"retries": 9, "attempts": 9, "media": {"fax_option": 1}, "caller_id": 1},
    )

    assert list(errors) == ["attempts", "caller_id", "media.fax_option", "retries", "name"]


def test_paths() -> None:
    assert property_path([]) == ""
    assert property_path(["a.b", 0, "c"]) == "a%2Eb.0.c"


def test_the_exception_names_the_properties() -> None:
    with pytest.raises(InvalidDocument, match=r"retries, name"):
        packaged_schema("faxbox").validate({"retries": 9})
