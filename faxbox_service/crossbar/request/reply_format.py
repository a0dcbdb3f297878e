"""How the body of a reply is written: compact or pretty, as JSONP, compressed.

See docs/reference/wire.md, 1.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from faxbox_service.crossbar.errors import malformed_request
from faxbox_service.documents.json.text import pretty_json
from faxbox_service.documents.types import Json

from .parsed import Options

JSON_TYPE = "application/json"
_JAVASCRIPT_TYPE = "application/javascript"

_NAME = r"[A-Za-z_$][A-Za-z0-9_$]*"
_CALLBACK = re.compile(rf"{_NAME}(?:\.{_NAME})*\Z")
_LONGEST_CALLBACK = 128

_LONGEST_PRETTY = 250_000
"""Bytes, compact and pretty; indenting more would take long, and delay all other requests."""


@dataclass(slots=True)
class ReplyFormat:
    """What a request asks of the form of its reply."""

    is_pretty: bool = False
    is_compressed: bool = False
    callback: str | None = None

    def read_options(self, options: Options) -> None:
        """Take in what the options say. Raises a 400 for the name of a callback that is not one."""
        if not options.is_any:
            return
        if options.get("pretty_print") in (True, "true"):
            self.is_pretty = True
        callback = options.get("jsonp")
        if callback is not None:
            self.callback = checked_callback(callback)

    @property
    def content_type(self) -> str:
        """Of JSON bodies."""
        return JSON_TYPE if self.callback is None else _JAVASCRIPT_TYPE

    @property
    def opening(self) -> bytes:
        """What goes before the JSON text."""
        return b"" if self.callback is None else f"{self.callback}(".encode()

    @property
    def ending(self) -> bytes:
        """What goes after the JSON text."""
        return b"" if self.callback is None else b");"

    def text(self, json: bytes) -> bytes:
        """The body that shows a JSON text."""
        if self.is_pretty and len(json) <= _LONGEST_PRETTY:
            json = pretty_json(json, _LONGEST_PRETTY) or json
        if self.callback is None:
            return json
        return self.opening + as_javascript(json) + self.ending


def as_javascript(json: bytes) -> bytes:
    """JSON that is JavaScript too: two characters end a line there, even in a string."""
    return json.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")


def wants_pretty(headers: Mapping[str, str]) -> bool:
    """Whether the header `X-Pretty-Print` asks for an indented reply."""
    return headers.get("x-pretty-print") == "true"


def checked_callback(name: Json) -> str:
    """The name of a JSONP callback: identifiers joined by dots. Raises a 400 for any other.

    Whatever else it held would run in the pages of our clients.
    """
    if isinstance(name, str) and len(name) <= _LONGEST_CALLBACK and _CALLBACK.match(name):
        return name
    cause = name[:_LONGEST_CALLBACK] if isinstance(name, str) else ""
    raise malformed_request("jsonp must be the name of a function", cause)
