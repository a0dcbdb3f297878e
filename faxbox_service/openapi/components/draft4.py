"""From Kazoo's JSON Schemas (draft 4) to those of OpenAPI 3.1 (draft 2020-12)."""

from typing import Final

from faxbox_service.documents.types import Document, Json

_DROPPED = ("$schema", "_id")
_OWN_KEYWORDS = ("kazoo-regexp", "kazoo-validation", "support_level")
"""Keywords that no draft knows: kept as extensions."""

_NULL: Final[Document] = {"type": "null"}


def modern_schema(schema: Document) -> Document:
    """The same schema in draft 2020-12; what the packaged ones use means the same in both."""
    return {
        _modern_keyword(keyword): _modern_value(keyword, value)
        for keyword, value in schema.items()
        if keyword not in _DROPPED
    }


def patch_schema(schema: Document) -> Document:
    """What a PATCH may hold, for a modern object schema: nothing is required, and `null` removes
    at any depth (docs/contract.md, 1).
    """
    relaxed = {
        keyword: value
        for keyword, value in schema.items()
        if keyword not in ("required", "default")
    }
    if "properties" in relaxed:
        relaxed["properties"] = {
            name: _or_null(patch_schema(part)) for name, part in schema["properties"].items()
        }
    return relaxed


def _modern_keyword(keyword: str) -> str:
    return f"x-{keyword.replace('_', '-')}" if keyword in _OWN_KEYWORDS else keyword


def _modern_value(keyword: str, value: Json) -> Json:
    match keyword:
        case "properties":
            return {name: modern_schema(part) for name, part in value.items()}
        case "items":
            return modern_schema(value)
        case "oneOf":
            return [modern_schema(part) for part in value]
        case _:
            return value


def _or_null(schema: Document) -> Document:
    nullable = dict(schema)
    if "oneOf" in nullable:
        nullable["oneOf"] = [*nullable["oneOf"], _NULL]
    if "enum" in nullable:
        nullable["enum"] = [*nullable["enum"], None]
    if "type" in nullable:
        nullable["type"] = [nullable["type"], "null"]
    return nullable
