"""A PATCH is to blame for what it changes, and for what it leaves required and missing."""

from typing import Any

import pytest

from faxbox_service.documents.merge import merge_patch
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "retries": {"type": "integer", "maximum": 4, "default": 1},
        "flags": {"type": "array", "items": {"type": "string"}},
        "address": {
            "type": "object",
            "required": ["city"],
            "maxProperties": 2,
            "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
        },
        "strict": {"type": "object", "additionalProperties": False, "properties": {"a": {}}},
    },
}


def patched(
    stored: dict[str, Any], changes: dict[str, Any], *, strict: bool = False, **schema: Any
) -> Patched:
    validator = Schema("x", {**SCHEMA, **schema}, strict=strict)
    return validator.validate_patched(merge_patch(stored, changes), PatchScope.by(changes, stored))


def errors_of(stored: dict[str, Any], changes: dict[str, Any], **schema: Any) -> list[str]:
    with pytest.raises(InvalidDocument) as invalid:
        patched(stored, changes, **schema)
    return list(invalid.value.errors)


def test_what_is_not_touched_is_kept_and_named() -> None:
    stored = {"name": "x", "retries": 9, "flags": ["a", 5, {}]}
    assert patched(stored, {"name": "y"}) == Patched(
        {**stored, "name": "y"}, ("retries", "flags.1", "flags.2")
    )


def test_what_is_valid_is_not_named() -> None:
    assert patched({"name": "x"}, {"flags": ["a"]}) == Patched(
        {"name": "x", "flags": ["a"], "retries": 1}, ()
    )


@pytest.mark.parametrize("value", [9, "nine", [], {"a": 1}])
def test_what_is_touched_must_be_valid(value: Any) -> None:
    assert errors_of({"name": "x", "retries": 9, "flags": 5}, {"retries": value}) == ["retries"]


def test_it_can_be_mended_bit_by_bit() -> None:
    stored: dict[str, Any] = {"name": "x", "retries": 9, "flags": [5]}
    first = patched(stored, {"retries": 2})
    assert first.invalid == ("flags.0",)
    assert patched(first.document, {"flags": None}).invalid == ()


def test_an_array_is_touched_as_a_whole() -> None:
    assert errors_of({"name": "x", "flags": [5]}, {"flags": ["a", 6]}) == ["flags.1"]


def test_of_an_object_only_the_members_given_are_touched() -> None:
    stored = {"name": "x", "address": {"city": "A", "zip": 5}}
    result = patched(stored, {"address": {"city": "B"}})
    assert result.document["address"] == {"city": "B", "zip": 5}
    assert result.invalid == ("address.zip",)
    assert errors_of(stored, {"address": {"city": 5}}) == ["address.city"]


@pytest.mark.parametrize("present", [5, None, [1]])
def test_an_object_that_replaces_something_else_is_touched_as_a_whole(present: Any) -> None:
    stored = {"name": "x", "address": present}
    assert errors_of(stored, {"address": {"zip": 5}}) == ["address.city", "address.zip"]


def test_an_empty_object_replaces_what_was_there() -> None:
    assert errors_of({"name": "x", "address": {"city": "A"}}, {"address": {}}) == ["address.city"]


@pytest.mark.parametrize(
    ("stored", "missing"),
    [({"retries": 2}, "name"), ({"name": "x", "address": {"zip": "1"}}, "address.city")],
    ids=["at the top", "within"],
)
def test_what_is_required_must_not_stay_missing(stored: dict[str, Any], missing: str) -> None:
    assert errors_of(stored, {"retries": 3}) == [missing]


def test_what_is_required_cannot_be_removed() -> None:
    assert errors_of({"name": "x"}, {"name": None}) == ["name"]


@pytest.mark.parametrize("strict", [False, True])
def test_only_what_is_touched_is_repaired(strict: bool) -> None:
    stored = {"name": "x", "retries": "3"}
    result = patched(stored, {"name": "y"}, strict=strict)
    assert (result.document["retries"], result.invalid) == ("3", ("retries",))
    if not strict:
        assert patched(stored, {"retries": "2"}).document["retries"] == 2


def test_members_that_the_schema_does_not_know() -> None:
    stored = {"name": "x", "strict": {"b": 1}}
    assert patched(stored, {"strict": {"a": 1}}).invalid == ("strict.b",)
    assert errors_of(stored, {"strict": {"c": 1}}) == ["strict.c"]


def test_among_very_many_unknown_members_a_new_one_is_found() -> None:
    stored = {"name": "x", "strict": {f"old{n}": n for n in range(1000)}}
    assert patched(stored, {"name": "y"}).document["strict"] == stored["strict"]
    assert errors_of(stored, {"strict": {"new": 1}}) == ["strict.new"]


def test_among_very_many_faults_a_new_one_is_found() -> None:
    stored = {"flags": list(range(20_000)), "name": "x"}
    assert len(patched(stored, {"name": "y"}).invalid) == 1000
    assert errors_of({**stored, "strict": {}}, {"strict": 5}) == ["strict"]


class TestFaultsOfAnObjectThatIsChangedInPart:
    def test_a_new_one_is_the_changes(self) -> None:
        stored = {"name": "x", "address": {"city": "A", "zip": "1"}}
        assert errors_of(stored, {"address": {"street": "B"}}) == ["address"]

    def test_one_that_was_there_stays(self) -> None:
        stored = {"name": "x", "address": {"city": "A", "zip": "1", "street": "B", "door": "C"}}
        result = patched(stored, {"address": {"door": None}})
        assert result.invalid == ("address",)

    def test_rules_of_the_whole_document(self) -> None:
        needs = {"dependencies": {"name": ["flags"]}}
        assert patched({"name": "x"}, {"retries": 2}, **needs).invalid == ("",)
        assert errors_of({"name": "x", "flags": []}, {"flags": None}, **needs) == [""]


def test_defaults_are_added_where_nothing_is() -> None:
    assert patched({"name": "x", "retries": None}, {"name": "y"}).document["retries"] is None
    assert patched({"name": "x"}, {"name": "y"}).document["retries"] == 1
