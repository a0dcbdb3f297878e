"""Headers that name a request or bound all of them: ids, idempotency keys, and what is text."""

import random
import string
from collections.abc import Mapping

from faxbox_service.crossbar.errors import fields_too_large, malformed_request

LONGEST_HEADERS = 65_536
"""Characters of all headers together."""

_LONGEST_REQUEST_ID = 256
_LONGEST_KEY = 255
_PRINTABLE = frozenset(string.printable) - frozenset("\t\n\r\x0b\x0c")

_VISIBLE = _PRINTABLE - {" "}


def require_text(headers: Mapping[str, str]) -> None:
    """Raise a 400 for a header that is not UTF-8: nothing after this step meets a lone surrogate.

    Raises a 431 for headers that are too long together.
    """
    values = "".join(headers.values())
    if len(values) > LONGEST_HEADERS:
        raise fields_too_large()
    if values.isascii():
        return
    for name, value in headers.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise malformed_request("header is not UTF-8", name.lower()) from None


def read_request_id(headers: Mapping[str, str]) -> str:
    """The client's `X-Request-ID` when it can be repeated safely, else a new one."""
    given = headers.get("x-request-id")
    if given and len(given) <= _LONGEST_REQUEST_ID and _PRINTABLE.issuperset(given):
        return given
    return new_request_id()


def new_request_id() -> str:
    """32 hex that distinguish requests; nothing depends on their being unpredictable."""
    return f"{random.getrandbits(128):032x}"


def read_idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The header `Idempotency-Key`. Raises a 400 for one that no client should make."""
    key = headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and _VISIBLE.issuperset(key)):
        # Headers may hold bytes that are not text.
        shown = key.encode("ascii", "backslashreplace").decode()
        raise malformed_request(
            f"Idempotency-Key must have 1 to {_LONGEST_KEY} visible ASCII characters", shown
        )
    return key
