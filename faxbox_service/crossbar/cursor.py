"""The opaque `start_key` of pages: base64url of an Erlang term, as Kazoo encodes it (wire, 3.3).

Only texts are decoded; anything else is a plain start id (contract, 18).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

_TEXT_TERM = b"\x83m"
_LENGTH_BYTES = 4


def encode_cursor(key: str) -> str:
    """`4d4f…` → `g20AAAAgNGQ0Zj…`."""
    text = key.encode()
    term = _TEXT_TERM + len(text).to_bytes(_LENGTH_BYTES, "big") + text
    return urlsafe_b64encode(term).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> str:
    """The key inside a cursor, or the cursor itself when it is none."""
    try:
        term = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = term[len(_TEXT_TERM) + _LENGTH_BYTES :]
        key = text.decode()
    except (Error, ValueError):
        return cursor
    return key if encode_cursor(key) == cursor else cursor
