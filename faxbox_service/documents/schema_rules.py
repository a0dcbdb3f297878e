"""The rules of JSON Schema draft 4 as Kazoo applies them, run by the jsonschema library.

Data model, section 6.2. The library's own versions of these rules build a message out of the value:
the message is not shown, and printing a value may cost much or fail (integers of more than 4300
digits, deep nesting). So an error here says nothing but where and which.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from jsonschema import Draft4Validator, ValidationError, validators

from .json_text import canonical_json
from .regular_expression import is_regular_expression, matcher
from .schema_formats import FORMATS
from .schema_references import References
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


def kazoo_validator(schema: Document, references: References) -> "Validator":
    """A jsonschema validator of documents by `schema`, with Kazoo's rules."""
    return _Branches(schema, references).root


class _Branches:
    """The rules that lead into sub-schemas, each of which gets its validator only once.

    The library makes a validator anew whenever it descends, which is most of a walk's time.
    """

    def __init__(self, schema: Document, references: References) -> None:
        self._references = references
        self._validator_class = validators.extend(  # type: ignore[no-untyped-call]
            Draft4Validator,
            {
                **_LEAF_RULES,
                "$ref": self._reference,
                "additionalItems": self._additional_items,
                "additionalProperties": self._additional_properties,
                "allOf": self._all_of,
                "anyOf": self._any_of,
                "dependencies": self._dependencies,
                "items": self._items,
                "not": self._not,
                "oneOf": self._one_of,
                "patternProperties": self._pattern_properties,
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

    def _pattern_properties(
        self, _: "Validator", patterns: Document, value: Json, __: Document
    ) -> Errors:
        if type(value) is dict:
            for pattern, schema in patterns.items():
                matches = matcher(pattern)
                for name in value:
                    if matches(name):
                        yield from _below(name, self._of(schema).iter_errors(value[name]))

    def _additional_properties(
        self, _: "Validator", allowed: Json, value: Json, schema: Document
    ) -> Errors:
        if allowed is True or type(value) is not dict:
            return
        extra = _extra_properties(value, schema)
        if allowed is False:
            for name in islice(extra, MOST_ADDITIONAL_PROPERTIES):
                yield ValidationError("additionalProperties", path=[name])
        else:
            for name in extra:
                yield from _below(name, self._of(allowed).iter_errors(value[name]))

    def _items(self, _: "Validator", schema: Json, value: Json, __: Document) -> Errors:
        if type(value) is not list:
            return
        if isinstance(schema, list):
            for index, (item, its_schema) in enumerate(zip(value, schema, strict=False)):
                yield from _below(index, self._of(its_schema).iter_errors(item))
            return
        validator = self._of(schema)
        for index, item in enumerate(value):
            yield from _below(index, validator.iter_errors(item))

    def _additional_items(
        self, _: "Validator", allowed: Json, value: Json, schema: Document
    ) -> Errors:
        first = schema.get("items")
        if allowed is True or type(value) is not list or not isinstance(first, list):
            return
        if allowed is False:
            if len(value) > len(first):
                yield ValidationError("additionalItems")
            return
        for index, item in enumerate(value[len(first) :], len(first)):
            yield from _below(index, self._of(allowed).iter_errors(item))

    def _dependencies(
        self, _: "Validator", dependencies: Document, value: Json, __: Document
    ) -> Errors:
        for name, needed in dependencies.items():
            if type(value) is not dict or name not in value:
                continue
            if isinstance(needed, list):
                if any(other not in value for other in needed):
                    yield ValidationError("dependencies")
            else:
                yield from self._of(needed).iter_errors(value)

    def _reference(self, _: "Validator", __: str, value: Json, schema: Document) -> Errors:
        yield from self._of(self._references.target(schema)).iter_errors(value)

    def _all_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """Every branch must hold; why one does not is told."""
        for branch in branches:
            yield from self._of(branch).iter_errors(value)

    def _any_of(
        self, _: "Validator", branches: list[Document], value: Json, __: Document
    ) -> Errors:
        """One branch must hold; why the others do not is never told."""
        if not any(self._of(branch).is_valid(value) for branch in branches):
            yield ValidationError("anyOf")

    def _not(self, _: "Validator", branch: Document, value: Json, __: Document) -> Errors:
        if self._of(branch).is_valid(value):
            yield ValidationError("not")

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


def _extra_properties(value: Document, schema: Document) -> Iterator[str]:
    named = schema.get("properties", {})
    patterns = [matcher(pattern) for pattern in schema.get("patternProperties", {})]
    for name in value:
        if name not in named and not any(matches(name) for matches in patterns):
            yield name


def _enum(_: "Validator", choices: list[Json], value: Json, __: Document) -> Errors:
    if not any(_is_same(choice, value) for choice in choices):
        yield ValidationError("enum")


def _is_same(one: Json, other: Json) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, list | dict):
        return canonical_json(one) == canonical_json(other)
    return bool(one == other)


def _kazoo_regexp(_: "Validator", wanted: bool, value: Json, __: Document) -> Errors:
    # A non-string is left to `type`; Kazoo crashes over it (contract, 11).
    if wanted and type(value) is str and not is_regular_expression(value):
        yield ValidationError("kazoo-regexp")


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


def _unique_items(_: "Validator", wanted: bool, value: Json, __: Document) -> Errors:
    if not wanted or type(value) is not list:
        return
    if len({canonical_json(item) for item in value}) < len(value):
        yield ValidationError("uniqueItems")


def _pattern(_: "Validator", pattern: str, value: Json, __: Document) -> Errors:
    if type(value) is str and not matcher(pattern)(value):
        yield ValidationError("pattern")


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
    "enum": _enum,
    "kazoo-regexp": _kazoo_regexp,
    "maxItems": _max_items,
    "maxProperties": _max_properties,
    "maximum": _maximum,
    "minItems": _min_items,
    "minProperties": _min_properties,
    "minimum": _minimum,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "required": _required,
    "type": _type,
    "uniqueItems": _unique_items,
}
