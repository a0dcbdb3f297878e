"""The formats that Kazoo's validator checks; all others hold for any value (data model, 6.2)."""

import re
from datetime import datetime

from jsonschema import FormatChecker

from .types import Json

_EMAIL = re.compile(r"[^@]+@[^@]+\Z")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)

FORMATS = FormatChecker(formats=["ipv4", "ipv6"])


@FORMATS.checks("email")
def _is_email(value: Json) -> bool:
    return not isinstance(value, str) or _EMAIL.match(value) is not None


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: Json) -> bool:
    """RFC 3339, a date that exists."""
    if not isinstance(value, str):
        return True
    return _DATE_TIME.match(value) is not None and bool(datetime.fromisoformat(value))
