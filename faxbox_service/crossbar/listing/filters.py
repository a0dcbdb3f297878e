"""The filters of a listing's query string (wire, 3.5; contract, 9).

All must pass. A filter that cannot be evaluated, because its path leads through a scalar or
its value makes no sense, passes nothing, not even when it is a negation (Crossbar:
crossbar_filter).

What filters cost is bounded by the request: a document is looked into once for each path, and of
what is found there no more is made text of than the longest wanted text has. What cannot be bounded
so, because an array may end in something that has no text, is done in steps.
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
from faxbox_service.documents.erlang_text import flat_items, scalar_text
from faxbox_service.documents.json.text import InvalidJson, decode_json, encode_json
from faxbox_service.documents.schema.coercion import coerced
from faxbox_service.documents.types import Document, GregorianSeconds, Json

_Test: TypeAlias = Callable[[Json], bool]
"""What is asked of the value at a path, or of `_NO_VALUE`."""

_Path: TypeAlias = tuple[tuple[str, int], ...]
"""Each step as the name of a property, and as the 0-based index of an item."""

_STEP = 1000
"""Items of an array that take little time."""

_LONGEST_NUMBER = 1000
"""Characters; a longer text is no time and no position."""

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

    __slots__ = ("_any", "_looks", "_times")

    def __init__(
        self, looks: Iterable["_Look"], times: Iterable["_TimeCondition"], any_named: bool
    ) -> None:
        self._looks = tuple(looks)
        self._times = tuple(times)
        self._any = any_named

    @classmethod
    def of(cls, query: Query, most: int) -> "Filters":
        """Read the filters among a query's parameters. Raises a 400 for more than `most`."""
        looks: dict[_Path | None, _Look] = {}
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
                looks.setdefault(condition.path, _Look(condition.path)).take(condition)
        if count > most:
            raise too_many_filters(most, count)
        return cls(looks.values(), times, any_named or count > 0)

    def __bool__(self) -> bool:
        """Whether there is any filter."""
        return self._any

    def judge(self, shown: Document, stored: Document) -> bool | Steps[bool]:
        """Whether a document belongs to the listing, or the further steps to find that out.

        `shown` is what replies show of it, and all that values are compared with; of `stored`,
        only the times are looked at.
        """
        if not all(is_met(stored) for is_met in self._times):
            return False
        long: list[tuple[_Look, list[Json] | Document]] = []
        for look in self._looks:
            value = look.value_in(shown)
            if not look.may_pass(value):
                return False
            if not look.compares:
                continue
            if isinstance(value, list | dict):
                long.append((look, value))
            elif not look.is_wanted(_scalar_text(value, look.longest)):
                return False
        if not long:
            return True
        steps = _judge_long(long)
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
    """That the text of the value at a path is one of these, or is none of them."""

    path: "_Path"
    texts: frozenset[str]
    wanted: bool


@dataclass(slots=True)
class _Look:
    """All that is asked of the value at one path; without a path, nothing passes."""

    path: "_Path | None"
    longest: int = 0
    """Bytes of the longest text that is compared with the value's."""
    is_empty_wanted: bool = False
    """Whether the empty text is among them."""
    _presences: list[_Presence] = field(default_factory=list)
    _equalities: list[_Equality] = field(default_factory=list)

    def take(self, condition: "_Presence | _Equality") -> None:
        """Ask that, too."""
        if isinstance(condition, _Presence):
            self._presences.append(condition)
            return
        self._equalities.append(condition)
        self.longest = max(self.longest, *map(_size, condition.texts))
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


def _judge_long(found: list[tuple[_Look, list[Json] | Document]]) -> Steps[bool]:
    for count, (look, value) in enumerate(found):
        if count:
            yield
        if isinstance(value, list):
            text = yield from _concatenation(value, look)
        else:
            text = _object_text(value, look)
        if not look.is_wanted(text):
            return False
    return True


def _condition(name: str, value: QueryValue) -> _TimeCondition | _Presence | _Equality | None:
    """What a parameter demands; None if it is no filter."""
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
    return _Equality(_path(key), _wanted_texts(value if isinstance(value, str) else "true"), wanted)


def _presence(key: QueryValue, test: _Test, wanted: bool) -> _Presence:
    return _Presence(_path(key) if isinstance(key, str) else None, test, wanted)


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


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _scalar_text(value: Json, longest: int) -> str | None:
    """A scalar as filters compare it, nothing for what is not there (`kz_json:get_binary_value`).

    None for one that is longer than any wanted text.
    """
    if isinstance(value, str):
        return value if len(value) <= longest else None
    if isinstance(value, int) and value.bit_length() > 4 * longest:
        return None
    return scalar_text(value) or ""


def _concatenation(array: list[Json], look: _Look) -> Steps[str | None]:
    """Strings joined, and small integers as bytes, for Kazoo takes an array as an iolist.

    What holds anything else has no text; that matters only where the empty text is wanted.
    """
    joined = bytearray()
    for count, item in enumerate(flat_items(array), 1):
        if not count % _STEP:
            yield
        if isinstance(item, list):
            continue
        piece = _bytes_of(item, look.longest)
        if piece is None:
            return ""
        if len(joined) <= look.longest:
            joined += piece
        elif not look.is_empty_wanted:
            break
    return None if len(joined) > look.longest else joined.decode("utf-8", "surrogateescape")


def _bytes_of(item: Json, longest: int) -> bytes | None:
    """What an item of an array is among bytes, of texts no more than matters."""
    if isinstance(item, str):
        return item[: longest + 1].encode("utf-8", "surrogatepass")
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 255:
        return item.to_bytes()
    return None


def _object_text(value: Document, look: _Look) -> str | None:
    """The JSON text of an object; nothing for one that is too deep, or has an endless number."""
    if not look.is_empty_wanted and _has_more_values(value, look.longest):
        return None
    try:
        text = encode_json(value)
    except (RecursionError, ValueError):
        return ""
    return text.decode() if len(text) <= look.longest else None


def _has_more_values(value: Document, most: int) -> bool:
    """Whether an object holds more values than so many; each takes a byte of text at least.

    No more than those are looked at.
    """
    pending: list[Json] = [value]
    count = 0
    while pending:
        inner = pending.pop()
        count += len(inner)
        if count > most:
            return True
        for part in inner.values() if isinstance(inner, dict) else inner:
            if isinstance(part, list | dict):
                pending.append(part)
            elif isinstance(part, str) and len(part) > most:
                return True
    return False


def _integer(value: Json) -> int | None:
    """A number, or the text of one, as an integer (`kz_term:to_integer`)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    integer: int | None = coerced(value, "integer")
    return integer
