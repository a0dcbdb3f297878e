"""The formats that Kazoo's validator checks; all others hold for any value.

See docs/reference/data-model.md, 6.2.

Each takes time proportional to the text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)

_LONGEST_ADDRESS = 45
"""Characters: of IPv6 with IPv4 at its end. Python splits a longer text before it refuses it."""


def _is_email(text: str) -> bool:
    """One `@` with something on both sides."""
    name, _, domain = text.partition("@")
    return bool(name and domain) and "@" not in domain


def _is_date_time(text: str) -> bool:
    """RFC 3339, a date that exists."""
    if not _DATE_TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text[: _LONGEST_ADDRESS + 1])
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    try:
        address = IPv6Address(text[: _LONGEST_ADDRESS + 1])
    except ValueError:
        return False
    return address.scope_id is None


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": _is_date_time,
    "email": _is_email,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
}
"""Whether a text has a format; values of other types are not checked."""
