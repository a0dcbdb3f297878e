"""What a schema adds to a document.

See docs/reference/wire.md, 5.3; docs/reference/data-model.md, 6.3 and 9.4.
"""

from typing import Any

import pytest

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.schema import Schema


def of_properties(**properties: Any) -> Schema:
    return Schema("test", {"type": "object", "properties": properties})


def test_a_bare_faxbox_gets_its_defaults_after_its_own_fields() -> None:
    box = packaged_schema("faxbox").validate({"zebra": 1, "name": "x"})

    assert list(box.items()) == [
        ("zebra", 1),
        ("name", "x"),
        ("attempts", 0),
        ("caller_name", "Kazoo Fax Printer"),
        ("fax_header", "Kazoo Fax Printer"),
        ("media", {}),
        ("retries", 1),
        ("smtp_permission_list", []),
    ]


def test_added_defaults_belong_to_their_document_alone() -> None:
    packaged_schema("faxbox").validate({"name": "x"})["smtp_permission_list"].append("mine")

    assert packaged_schema("faxbox").validate({"name": "x"})["smtp_permission_list"] == []


def test_defaults_reach_into_existing_objects_and_array_items() -> None:
    item = {"type": "object", "properties": {"codec": {"type": "string", "default": "PCMU"}}}
    schema = of_properties(audio=item, lines={"type": "array", "items": item})

    assert schema.validate({"audio": {}, "lines": [{}, {"codec": "G722"}]}) == {
        "audio": {"codec": "PCMU"},
        "lines": [{"codec": "PCMU"}, {"codec": "G722"}],
    }


def test_defaults_do_not_make_absent_parents() -> None:
    inner = {"type": "object", "properties": {"name": {"type": "string", "default": "x"}}}

    assert of_properties(emergency=inner).validate({}) == {}


def test_a_default_object_is_filled_with_its_own_defaults() -> None:
    inner = {"type": "string", "default": "x"}
    outer = {"type": "object", "default": {}, "properties": {"name": inner}}

    assert of_properties(emergency=outer).validate({}) == {"emergency": {"name": "x"}}


@pytest.mark.parametrize(
    "part",
    [
        {"default": "no type"},
        {"type": "integer", "default": "1"},
        {"type": "integer", "default": 9, "maximum": 4},
    ],
)
def test_a_default_without_type_or_against_its_schema_is_none(part: dict[str, Any]) -> None:
    assert of_properties(a=part).validate({}) == {}


def test_unknown_properties_are_kept_as_they_are() -> None:
    unknown = {"owner_id": "abc", "pvt": {"pvt_x": [1.0, None]}, "a.b": None}

    box = packaged_schema("faxbox").validate({"name": "x", **unknown})

    assert {name: box[name] for name in unknown} == unknown
