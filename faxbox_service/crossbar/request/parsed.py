"""A request as it was read: target and headers first, the body when it is known who asks."""

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from faxbox_service.crossbar.errors import fields_too_large, malformed_request
from faxbox_service.documents.types import Document, Revision
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition

from .conditional import parse_if_match, parse_if_none_match, revisions_of
from .options import Options
from .target import Query, split_path

LONGEST_HEADERS = 65_536
"""Characters of all headers together."""

_LONGEST_REQUEST_ID = 256
_LONGEST_KEY = 255
_PRINTABLE = frozenset(string.printable) - frozenset("\t\n\r\x0b\x0c")

_VISIBLE = _PRINTABLE - {" "}


@dataclass(slots=True)
class ParsedRequest:
    """What a request asks: its target, and the options in its query string and its body."""

    method: str
    segments: list[str]
    options: Options

    @property
    def verb(self) -> str:
        """The method to judge by: the option `verb` replaces HTTP's (wire, 2.3); HEAD is GET."""
        option = self.options.get("verb")
        if option is None:
            method = self.method
        else:
            method = option.upper() if isinstance(option, str) else "no method"
        return "GET" if method == "HEAD" else method

    def take_in(self, envelope: Document) -> None:
        """Add the options that stand beside `data` in the body."""
        self.options = Options.of(self.options.query, envelope)


def read_target(request: web.BaseRequest, path: str, query: str) -> ParsedRequest:
    """What the target asks, in two parts. Raises a 400 for what is no text."""
    segments = split_path(path)
    return ParsedRequest(request.method, segments, Options.of(Query(query), {"data": {}}))


def require_text(headers: Mapping[str, str]) -> None:
    """Raise a 400 for a header that is not UTF-8: nothing behind this meets a lone surrogate.

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


def read_precondition(headers: Mapping[str, str], envelope: Document) -> Precondition:
    """What the headers and the body demand of the document's revision."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    revision = _revision_of_body(envelope)
    if match is None and none_match is None and revision is None:
        return NO_PRECONDITION
    return Precondition(
        revisions_of(parse_if_match(match)),
        revisions_of(parse_if_none_match(none_match)),
        revision,
    )


def _revision_of_body(envelope: Document) -> Revision | None:
    """The revision a body says it was made from: `_rev` in `data`, or `revision` beside it."""
    data = envelope.get("data")
    revision = data.get("_rev") if isinstance(data, dict) else None
    if revision is None:
        revision = envelope.get("revision")
    # What is no text is no revision, and so not the current one either.
    return revision if revision is None or isinstance(revision, str) else "no revision"


def read_idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The header `Idempotency-Key`. Raises a 400 for one that no client should make."""
    key = headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and _VISIBLE.issuperset(key)):
        # Headers may hold bytes that are no text.
        shown = key.encode("ascii", "backslashreplace").decode()
        raise malformed_request(
            f"Idempotency-Key must have 1 to {_LONGEST_KEY} visible ASCII characters", shown
        )
    return key


def is_cross_origin(headers: Mapping[str, str]) -> bool:
    """Whether Kazoo takes a request for one of CORS (wire, 2.2)."""
    return (
        "origin" in headers
        or "access-control-request-method" in headers
        or "access-control-request-headers" in headers
    )


def read_request_id(request: web.BaseRequest) -> str:
    """The client's `X-Request-ID` when it can be repeated safely, else a new one."""
    given = request.headers.get("x-request-id")
    if given and len(given) <= _LONGEST_REQUEST_ID and _PRINTABLE.issuperset(given):
        return given
    return new_request_id()


def new_request_id() -> str:
    """32 hex that tell requests apart; nothing depends on their being unpredictable."""
    return f"{random.getrandbits(128):032x}"
