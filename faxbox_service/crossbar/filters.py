"""The filters of a listing's query string (wire, 3.5; contract, 9).

All must pass. A filter that cannot be evaluated, because its path leads through a scalar or
its value makes no sense, passes nothing, not even when it is a negation (Crossbar:
crossbar_filter).
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from operator import ge, le
from typing import Final, TypeAlias

from faxbox_service.documents.coercion import coerced
from faxbox_service.documents.json_text import InvalidJson, decode_json, encode_json
from faxbox_service.documents.types import Document, GregorianSeconds, Json

from .scalar_text import flat_items, scalar_text
from .target import Query, QueryValue

_Condition: TypeAlias = Callable[[Document, Document], bool]
"""Whether a document passes, which is given as shown and as stored."""

_Test: TypeAlias = Callable[[Json], bool]
"""What is asked of the value at a path, or of `_NO_VALUE`."""

_Path: TypeAlias = tuple[tuple[str, int], ...]
"""Each step as the name of a property, and as the 0-based index of an item."""

_NO_INDEX = sys.maxsize
"""The index of a step that names no item."""

_PREFIXES = ("filter_", "has_key", "key_missing", "has_value", "value_missing")
"""A parameter that begins so makes a listing a filtered one, even if it is not evaluated."""

_TIMES = {
    "created_from": ("pvt_created", le),
    "created_to": ("pvt_created", ge),
    "modified_from": ("pvt_modified", le),
    "modified_to": ("pvt_modified", ge),
}

_EMPTY: tuple[Json, ...] = ("", "0", "NULL", "undefined", 0, None, [], {})
"""What counts as no value (`kz_term:is_empty`); `false` does not."""


class _Nothing(Enum):
    NO_VALUE = 0
    NO_WAY = 1


_NO_VALUE: Final = _Nothing.NO_VALUE
"""What is found at a path that leads past the end of an object or array."""

_NO_WAY: Final = _Nothing.NO_WAY
"""What is found at a path that leads through a scalar."""


class Filters:
    """The filters of one request, made ready to judge many documents."""

    __slots__ = ("_any", "_conditions")

    def __init__(self, conditions: list[_Condition], any_named: bool) -> None:
        self._conditions = tuple(conditions)
        self._any = any_named

    @classmethod
    def of(cls, query: Query) -> "Filters":
        """Read the filters among a query's parameters; whatever they say, this cannot fail."""
        conditions: list[_Condition] = []
        any_named = False
        for name, value in query.pairs():
            condition = _condition(name, value)
            any_named = any_named or condition is not None or name.startswith(_PREFIXES)
            if condition is not None:
                conditions.append(condition)
        return cls(conditions, any_named)

    def __bool__(self) -> bool:
        """Whether there is any filter."""
        return self._any

    def passes(self, shown: Document, stored: Document) -> bool:
        """Whether a document belongs to the listing.

        `shown` is what replies show of it, and all that values are compared with; of `stored`,
        only the times are looked at.
        """
        return all(is_met(shown, stored) for is_met in self._conditions)


@dataclass(frozen=True, slots=True)
class _ValueCondition:
    """That the test of the value at a path has the wanted outcome."""

    path: _Path
    test: _Test
    wanted: bool

    def __call__(self, shown: Document, stored: Document) -> bool:
        value = _value_at(self.path, shown)
        return value is not _NO_WAY and self.test(value) is self.wanted


@dataclass(frozen=True, slots=True)
class _TimeCondition:
    """That a bound compares with a stored time as wanted."""

    bound: GregorianSeconds
    field: str
    holds: Callable[[float, float], bool]

    def __call__(self, shown: Document, stored: Document) -> bool:
        time = _integer(stored.get(self.field))
        # What has no time is later than any, as Erlang's atom `undefined` exceeds every number.
        return self.holds(self.bound, math.inf if time is None else time)


def _condition(name: str, value: QueryValue) -> _Condition | None:
    """What a parameter demands; None if it is no filter."""
    if name in _TIMES:
        return _time_condition(name, value)
    if name.startswith("filter_not_"):
        return _equality(name.removeprefix("filter_not_"), value, wanted=False)
    if name.startswith("filter_"):
        return _equality(name.removeprefix("filter_"), value, wanted=True)
    if name in ("has_key", "key_missing"):
        return _presence(value, _is_there, wanted=name == "has_key")
    if name in ("has_value", "value_missing", "missing_value"):
        return _presence(value, _has_value, wanted=name == "has_value")
    return None


def _time_condition(name: str, value: QueryValue) -> _Condition:
    bound = _integer(value)
    return _never if bound is None else _TimeCondition(bound, *_TIMES[name])


def _equality(key: str, value: QueryValue, wanted: bool) -> _Condition:
    texts = _wanted_texts(value if isinstance(value, str) else "true")
    return _ValueCondition(_path(key), lambda found: _text(found) in texts, wanted)


def _presence(key: QueryValue, test: _Test, wanted: bool) -> _Condition:
    return _ValueCondition(_path(key), test, wanted) if isinstance(key, str) else _never


def _never(shown: Document, stored: Document) -> bool:
    return False


def _is_there(value: Json) -> bool:
    return value is not _NO_VALUE


def _has_value(value: Json) -> bool:
    if value is False:
        return True
    return value is not _NO_VALUE and value not in _EMPTY


def _wanted_texts(value: str) -> frozenset[str]:
    """The texts that a filter's value stands for.

    It is one itself, or the JSON text of one, or of a list of strings, numbers and booleans.
    """
    try:
        decoded = decode_json(value)
    except InvalidJson:
        return frozenset((value,))
    if isinstance(decoded, str):
        return frozenset((value, decoded))
    items = decoded if isinstance(decoded, list) else []
    texts = (scalar_text(item) for item in items if item is not None)
    return frozenset((value, *(text for text in texts if text is not None)))


def _path(key: str) -> _Path:
    return tuple((step, _index(step)) for step in key.split("."))


def _index(step: str) -> int:
    position = _integer(step)
    return _NO_INDEX if position is None or position < 1 else position - 1


def _value_at(path: _Path, document: Document) -> Json:
    """The value a path leads to, or one of `_Nothing` (`kz_json:get_value`)."""
    value: Json = document
    for name, index in path:
        if isinstance(value, dict):
            value = value.get(name, _NO_VALUE)
        elif isinstance(value, list):
            value = value[index] if index < len(value) else _NO_VALUE
        else:
            return value if value is _NO_VALUE else _NO_WAY
    return value


def _text(value: Json) -> str:
    """A value as filters compare it; nothing for what has no text (`kz_json:get_binary_value`)."""
    text = scalar_text(value)
    if text is not None:
        return text
    if isinstance(value, list):
        return _concatenation(value)
    return _object_text(value) if isinstance(value, dict) else ""


def _concatenation(array: list[Json]) -> str:
    """Strings joined, and small integers as bytes, for Kazoo takes an array as an iolist."""
    joined = bytearray()
    for item in flat_items(array):
        if isinstance(item, str):
            joined += item.encode("utf-8", "surrogatepass")
        elif isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 255:
            joined.append(item)
        else:
            return ""
    return joined.decode("utf-8", "surrogateescape")


def _object_text(value: Document) -> str:
    try:
        return encode_json(value).decode()
    except (RecursionError, ValueError):  # too deep, or with an endless number
        return ""


def _integer(value: Json) -> int | None:
    """A number, or the text of one, as an integer (`kz_term:to_integer`)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    integer: int | None = coerced(value, "integer")
    return integer
