"""The schemas that are shipped: their names, their keywords and their order."""

from typing import Any

import pytest

from faxbox_service.documents.schema.packaged import (
    UnknownSchema,
    packaged_schema,
    packaged_schema_ids,
)
from faxbox_service.packaged import packaged_folder

NAMES = packaged_schema_ids()

WORDED_KEYWORDS = {
    *("additionalProperties", "enum", "format", "items", "kazoo-regexp", "maxLength", "maximum"),
    *("minLength", "minimum", "oneOf", "pattern", "properties", "required", "type"),
}
SILENT_KEYWORDS = {
    *("$schema", "_id", "default", "description", "kazoo-validation", "patternProperties"),
    "support_level",
}


@pytest.mark.parametrize("name", NAMES)
def test_packaged_schemas_are_made_once_and_know_their_name(name: str) -> None:
    assert packaged_schema(name) is packaged_schema(name)
    assert packaged_schema(name).id == packaged_schema(name).document["_id"] == name


def test_every_packaged_schema_is_tested_here() -> None:
    assert sorted(file.stem for file in packaged_folder("schemas").glob("*.json")) == NAMES


@pytest.mark.parametrize("name", ["nope", "", "../schemas/faxbox", "faxbox.json"])
def test_an_unknown_schema_is_a_lookup_error(name: str) -> None:
    with pytest.raises(UnknownSchema):
        packaged_schema(name)


def schema_parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    below = [*schema.get("properties", {}).values(), *schema.get("oneOf", [])]
    if "items" in schema:
        below.append(schema["items"])
    return [schema, *(part for each in below for part in schema_parts(each))]


@pytest.mark.parametrize("name", NAMES)
def test_packaged_schemas_use_only_keywords_that_are_worded_or_silent(name: str) -> None:
    for part in schema_parts(packaged_schema(name).document):
        assert part.keys() <= WORDED_KEYWORDS | SILENT_KEYWORDS


@pytest.mark.parametrize("name", NAMES)
def test_packaged_schemas_are_sorted_as_kazoo_visits_them(name: str) -> None:
    for part in schema_parts(packaged_schema(name).document):
        assert list(part) == sorted(part)
        assert list(part.get("properties", {})) == sorted(part.get("properties", {}))
