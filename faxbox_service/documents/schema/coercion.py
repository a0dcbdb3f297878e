"""Lenient coercion: scalars of a wrong type that Kazoo converts (docs/reference/wire.md, 5.4)."""

import math
import re

from jsonschema import ValidationError

from faxbox_service.documents.json.long_integers import LONGEST_INTEGER
from faxbox_service.documents.types import Document, Json

_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_FLOAT = re.compile(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?\Z")

_TOO_LARGE = 10.0**LONGEST_INTEGER

_BOOLEANS = {"true": True, "false": False}


class Coercions:
    """A document with values converted; the given one is not changed.

    The result shares the parts in which nothing is converted.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._copies: dict[tuple[str | int, ...], Json] = {}

    @property
    def any_made(self) -> bool:
        """Whether anything was converted."""
        return bool(self._copies)

    def coerce(self, error: ValidationError) -> bool:
        """Convert the value that an error is about; False where Kazoo does not guess."""
        value = _coerced_value(error)
        if value is None:
            return False
        *outer, last = error.path
        self._copied(tuple(outer))[last] = value
        return True

    def _copied(self, path: tuple[str | int, ...]) -> Json:
        copy = self._copies.get(path)
        if copy is None and path:
            outer = self._copied(path[:-1])
            copy = self._copies[path] = outer[path[-1]] = outer[path[-1]].copy()
        elif copy is None:
            copy = self._copies[path] = self.document = self.document.copy()
        return copy


def coerced(value: Json, type_name: str) -> Json | None:
    """The value as one of the type, or None where Kazoo does not guess."""
    if type_name == "boolean" and isinstance(value, str):
        return _BOOLEANS.get(value)
    if type_name == "integer" and isinstance(value, float):
        return _rounded(value)
    if type_name == "integer" and isinstance(value, str):
        return _integer(value)
    if type_name == "number" and isinstance(value, str):
        integer = _exact_integer(value)
        return _float(value) if integer is None else integer
    return None


def _coerced_value(error: ValidationError) -> Json | None:
    if error.validator != "type" or not isinstance(error.validator_value, str):
        return None
    return coerced(error.instance, error.validator_value)


def _integer(text: str) -> int | None:
    integer = _exact_integer(text)
    if integer is not None:
        return integer
    number = _float(text)
    return None if number is None else _rounded(number)


def _exact_integer(text: str) -> int | None:
    # Longer ones are far beyond any bound, and would take the square of their digits.
    is_short = len(text) <= LONGEST_INTEGER
    return int(text) if is_short and _INTEGER.match(text) else None


def _float(text: str) -> float | None:
    number = float(text) if _FLOAT.match(text) else math.inf
    return number if math.isfinite(number) else None


def _rounded(number: float) -> int | None:
    """The nearest integer; halves go away from zero (Erlang's `round`). None for a long one."""
    if not abs(number) < _TOO_LARGE:
        return None
    whole = math.trunc(number)
    if abs(number - whole) < 0.5:
        return whole
    return whole + (1 if number > 0 else -1)
