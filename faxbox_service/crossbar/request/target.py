"""The target of a request: its path and query string, read as strictly as Kazoo's server does.

Path segments are split before they are percent-decoded, so that an id may contain `%2F`.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from faxbox_service.crossbar.errors import malformed_request

QueryValue: TypeAlias = str | bool
"""The text after `=`, or True for a name without `=` (docs/reference/wire.md, 1.1)."""

_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://[^/?]*+")
"""What a target in absolute form has before its path (RFC 9112, 3.2.2)."""


class Query:
    """The parameters of a query string; repeated names are all kept, in order."""

    __slots__ = ("_values",)

    def __init__(self, text: str) -> None:
        self._values: dict[str, list[QueryValue]] = {}
        if not text:
            return
        for pair in filter(None, text.split("&")):
            name, equals, value = pair.partition("=")
            if not name:
                raise malformed_request("invalid query string", text)
            decoded: QueryValue = _decoded_parameter(value, text) if equals else True
            self._values.setdefault(_decoded_parameter(name, text), []).append(decoded)

    def __bool__(self) -> bool:
        """Whether there is any parameter."""
        return bool(self._values)

    def first(self, name: str) -> QueryValue | None:
        """The first value of a parameter, which is the one that options use."""
        values = self._values.get(name)
        return values[0] if values else None

    def pairs(self) -> Iterator[tuple[str, QueryValue]]:
        """Every parameter with every value it is given."""
        for name, values in self._values.items():
            for value in values:
                yield name, value


def split_path(path: str) -> list[str]:
    """The segments of a target's path, decoded; a trailing slash is ignored.

    Raises a 400 for a bad percent escape, or one that is not UTF-8.
    """
    segments = path.removeprefix("/").split("/")
    if segments[-1] == "":
        segments.pop()
    if "%" in path or not path.isascii():
        segments = [_decoded(segment, path) for segment in segments]
    return segments


def origin_form(raw_target: str) -> str:
    """Path and query of a target, without the scheme and the host that proxies are sent.

    Any host is ours (RFC 9112, 3.2.2).
    """
    if raw_target.startswith("/"):
        return raw_target
    absolute = _ABSOLUTE.match(raw_target)
    return raw_target[absolute.end() :] if absolute else raw_target


def _decoded_parameter(text: str, whole: str) -> str:
    return _decoded(text.replace("+", " "), whole)


def _decoded(text: str, whole: str) -> str:
    if "%" not in text and text.isascii():
        return text
    if _BAD_PERCENT.search(text):
        raise malformed_request("invalid percent escape", _printable(whole))
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), raw).decode()
    except UnicodeDecodeError:
        raise malformed_request("not UTF-8", _printable(whole)) from None


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
