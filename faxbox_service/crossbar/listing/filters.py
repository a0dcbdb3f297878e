"""The filters of a listing's query string (docs/reference/wire.md, 3.5; docs/contract.md, 9).

All must pass. A filter that cannot be evaluated, because its path leads through a scalar or
its value makes no sense, passes nothing, not even when it is a negation (Crossbar:
crossbar_filter).

What filters cost is bounded by the request: a document is looked into once for each path. What is
found there is compared by `compared_text`, within bounds or in steps.
"""

import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from operator import ge, le
from typing import Final, TypeAlias

from faxbox_service.crossbar.errors import too_many_filters
from faxbox_service.crossbar.request.target import Query, QueryValue
from faxbox_service.crossbar.time_slices import Steps
from faxbox_service.documents.schema.coercion import coerced
from faxbox_service.documents.types import Document, GregorianSeconds, Json

from .compared_text import size_of, text_of_array, text_of_object, text_of_scalar, wanted_texts

_Test: TypeAlias = Callable[[Json], bool]
"""A test of the value at a path, or of `_NO_VALUE`."""

_Path: TypeAlias = tuple[tuple[str, int], ...]
"""Each step as the name of a property, and as the 0-based index of an item."""

_LONGEST_NUMBER = 1000
"""Characters; a longer text is not a time or a position."""

_NO_INDEX = sys.maxsize
"""The index of a step that does not name an item."""

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
"""The value at a path that leads past the end of an object or array."""

_NO_WAY: Final = _Nothing.NO_WAY
"""The value at a path that leads through a scalar."""


class Filters:
    """The filters of one request, made ready for many documents."""

    __slots__ = ("_any", "_paths", "_times")

    def __init__(
        self, paths: Iterable["_PathFilter"], times: Iterable["_TimeCondition"], any_named: bool
    ) -> None:
        self._paths = tuple(paths)
        self._times = tuple(times)
        self._any = any_named

    @classmethod
    def of(cls, query: Query, most: int) -> "Filters":
        """Read the filters among a query's parameters. Raises a 400 for more than `most`."""
        paths: dict[_Path | None, _PathFilter] = {}
        times: list[_TimeCondition] = []
        count = 0
        any_named = False
        for name, value in query.pairs():
            condition = _condition(name, value)
            if condition is None:
                any_named = any_named or name.startswith(_PREFIXES)
                continue
            count += 1
            if isinstance(condition, _TimeCondition):
                times.append(condition)
            else:
                paths.setdefault(condition.path, _PathFilter(condition.path)).add(condition)
        if count > most:
            raise too_many_filters(most, count)
        return cls(paths.values(), times, any_named or count > 0)

    def __bool__(self) -> bool:
        """Whether there is any filter."""
        return self._any

    def passes(self, shown: Document, stored: Document) -> bool | Steps[bool]:
        """Whether a document belongs to the listing, or the further steps to find that out.

        `shown` is what replies show of it, and all that values are compared with; of `stored`,
        only the times are looked at.
        """
        if not all(is_met(stored) for is_met in self._times):
            return False
        long: list[tuple[_PathFilter, list[Json] | Document]] = []
        for one in self._paths:
            value = one.value_in(shown)
            if not one.may_pass(value):
                return False
            if not one.compares:
                continue
            if isinstance(value, list | dict):
                long.append((one, value))
            elif not one.is_wanted(text_of_scalar(value, one.longest)):
                return False
        if not long:
            return True
        steps = _pass_long(long)
        try:
            next(steps)
        except StopIteration as end:
            return bool(end.value)
        return steps


@dataclass(frozen=True, slots=True)
class _Presence:
    """That the test of the value at a path has the wanted outcome."""

    path: "_Path | None"
    test: "_Test"
    wanted: bool


@dataclass(frozen=True, slots=True)
class _Equality:
    """That the text of the value at a path is one of these, or is not one of them."""

    path: "_Path"
    texts: frozenset[str]
    wanted: bool


@dataclass(slots=True)
class _PathFilter:
    """All conditions on the value at one path; without a path, nothing passes."""

    path: "_Path | None"
    longest: int = 0
    """Bytes of the longest text that is compared with the value's."""
    is_empty_wanted: bool = False
    """Whether the empty text is among them."""
    _presences: list[_Presence] = field(default_factory=list)
    _equalities: list[_Equality] = field(default_factory=list)

    def add(self, condition: "_Presence | _Equality") -> None:
        """Add a condition."""
        if isinstance(condition, _Presence):
            self._presences.append(condition)
            return
        self._equalities.append(condition)
        self.longest = max(self.longest, *map(size_of, condition.texts))
        self.is_empty_wanted = self.is_empty_wanted or "" in condition.texts

    @property
    def compares(self) -> bool:
        """Whether the text of the value matters."""
        return bool(self._equalities)

    def value_in(self, shown: Document) -> Json:
        """The value in a document, or one of `_Nothing`."""
        return _NO_WAY if self.path is None else _value_at(self.path, shown)

    def may_pass(self, value: Json) -> bool:
        """Whether there is a value as wanted, whatever its text is."""
        return value is not _NO_WAY and all(
            presence.test(value) is presence.wanted for presence in self._presences
        )

    def is_wanted(self, text: str | None) -> bool:
        """Whether a text is as wanted; None is one that is longer than all wanted ones."""
        return all((text in equality.texts) is equality.wanted for equality in self._equalities)


@dataclass(frozen=True, slots=True)
class _TimeCondition:
    """That a bound compares with a stored time as wanted; without a bound, nothing does."""

    bound: GregorianSeconds | None
    field: str
    holds: Callable[[float, float], bool]

    def __call__(self, stored: Document) -> bool:
        if self.bound is None:
            return False
        time = _integer(stored.get(self.field))
        # What has no time is later than any, as Erlang's atom `undefined` exceeds every number.
        return self.holds(self.bound, math.inf if time is None else time)


def _pass_long(found: list[tuple[_PathFilter, list[Json] | Document]]) -> Steps[bool]:
    for count, (one, value) in enumerate(found):
        if count:
            yield
        if isinstance(value, list):
            text = yield from text_of_array(value, one.longest, is_empty_wanted=one.is_empty_wanted)
        else:
            text = text_of_object(value, one.longest, is_empty_wanted=one.is_empty_wanted)
        if not one.is_wanted(text):
            return False
    return True


def _condition(name: str, value: QueryValue) -> _TimeCondition | _Presence | _Equality | None:
    """The condition that a parameter stands for; None if it is not a filter."""
    if name in _TIMES:
        return _TimeCondition(_integer(value), *_TIMES[name])
    if name.startswith("filter_not_"):
        return _equality(name.removeprefix("filter_not_"), value, wanted=False)
    if name.startswith("filter_"):
        return _equality(name.removeprefix("filter_"), value, wanted=True)
    if name in ("has_key", "key_missing"):
        return _presence(value, _is_there, wanted=name == "has_key")
    if name in ("has_value", "value_missing", "missing_value"):
        return _presence(value, _has_value, wanted=name == "has_value")
    return None


def _equality(key: str, value: QueryValue, wanted: bool) -> _Equality:
    return _Equality(_path(key), wanted_texts(value if isinstance(value, str) else "true"), wanted)


def _presence(key: QueryValue, test: _Test, wanted: bool) -> _Presence:
    return _Presence(_path(key) if isinstance(key, str) else None, test, wanted)


def _is_there(value: Json) -> bool:
    return value is not _NO_VALUE


def _has_value(value: Json) -> bool:
    if value is False:
        return True
    return value is not _NO_VALUE and value not in _EMPTY


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


def _integer(value: Json) -> int | None:
    """A number, or the text of one, as an integer (`kz_term:to_integer`)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    integer: int | None = coerced(value, "integer")
    return integer
