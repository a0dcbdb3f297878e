"""The rules of JSON Schema draft 4 that check one value, as Kazoo applies them.

See docs/reference/data-model.md, 6.2. The library's own versions of these rules build a message
from the value: the message is not shown, and printing a value may be slow or fail (integers of more
than 4300 digits, deep nesting). So an error here has only the path and the rule.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from jsonschema import ValidationError

from faxbox_service.documents.json.text import canonical_json
from faxbox_service.documents.types import Document, Json

from .formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Errors: TypeAlias = Iterator[ValidationError]

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def is_of_type(value: Json, name: str) -> bool:
    """Whether a value is of a JSON type; booleans are not numbers, `1.0` is not an integer."""
    return type(value) in _PYTHON_TYPES[name]


def _enum(_: "Validator", choices: list[Json], value: Json, __: Document) -> Errors:
    alike = [choice for choice in choices if type(choice) is type(value)]
    if isinstance(value, list | dict) and alike:
        alike, value = list(map(canonical_json, alike)), canonical_json(value)
    if value not in alike:
        yield ValidationError("enum")


def _max_items(_: "Validator", most: int, value: Json, __: Document) -> Errors:
    if type(value) is list and len(value) > most:
        yield ValidationError("maxItems")


def _min_items(_: "Validator", least: int, value: Json, __: Document) -> Errors:
    if type(value) is list and len(value) < least:
        yield ValidationError("minItems")


def _max_properties(_: "Validator", most: int, value: Json, __: Document) -> Errors:
    if type(value) is dict and len(value) > most:
        yield ValidationError("maxProperties")


def _min_properties(_: "Validator", least: int, value: Json, __: Document) -> Errors:
    if type(value) is dict and len(value) < least:
        yield ValidationError("minProperties")


def _maximum(_: "Validator", most: int, value: Json, schema: Document) -> Errors:
    if is_of_type(value, "number") and (
        value > most or (value == most and schema.get("exclusiveMaximum") is True)
    ):
        yield ValidationError("maximum")


def _minimum(_: "Validator", least: int, value: Json, schema: Document) -> Errors:
    if is_of_type(value, "number") and (
        value < least or (value == least and schema.get("exclusiveMinimum") is True)
    ):
        yield ValidationError("minimum")


def _multiple_of(_: "Validator", divisor: Json, value: Json, __: Document) -> Errors:
    if is_of_type(value, "number") and _exact(value) % _exact(divisor):
        yield ValidationError("multipleOf")


def _exact(number: Json) -> Fraction:
    """The number as it is written: a float has the value of its shortest text."""
    return Fraction(number) if type(number) is int else Fraction(repr(number))


def _format(_: "Validator", name: str, value: Json, __: Document) -> Errors:
    if type(value) is str and name in FORMATS and not FORMATS[name](value):
        yield ValidationError("format")


def _max_length(_: "Validator", most: int, value: Json, __: Document) -> Errors:
    if type(value) is str and len(value) > most:
        yield ValidationError("maxLength")


def _min_length(_: "Validator", least: int, value: Json, __: Document) -> Errors:
    if type(value) is str and len(value) < least:
        yield ValidationError("minLength")


def _required(_: "Validator", names: list[str], value: Json, __: Document) -> Errors:
    if type(value) is dict:
        for name in names:
            if name not in value:
                yield ValidationError("required", path=[name])


def _type(_: "Validator", types: str | list[str], value: Json, __: Document) -> Errors:
    names = [types] if isinstance(types, str) else types
    if not any(is_of_type(value, name) for name in names):
        yield ValidationError("type")


LEAF_RULES = {
    "enum": _enum,
    "format": _format,
    "maxItems": _max_items,
    "maxLength": _max_length,
    "maxProperties": _max_properties,
    "maximum": _maximum,
    "minItems": _min_items,
    "minLength": _min_length,
    "minProperties": _min_properties,
    "minimum": _minimum,
    "multipleOf": _multiple_of,
    "required": _required,
    "type": _type,
}
