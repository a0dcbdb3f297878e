"""A reply as it must be, and how it is made from a recording or from nothing."""

import copy
import csv
import io
from dataclasses import dataclass, field
from typing import Literal

from tests.recordings.exchanges import NOTHING, Exchange, Json, Request

from .contract import Difference

COMPARED_HEADERS = (
    "content-type",
    "location",
    "etag",
    "expires",
    "vary",
    "content-language",
    "allow",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
    "content-disposition",
    "content-encoding",
)
CORS_HEADERS = tuple(name for name in COMPARED_HEADERS if name.startswith("access-control-"))


@dataclass(slots=True)
class Expectation:
    """A reply as it must be; texts may hold placeholders."""

    status: int
    headers: dict[str, str | None]
    """Headers that are compared; None where there must be none."""
    json: Json = NOTHING
    text: str = ""
    rows: list[dict[str, str]] | None = None
    """The rows of a CSV reply."""
    listing: Literal["", "whole", "page", "some"] = ""
    """Whether `data` lists documents in an order that follows random ids: all, or some. Or names,
    of which some must be there, in the same order.
    """
    optional: set[str] = field(default_factory=set)
    """Envelope members that are not compared."""
    rebinds: set[str] = field(default_factory=set)
    """Placeholders that this reply binds anew."""
    allow: frozenset[str] = frozenset()
    """Methods that the `allow` header must name."""
    contracts: set[int] = field(default_factory=set)
    """The numbers of the contract that make this differ from the recording."""

    @property
    def is_success(self) -> bool:
        """Whether the request does what it asks."""
        return self.status < 400


def recorded_reply(exchange: Exchange) -> Expectation:
    """The reply exactly as Kazoo gave it."""
    response = exchange.response
    expected = Expectation(response.status, {}, copy.deepcopy(response.json), response.text)
    expected.headers = {name: response.headers.get(name) for name in COMPARED_HEADERS}
    if response.headers.get("content-type") == "text/csv":
        expected.rows, expected.text = csv_rows(response.text), ""
    return expected


def csv_rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV by column; empty cells are as good as none."""
    rows = csv.DictReader(io.StringIO(text), restval="")
    return [
        {str(name): value for name, value in row.items() if isinstance(value, str) and value}
        for row in rows
    ]


def envelope_of(request: Request) -> dict[str, Json]:
    """What every envelope says to this request, when a token in its header is good."""
    token = request.header("x-auth-token")
    return {
        **({"version": "{VERSION}", "auth_token": token} if token else {}),
        "timestamp": "{TIME}",
        "node": "{NODE}",
        "request_id": "{REQUEST_ID}",
        "tokens": "{TOKENS}",
    }


def success_envelope(request: Request, data: Json) -> Json:
    """The envelope of a reply about one document."""
    return {
        **envelope_of(request),
        "data": copy.deepcopy(data),
        "revision": "{REV}",
        "status": "success",
    }


def error_envelope(request: Request, difference: Difference) -> Json:
    """The envelope of the error that a difference wants."""
    envelope = envelope_of(request)
    if difference.status == 401:
        envelope.pop("version", None)
    if difference.error_data is not NOTHING:
        envelope["data"] = copy.deepcopy(difference.error_data)
    return {
        **envelope,
        "error": str(difference.status),
        "message": difference.message,
        "status": "error",
    }
