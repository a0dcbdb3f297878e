"""The opaque `start_key` of pages: base64url of an Erlang term, as Kazoo encodes it.

See docs/reference/wire.md, 3.3.

Only texts and lists of texts are decoded; anything else is a plain start id (docs/contract.md, 18).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import TypeAlias

_VERSION = b"\x83"
_TEXT = b"m"
_LIST = b"l"
_NIL = b"j"
_LENGTH_BYTES = 4

Key: TypeAlias = str | list[str]
"""What the rows of a listing are ordered by; null in a list counts as an empty text."""


def encode_cursor(key: Key) -> str:
    """`4d4f…` → `g20AAAAgNGQ0Zj…`."""
    term = _VERSION + (_text(key) if isinstance(key, str) else _list(key))
    return urlsafe_b64encode(term).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> Key:
    """The key inside a cursor, or the cursor itself when it is not one."""
    try:
        key = _decoded(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (Error, ValueError):
        return cursor
    return key if encode_cursor(key) == cursor else cursor


def _text(text: str) -> bytes:
    data = text.encode()
    return _TEXT + _length(len(data)) + data


def _list(texts: list[str]) -> bytes:
    if not texts:
        return _NIL
    return _LIST + _length(len(texts)) + b"".join(_text(text or "") for text in texts) + _NIL


def _length(length: int) -> bytes:
    return length.to_bytes(_LENGTH_BYTES, "big")


def _decoded(term: bytes) -> Key:
    """What looks like a term; encoding it again shows whether it is one. Raises `ValueError`."""
    if term[1:2] == _TEXT:
        return term[2 + _LENGTH_BYTES :].decode()
    texts: list[str] = []
    rest = term[2 + _LENGTH_BYTES :]
    while rest[:1] == _TEXT:
        start = 1 + _LENGTH_BYTES
        end = start + int.from_bytes(rest[1:start], "big")
        texts.append(rest[start:end].decode())
        rest = rest[end:]
    return texts
