"""What can be stored: the limits of CouchDB, which every store applies, so that documents can move.

Measured with CouchDB 3.5.0. Members that begin with `_` are not checked here: see
`stores/write_checks.py`, which applies these limits to documents to be written.
"""

import math
from collections.abc import Iterator
from typing import TypeAlias

from .json.long_integers import has_row_of_digits
from .json.text import encode_json
from .schema.errors import PropertyErrors, property_path
from .types import Document, Json

LARGEST_DOCUMENT = 8_000_000
"""Bytes as CouchDB counts them: its own default of `max_document_size`."""

DEEPEST_NESTING = 500
"""Levels of arrays and objects. CouchDB has no limit; our decoder fails at twice as many."""

_LARGEST_INTEGER = 1.7976931348623157e308
"""CouchDB counts an integer's digits in a float; beyond this it answers 500, `badarith`."""

_MANY_DIGITS = 309

_NINES = b"9" * 14
"""CouchDB counts one digit too many of an integer that begins so: it rounds the logarithm."""

_FEW_DIGITS = 10_000

_Path: TypeAlias = tuple["_Path", str | int] | None
"""The path of the array or object around a value, and the last step; None: the document."""


class Unstorable(ValueError):
    """A document that no store accepts; `errors` says which property breaks which rule."""

    def __init__(self, steps: list[str | int], rule: str, message: str, **members: Json) -> None:
        super().__init__(message)
        error = {"message": message, **members}
        self.errors: PropertyErrors = {property_path(steps): {rule: error}}


class TooLarge(Unstorable):
    """A document of more bytes than a store accepts."""


def storable_text(fields: Document) -> bytes:
    """The JSON of a document's fields, of any length and depth. Raises `Unstorable`."""
    try:
        text = encode_json(fields)
    except RecursionError:
        raise _nested_too_deeply() from None
    except UnicodeError:
        raise Unstorable([], "invalid", "Text must have no lone surrogates") from None
    except ValueError:
        # Python itself does not print integers of more than 4300 digits.
        raise _integer_too_large(fields) from None
    if has_row_of_digits(text, _MANY_DIGITS) and _path_to_integer_too_large(fields) is not None:
        raise _integer_too_large(fields)
    return text


def is_surely_within(text: bytes, largest: int) -> bool:
    """Whether the JSON is so short and flat that it cannot exceed the limits of size and nesting.

    CouchDB counts no escapes, and few digits of a fraction.
    """
    # A level has at least two bytes.
    is_short = len(text) <= 2 * DEEPEST_NESTING
    if not is_short and text.count(b"[") + text.count(b"{") > DEEPEST_NESTING:
        return False
    most = len(text) // len(_NINES)
    return len(text) + most <= largest or len(text) + text.count(_NINES) <= largest


def require_within(fields: Document, largest: int) -> None:
    """Raise `TooLarge` when CouchDB counts more than `largest` bytes, `Unstorable` for nesting.

    Walks over all values: some microseconds for each.
    """
    if _is_too_deep(fields):
        raise _nested_too_deeply()
    size = stored_size(fields)
    if size > largest:
        message = f"The document must not be more than {largest} bytes"
        raise TooLarge([], "maxSize", message, target=largest, value=size)


def stored_size(value: Json) -> int:
    """The bytes that CouchDB counts for a JSON value: about those of its compact text."""
    return sum(map(_own_size, _parts(value)))


def _parts(value: Json) -> Iterator[Json]:
    """The value and all within it."""
    pending = [value]
    while pending:
        part = pending.pop()
        yield part
        pending += _within(part)


def _within(part: Json) -> list[Json]:
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []


def _own_size(part: Json) -> int:
    """Without its members or items."""
    match part:
        case str():
            return 2 + len(part.encode())
        case True | None:
            return 4
        case False:
            return 5
        case int():
            return (part < 0) + _digits(abs(part))
        case float():
            return (part < 0.0) + _float_size(abs(part))
        case dict():
            return max(2, 1 + sum(4 + len(name.encode()) for name in part))
        case _:
            return max(2, 1 + len(part))


def _digits(number: int) -> int:
    return len(str(number)) if number < _FEW_DIGITS else int(math.log10(number)) + 1


def _float_size(number: float) -> int:
    """Counted as if there were one digit before the exponent, or two in all."""
    if number >= 1e10:
        return 5 if number >= 1e100 else 4
    if number > 0.01 or number <= 1e-300:
        return 3
    if number > 1e-10:
        return 4
    return 5 if number > 1e-100 else 6


def _is_too_deep(fields: Document) -> bool:
    level: list[Json] = [fields]
    for _ in range(DEEPEST_NESTING):
        level = [part for outer in level for part in _within(outer) if _within(part)]
        if not level:
            return False
    return True


def _path_to_integer_too_large(fields: Document) -> list[str | int] | None:
    pending: list[tuple[_Path, Json]] = [(None, fields)]
    while pending:
        path, part = pending.pop()
        if type(part) is int and not _is_countable(part):
            return _steps(path)
        if isinstance(part, dict):
            pending += [((path, name), value) for name, value in part.items()]
        elif isinstance(part, list):
            pending += [((path, index), value) for index, value in enumerate(part)]
    return None


def _is_countable(number: int) -> bool:
    try:
        float(number)
    except OverflowError:
        return False
    return True


def _steps(path: _Path) -> list[str | int]:
    steps = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]


def _integer_too_large(fields: Document) -> Unstorable:
    message = f"An integer must be between -{_LARGEST_INTEGER} and {_LARGEST_INTEGER}"
    steps = _path_to_integer_too_large(fields) or []
    return Unstorable(steps, "invalid", message, target=_LARGEST_INTEGER)


def _nested_too_deeply() -> Unstorable:
    message = f"Arrays and objects must not nest more than {DEEPEST_NESTING} levels deep"
    return Unstorable([], "invalid", message, target=DEEPEST_NESTING)
