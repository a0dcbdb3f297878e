"""Dotted keys in a header: ASCII, parted by commas, and not too many."""

from collections.abc import Iterable
from urllib.parse import quote

_LONGEST = 1000
"""Characters: proxies refuse headers of some kilobytes."""

_MORE = "..."

INVALID_FIELDS = "x-invalid-fields"
"""What of a document that was changed is invalid, and was so before (docs/contract.md, 26)."""

_AS_THEY_ARE = "/:@!$&'()*+;=[]%"
"""Beside letters, digits and `-._~`; a dot within a name is `%2E` already."""


def invalid_fields(keys: Iterable[str]) -> dict[str, str]:
    """The header that names them, if there are any."""
    listed = listed_keys(keys)
    return {INVALID_FIELDS: listed} if listed else {}


def listed_keys(keys: Iterable[str]) -> str:
    """`retries, notifications.inbound.email.send_to`; ends in `...` where there are more."""
    shown: list[str] = []
    left = _LONGEST - len(_MORE)
    for key in keys:
        text = quote(key, safe=_AS_THEY_ARE)
        left -= len(text) + len(", ")
        if left < 0:
            shown.append(_MORE)
            break
        shown.append(text)
    return ", ".join(shown)
