"""Lenient coercion: scalars of a wrong type that Kazoo repairs (wire, section 5.4)."""

import math
import re
from collections.abc import Iterable

from jsonschema import ValidationError

from .types import Document, Json

_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_FLOAT = re.compile(r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?\Z")

_BOOLEANS = {"true": True, "false": False}


def with_repairs(data: Document, errors: Iterable[ValidationError]) -> Document | None:
    """Return the document with every repairable value repaired, or None if there is none.

    `data` is left as it is; the result shares the parts that no repair touches.
    """
    copies: dict[tuple[str | int, ...], Json] = {(): data.copy()}

    def copied(path: tuple[str | int, ...]) -> Json:
        if path not in copies:
            outer = copied(path[:-1])
            copies[path] = outer[path[-1]] = outer[path[-1]].copy()
        return copies[path]

    any_repaired = False
    for error in errors:
        value = _repaired_value(error)
        if value is not None:
            *outer, last = error.path
            copied(tuple(outer))[last] = value
            any_repaired = True
    return copies[()] if any_repaired else None


def coerced(value: Json, type_name: str) -> Json | None:
    """The value as one of the type, or None where Kazoo does not guess."""
    if type_name == "boolean" and isinstance(value, str):
        return _BOOLEANS.get(value)
    if type_name == "integer" and isinstance(value, float):
        return _rounded(value) if math.isfinite(value) else None
    if type_name == "integer" and isinstance(value, str):
        return _integer(value)
    if type_name == "number" and isinstance(value, str):
        integer = _exact_integer(value)
        return _float(value) if integer is None else integer
    return None


def _repaired_value(error: ValidationError) -> Json | None:
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
    if not _INTEGER.match(text):
        return None
    try:
        return int(text)
    except ValueError:  # more digits than Python converts, and far beyond any bound
        return None


def _float(text: str) -> float | None:
    number = float(text) if _FLOAT.match(text) else math.inf
    return number if math.isfinite(number) else None


def _rounded(number: float) -> int:
    """The nearest integer; halves go away from zero (Erlang's `round`)."""
    whole = math.trunc(number)
    if abs(number - whole) < 0.5:
        return whole
    return whole + (1 if number > 0 else -1)
