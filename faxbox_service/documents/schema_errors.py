"""What a client is told about an invalid document (wire, sections 5.1 and 5.2)."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from jsonschema import ValidationError

from .types import Document, Json

PropertyErrors: TypeAlias = dict[str, dict[str, dict[str, Json]]]
"""Property path → rule → members: the `data` of a `validation error` reply."""


class InvalidDocument(Exception):
    """A document breaks its schema; `errors` says where and how, in Kazoo's words."""

    def __init__(self, errors: PropertyErrors) -> None:
        super().__init__(f"invalid: {', '.join(errors)}")
        self.errors = errors


def property_errors(errors: Iterable[ValidationError]) -> PropertyErrors:
    """The errors of a walk, in its order; of one property's errors only the last is told."""
    told: PropertyErrors = {}
    for error in errors:
        rule, members = _WORDS[str(error.validator)]
        told[property_path(error.path)] = {rule: members(error)}
    return told


def property_path(steps: Iterable[str | int]) -> str:
    """`inbound.send_to.0`: steps joined by dots, a dot within a name as `%2E`, the root as ``."""
    return ".".join(str(step).replace(".", "%2E") for step in steps)


def _additional_properties(error: ValidationError) -> Document:
    return {
        "message": "Strict checking of data is enabled; only include schema-defined properties",
        "value": error.instance,
    }


def _enum(error: ValidationError) -> Document:
    return {
        "message": "Value not found in enumerated list of values",
        "target": error.validator_value,
        "value": error.instance,
    }


def _format(error: ValidationError) -> Document:
    return {
        "message": "Field is not in the correct format",
        "value": error.instance,
        "format": error.validator_value,
    }


def _kazoo_regexp(error: ValidationError) -> Document:
    return {
        "message": f"invalid regular expression: '{error.instance}'",
        "value": error.instance,
    }


def _pattern(error: ValidationError) -> Document:
    return _bound(error, f"Failed to match pattern '{error.validator_value}'")


def _required(error: ValidationError) -> Document:
    return {"message": "Field is required but missing", "value": error.path[-1]}


def _failed(error: ValidationError) -> Document:
    return {"message": "failed to validate", "value": error.instance}


def _plain(message: str) -> Callable[[ValidationError], Document]:
    return lambda error: {"message": message, "value": error.instance}


def _numbered(before: str, after: str) -> Callable[[ValidationError], Document]:
    return lambda error: _bound(error, f"{before}{error.validator_value}{after}")


def _type(error: ValidationError) -> Document:
    types: Json = error.validator_value
    target = types if isinstance(types, str) else ", ".join(types)
    return {
        "message": f"Value did not match type(s): {target}",
        "target": target,
        "value": error.instance,
    }


def _minimum(error: ValidationError) -> Document:
    return _bound(error, f"Value must be at least {error.validator_value}")


def _maximum(error: ValidationError) -> Document:
    return _bound(error, f"Value must be at most {error.validator_value}")


def _min_length(error: ValidationError) -> Document:
    return _length(error, f"String must be at least {error.validator_value} characters")


def _max_length(error: ValidationError) -> Document:
    return _length(error, f"String must not be more than {error.validator_value} characters")


def _bound(error: ValidationError, message: str) -> Document:
    return {"message": message, "target": error.validator_value, "value": error.instance}


def _length(error: ValidationError, message: str) -> Document:
    return {
        "message": message,
        "target": error.validator_value,
        "cause": error.instance,
        "value": error.instance,
    }


_STRICT = "Strict checking of data is enabled; only include schema-defined items"

_WORDS: dict[str, tuple[str, Callable[[ValidationError], Document]]] = {
    "additionalItems": ("additionalItems", _plain(_STRICT)),
    "additionalProperties": ("additionalProperties", _additional_properties),
    "anyOf": ("any_schemas_not_valid", _failed),
    "dependencies": ("dependencies", _plain("Dependencies were not validated")),
    "enum": ("enum", _enum),
    "format": ("wrong_format", _format),
    "kazoo-regexp": ("error", _kazoo_regexp),
    "maxItems": ("maxItems", _numbered("The list is more than ", " items")),
    "maxLength": ("maxLength", _max_length),
    "maxProperties": ("maxProperties", _numbered("The object must have at most ", " keys")),
    "maximum": ("maximum", _maximum),
    "minItems": ("minItems", _numbered("The list must have at least ", " items")),
    "minLength": ("minLength", _min_length),
    "minProperties": ("minProperties", _numbered("The object must have at least ", " keys")),
    "minimum": ("minimum", _minimum),
    "multipleOf": ("not_multiple_of", _failed),
    "not": ("not_schema_valid", _failed),
    "oneOf": ("not_one_schema_valid", _failed),
    "pattern": ("pattern", _pattern),
    "required": ("required", _required),
    "type": ("type", _type),
    "uniqueItems": ("uniqueItems", _plain("List of items is not unique")),
}
"""Schema keyword → the rule's name on the wire and its members."""
