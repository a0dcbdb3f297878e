"""JSON text to values and back, exact for integers of any size that is accepted.

msgspec refuses NaN, infinities, floats beyond all floats and lone surrogates, keeps the last of
duplicate keys, and does not turn integers beyond 64 bits into floats.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from faxbox_service.documents.types import Json

from .long_integers import LONGEST_INTEGER, has_long_integer

EncodedJson: TypeAlias = msgspec.Raw
"""JSON text that `encode_json` copies into its result unchanged."""

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
_sorting_encoder = msgspec.json.Encoder(order="sorted")

_SHORTEST_MEMBER = 4
"""Bytes of a member in a text."""

_FEW_MEMBERS = 1000
"""Of all objects of a value. msgspec sorts them quickly in any order; the time it takes grows with
the square of their number, and its stack with the number (docs/upstream/msgspec-sorted-order.md).
"""

# Valid JSON always has the closing quote; requiring it would make the pattern backtrack.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},:]|[^\[\]{},:"]++', re.DOTALL)


class InvalidJson(ValueError):
    """The text is not JSON, or nests deeper than can be decoded."""


class TooManyDigits(InvalidJson):
    """There is an integer of more than `LONGEST_INTEGER` digits."""


def decode_json(text: bytes | str) -> Json:
    """Return the value of a JSON text from a client.

    Raises `InvalidJson` for anything else, and `TooManyDigits` for integers that are too long.
    """
    if len(text) > LONGEST_INTEGER:
        _require_short_integers(text)
    return decode_stored_json(text)


def decode_stored_json(text: bytes | str) -> Json:
    """Return the value of a JSON text from the store; raise `InvalidJson` for anything else."""
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidJson(str(error)) from error


def _require_short_integers(text: bytes | str) -> None:
    try:
        encoded = text.encode() if isinstance(text, str) else text
    except UnicodeError as error:
        raise InvalidJson(str(error)) from error
    if has_long_integer(encoded):
        raise TooManyDigits(f"JSON must not have integers of more than {LONGEST_INTEGER} digits")


def encode_json(value: Json) -> bytes:
    """Return the compact UTF-8 text of a JSON value."""
    return _encoder.encode(value)


def canonical_json(
    value: Json, text: bytes | None = None, *, few_members: int = _FEW_MEMBERS
) -> bytes:
    """Return the text that is the same for all values that are equal, and for no others.

    `text` is what `encode_json` has made of it, if it has. The result does not depend on
    `few_members`: a value that has no more is left to msgspec to sort.
    """
    text = _encoder.encode(value) if text is None else text
    if len(text) <= _SHORTEST_MEMBER * few_members or text.count(b'":') <= few_members:
        return _sorting_encoder.encode(value)
    return _encoder.encode(_in_order(value))


def _in_order(value: Json) -> Json:
    """The value with the members of every object in the order of their names' code points."""
    root = [value]
    pending: list[Json] = [root]
    while pending:
        outer = pending.pop()
        for key, part in outer.items() if isinstance(outer, dict) else enumerate(outer):
            if isinstance(part, dict):
                outer[key] = {name: part[name] for name in sorted(part)}
            elif isinstance(part, list):
                outer[key] = part.copy()
            else:
                continue
            pending.append(outer[key])
    return root[0]


def encoded_list(texts: Iterable[bytes]) -> EncodedJson:
    """The text of an array whose items are encoded already."""
    return EncodedJson(b"[" + b",".join(texts) + b"]")


def pretty_json(text: bytes, longest: int) -> bytes | None:
    """A compact JSON text as Kazoo prints it when asked to: two spaces a level, ` : `, empty
    arrays and objects broken into lines as well.

    None when that has more than `longest` bytes: deep nesting makes it a hundred times as long as
    the text.
    """
    written: list[bytes] = []
    size = 0
    line = b"\n"
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in (b"[", b"{"):
            line += b"  "
            token += line
        elif token in (b"]", b"}"):
            line = line[:-2]
            token = line + token
        elif token == b",":
            token += line
        elif token == b":":
            token = b" : "
        written.append(token)
        size += len(token)
        if size > longest:
            return None
    return b"".join(written)
