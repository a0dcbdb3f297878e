"""Where schemas stand within a schema of draft 4; what only looks like one elsewhere is data."""

from faxbox_service.documents.types import Document, Json

_LISTS = ("allOf", "anyOf", "oneOf")
_MAPS = ("properties", "patternProperties")
_SINGLE = ("items", "additionalItems", "additionalProperties")


def reference_of(schema: Document) -> Json:
    """Its `$ref`, beside which nothing else counts; None when it has none."""
    return schema.get("$ref")


def parts_in_place(schema: Document) -> list[Document]:
    """The schemas that judge the same value as this one."""
    parts = [part for name in _LISTS for part in schema.get(name, ())]
    if "not" in schema:
        parts.append(schema["not"])
    needed = schema.get("dependencies", {}).values()
    return parts + [part for part in needed if isinstance(part, dict)]


def parts_below(schema: Document) -> list[Document]:
    """The schemas that judge members and items."""
    parts = [part for name in _MAPS for part in schema.get(name, {}).values()]
    for name in _SINGLE:
        part = schema.get(name)
        parts += part if isinstance(part, list) else [part]
    return [part for part in parts if isinstance(part, dict)]
