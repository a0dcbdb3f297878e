"""Integers of very many digits in a JSON text, found before they are decoded or encoded.

Decoding and encoding one takes the square of its digits, in one call that blocks everything else: a
body of 8 MB takes some 10 ms without them, and half a second when it is one integer. And CouchDB
fails with a 500 at an integer beyond all floats, of 309 digits. No faxbox has any.
"""

LONGEST_INTEGER = 100
"""Digits of an integer that a client may send."""

_TOO_MANY = b"9" * (LONGEST_INTEGER + 1)
_DIGITS_ONLY = bytes(ord("9") if byte in b"0123456789" else ord(" ") for byte in range(256))


def has_row_of_digits(text: bytes, length: int) -> bool:
    """Whether `length` digits follow each other somewhere, in an integer or not."""
    return b"9" * length in text.translate(_DIGITS_ONLY)


def has_long_integer(text: bytes) -> bool:
    """Whether there is an integer of more than `LONGEST_INTEGER` digits in a JSON text.

    The digits of floats and of strings do not count. Takes time proportional to the text.
    """
    digits = text.translate(_DIGITS_ONLY)
    start = digits.find(_TOO_MANY)
    if start < 0:
        return False
    # Without escapes every quote begins or ends a string.
    quotes = text.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    counted, is_in_string = 0, False
    while start >= 0:
        is_in_string ^= quotes.count(b'"', counted, start) % 2 == 1
        counted = start
        end = quotes.find(b'"', start) if is_in_string else digits.find(b" ", start)
        if not is_in_string and not _is_part_of_float(text, start, end):
            return True
        start = digits.find(_TOO_MANY, end) if end >= 0 else -1
    return False


def _is_part_of_float(text: bytes, start: int, end: int) -> bool:
    """Whether there is a point or an exponent beside the digits from `start` to `end` (-1: all)."""
    before = text[max(0, start - 2) : start]
    after = text[end : end + 1] if end >= 0 else b""
    return (
        after in (b".", b"e", b"E")
        or before[-1:] in (b".", b"e", b"E", b"+")
        or before in (b"e-", b"E-")
    )
