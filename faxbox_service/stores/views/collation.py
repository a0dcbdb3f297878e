"""View keys as bytes whose order is CouchDB's order of the keys.

null < false < true < numbers < strings < arrays < objects (CouchDB: "Views Collation"). Equal
keys give equal bytes (`1` and `1.0`), so one comparison of bytes decides ranges and exact keys.

Two differences from CouchDB: strings are compared by code point, where CouchDB uses ICU (there
`"a" < "B"`; ids and numbers in strings sort alike in both); and numbers are compared exactly
at any size.
"""

import math
from typing import Final

from faxbox_service.documents.types import Json

LOWEST: Final = b""
"""Below every encoded key."""

HIGHEST: Final = b"\xff"
"""Above every encoded key."""

_END = b"\x00"
_NULL = b"\x01"
_FALSE = b"\x02"
_TRUE = b"\x03"
_NEGATIVE = b"\x04\x00"
_ZERO = b"\x04\x01"
_POSITIVE = b"\x04\x02"
_STRING = b"\x05"
_ARRAY = b"\x06"
_OBJECT = b"\x07"

_EXPONENT_BYTES = 4
_EXPONENT_BIAS = 1 << (8 * _EXPONENT_BYTES - 1)
_COMPLEMENT = bytes(range(255, -1, -1))


def encode_key(key: Json) -> bytes:
    """Return the bytes of a key; raise `TypeError` for what is not JSON."""
    if isinstance(key, str):
        return _STRING + _text(key)
    if key is None:
        return _NULL
    if isinstance(key, bool):
        return _TRUE if key else _FALSE
    if isinstance(key, int | float):
        return _number(key)
    if isinstance(key, list | tuple):
        return _ARRAY + b"".join(map(encode_key, key)) + _END
    if isinstance(key, dict):
        # CouchDB compares objects member by member in the order they are written.
        members = (_STRING + _text(name) + encode_key(value) for name, value in key.items())
        return _OBJECT + b"".join(members) + _END
    raise TypeError(f"not a JSON value: {type(key).__name__}")


def _text(text: str) -> bytes:
    """UTF-8, which sorts by code point; `00 FF` for NUL keeps the closing `00` the lowest byte."""
    # A lone surrogate cannot be stored, but a range may start at one, which must not raise.
    return text.encode("utf-8", "surrogatepass").replace(b"\x00", b"\x00\xff") + _END


def _number(number: int | float) -> bytes:
    """Sign, exponent, significant bits; all but the sign complemented for negative numbers."""
    if number == 0:
        return _ZERO
    if not math.isfinite(number):
        return _NULL  # as JSON has it: such a value is written `null`
    numerator, denominator = abs(number).as_integer_ratio()
    # The denominator is a power of two, so the ratio is 0.1… (binary) times 2**exponent.
    exponent = numerator.bit_length() - denominator.bit_length() + 1
    magnitude = (exponent + _EXPONENT_BIAS).to_bytes(_EXPONENT_BYTES, "big")
    magnitude += _significant_bits(numerator)
    return _POSITIVE + magnitude if number > 0 else _NEGATIVE + magnitude.translate(_COMPLEMENT)


def _significant_bits(numerator: int) -> bytes:
    """Seven bits a byte from the highest set bit down, the eighth saying that more follow.

    No such text is the beginning of another, so the complement sorts in exact reverse.
    """
    # Without trailing zero bits 1, 2 and 4 are equal: their exponents differ.
    numerator >>= (numerator & -numerator).bit_length() - 1
    groups = -(-numerator.bit_length() // 7)
    numerator <<= groups * 7 - numerator.bit_length()
    shifts = range((groups - 1) * 7, -1, -7)
    return bytes(((numerator >> shift & 0x7F) << 1) | (shift > 0) for shift in shifts)
