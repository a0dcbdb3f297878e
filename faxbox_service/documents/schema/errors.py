"""The errors of an invalid document, as replies show them (docs/reference/wire.md, 5.1 and 5.2)."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeAlias

from jsonschema import ValidationError

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.types import Document, Json

PropertyErrors: TypeAlias = dict[str, dict[str, dict[str, Json]]]
"""Property path → rule → members: the `data` of a `validation error` reply."""

MOST_ERROR_BYTES = 65_536
"""Bytes of errors in one reply: further ones are reported when these are corrected."""

_LONGEST_TEXT = 5000
_LONGEST_NAME = 256
_BEGINNING = 100
"""Characters of a text and of a name that are shown whole, and of the beginning of longer ones."""

_LARGEST_VALUE = 4096
"""Bytes, about, of an array or object that is shown whole."""

_SCALAR = 5
_CONTAINER = 16
"""Bytes counted for each part itself, so that the number of nested arrays is bounded too."""

_MOST_NAMED = 10


class InvalidDocument(Exception):
    """A document breaks its schema; `errors` says where and how, in Kazoo's words.

    They show the beginning of long values.
    """

    def __init__(self, errors: PropertyErrors) -> None:
        super().__init__(f"invalid: {', '.join(islice(errors, _MOST_NAMED))}")
        self.errors: PropertyErrors = {
            path: {rule: _members_in_error(members) for rule, members in rules.items()}
            for path, rules in errors.items()
        }


def property_errors(errors: Iterable[ValidationError]) -> PropertyErrors:
    """The errors of a walk, in its order, as far as they fit into a reply.

    Of the errors of one property only the last is reported. Where no alternative is valid, Kazoo
    reports no more than that; the invalid items of the alternative are reported besides.
    """
    reported: PropertyErrors = {}
    room = MOST_ERROR_BYTES
    for error in errors:
        for part in (*(error.context or ()), error):
            if part is not error and not part.relative_path:
                continue
            part.instance = value_in_error(part.instance)
            rule, members = _WORDS[str(part.validator)]
            path = property_path(part.absolute_path)
            reported[path] = {rule: members(part)}
            room -= len(path) + len(encode_json(reported[path]))
            # Parent and part refer to each other: a circle.
            part.parent = None
        if room <= 0:
            break
    return reported


def property_path(steps: Iterable[str | int]) -> str:
    """`inbound.send_to.0`: steps joined by dots, a dot within a name as `%2E`, the root as ``."""
    return ".".join(_shortened(str(step), _LONGEST_NAME).replace(".", "%2E") for step in steps)


def value_in_error(value: Json) -> Json:
    """A client's value as an error shows it: of a long one the beginning, or how long it is."""
    if isinstance(value, str):
        return _shortened(value, _LONGEST_TEXT)
    if not isinstance(value, list | dict) or _is_small(value):
        return value
    return f"({len(value)} {'items' if isinstance(value, list) else 'members'})"


def _members_in_error(members: dict[str, Json]) -> dict[str, Json]:
    return {name: value_in_error(value) for name, value in members.items()}


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:_BEGINNING]}…"


def _is_small(value: Json) -> bool:
    left = _LARGEST_VALUE
    pending = [value]
    while pending and left >= 0:
        part = pending.pop()
        if isinstance(part, str):
            left -= len(part)
        elif isinstance(part, dict):
            left -= _CONTAINER + sum(map(len, islice(part, _LARGEST_VALUE)))
            pending += islice(part.values(), _LARGEST_VALUE)
        elif isinstance(part, list):
            left -= _CONTAINER
            pending += islice(part, _LARGEST_VALUE)
        elif isinstance(part, int):
            left -= part.bit_length() // 3
        left -= _SCALAR
    return left >= 0


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
