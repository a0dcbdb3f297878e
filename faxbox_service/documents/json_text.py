"""JSON text to values and back, exact for integers of any size.

msgspec refuses NaN, infinities and lone surrogates, keeps the last of duplicate keys, and does
not turn integers beyond 64 bits into floats.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from .types import Json

EncodedJson: TypeAlias = msgspec.Raw
"""JSON text that `encode_json` copies into its result as it is."""

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
_canonical = msgspec.json.Encoder(order="sorted")

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\[\]{},:"]++')


class InvalidJson(ValueError):
    """The text is not JSON, or nests deeper than can be decoded."""


def decode_json(text: bytes | str) -> Json:
    """Return the value of a JSON text; raise `InvalidJson` for anything else."""
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise InvalidJson(str(error)) from error


def encode_json(value: Json) -> bytes:
    """Return the compact UTF-8 text of a JSON value."""
    return _encoder.encode(value)


def canonical_json(value: Json) -> bytes:
    """Return the text that is the same for all values that are equal, and for no others."""
    return _canonical.encode(value)


def encoded_list(texts: Iterable[bytes]) -> EncodedJson:
    """The text of an array whose items are encoded already."""
    return EncodedJson(b"[" + b",".join(texts) + b"]")


def pretty_json(text: bytes, longest: int) -> bytes | None:
    """A compact JSON text as Kazoo prints it for people: two spaces a level, ` : `, no `[]`.

    None when that has more than `longest` bytes: what is nested deeply has a hundred times those
    of the text.
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
