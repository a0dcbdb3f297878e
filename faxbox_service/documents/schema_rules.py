"""The rules of JSON Schema draft 4 as Kazoo applies them, run by the jsonschema library.

Data model, section 6.2. The library's own versions of these rules build a message out of the value:
the message is not shown, and printing a value may cost much or fail (integers of more than 4300
digits, deep nesting). So an error here says nothing but where and which.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from jsonschema import Draft4Validator, ValidationError, validators

from .regular_expression import is_regular_expression
from .schema_formats import FORMATS
from .types import Document, Json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

Errors: TypeAlias = Iterator[ValidationError]

MOST_ADDITIONAL_PROPERTIES = 10
"""How many are told: each is told together with the whole object, so all would be a flood."""

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


def kazoo_validator(schema: Document) -> "Validator":
    """A jsonschema validator of documents by `schema`, with Kazoo's rules."""
    return _Branches(schema).root


class _Branches:
    """The rules that lead into sub-schemas, each of which gets its validator only once.

    The library makes a validator anew whenever it descends, which is most of a walk's time.
    """

    def __init__(self, schema: Document) -> None:
        self._validator_class = validators.extend(  # type: ignore[no-untyped-call]
            Draft4Validator,
            {
                **_LEAF_RULES,
                "items": self._items,
                "oneOf": self._one_of,
                "properties": self._properties,
            },
        )
        # The key is the identity of a part of `schema`, which `root` keeps alive.
        self._prepared: dict[int, Validator] = {}
        self.root = self._of(schema)

    def _of(self, schema: Document) -> "Validator":
        prepared = self._prepared.get(id(schema))
        if prepared is None:
            prepared = self._validator_class(schema, format_checker=FORMATS)
            self._prepared[id(schema)] = prepared
        return prepared

    def _properties(
        self, _: "Validator", properties: Document, value: Json, __: Document
    ) -> Errors:
        if type(value) is dict:
            for name, schema in properties.items():
                if name in value:
                    yield from _below(name, self._of(schema).iter_errors(value[name]))

    def _items(self, _: "Validator", schema: Document, value: Json, __: Document) -> Errors:
        if type(value) is list:
            validator = self._of(schema)
            for index, item in enumerate(value):
                yield from _below(index, validator.iter_errors(item))

    def _one_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """Exactly one branch must hold; why the others do not is never told."""
        if sum(self._of(branch).is_valid(value) for branch in branches) != 1:
            yield ValidationError("oneOf")


def _below(step: str | int, errors: Errors) -> Errors:
    for error in errors:
        error.path.appendleft(step)
        yield error


def _additional_properties(_: "Validator", allowed: bool, value: Json, schema: Document) -> Errors:
    if allowed is False and type(value) is dict:
        extra = (name for name in value if name not in schema.get("properties", {}))
        for name in islice(extra, MOST_ADDITIONAL_PROPERTIES):
            yield ValidationError("additionalProperties", path=[name])


def _enum(_: "Validator", choices: list[Json], value: Json, __: Document) -> Errors:
    if not any(type(choice) is type(value) and choice == value for choice in choices):
        yield ValidationError("enum")


def _kazoo_regexp(_: "Validator", wanted: bool, value: Json, __: Document) -> Errors:
    # A non-string is left to `type`; Kazoo crashes over it (contract, 11).
    if wanted and type(value) is str and not is_regular_expression(value):
        yield ValidationError("kazoo-regexp")


def _maximum(_: "Validator", most: int, value: Json, __: Document) -> Errors:
    if is_of_type(value, "number") and value > most:
        yield ValidationError("maximum")


def _minimum(_: "Validator", least: int, value: Json, __: Document) -> Errors:
    if is_of_type(value, "number") and value < least:
        yield ValidationError("minimum")


def _required(_: "Validator", names: list[str], value: Json, __: Document) -> Errors:
    if type(value) is dict:
        for name in names:
            if name not in value:
                yield ValidationError("required", path=[name])


def _type(_: "Validator", types: str | list[str], value: Json, __: Document) -> Errors:
    names = [types] if isinstance(types, str) else types
    if not any(is_of_type(value, name) for name in names):
        yield ValidationError("type")


_LEAF_RULES = {
    "additionalProperties": _additional_properties,
    "enum": _enum,
    "kazoo-regexp": _kazoo_regexp,
    "maximum": _maximum,
    "minimum": _minimum,
    "required": _required,
    "type": _type,
}
