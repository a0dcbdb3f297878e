"""What every reply has beyond Kazoo's: longer lists in headers, and tags that tell callers apart.

docs/contract.md, 25 and 30, touch all replies alike, so they are taken away before a reply is
compared: of the lists, exactly what this service adds; of a tag, the mark of the caller.
"""

import re

from faxbox_service.crossbar.cors import EXPOSED_HEADERS, REQUEST_HEADERS
from faxbox_service.crossbar.response.envelope import VARY

_KAZOOS = {
    "vary": (VARY, 2),
    "access-control-allow-headers": (REQUEST_HEADERS, 12),
    "access-control-expose-headers": (EXPOSED_HEADERS, 7),
}
"""Our lists, and how many of each are Kazoo's."""

_MARK = re.compile(r"\.[0-9a-f]{12}(?=\"\Z)")


def as_kazoos(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a reply as Kazoo would have sent them."""
    return {name: _as_kazoos(name, value) for name, value in headers.items()}


def _as_kazoos(name: str, value: str) -> str:
    if name == "etag":
        return _MARK.sub("", value)
    if name in _KAZOOS:
        ours, count = _KAZOOS[name]
        return ", ".join(ours[:count]) if value == ", ".join(ours) else value
    return value
