"""The recorded exchanges, as data: read, and made uniform."""

import copy
import json
import re
from base64 import b64decode
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

Json = Any
"""Whatever `json.loads` returns."""

RECORDINGS = Path(__file__).with_name("kazoo-exchanges.json")


class _Absent(Enum):
    NOTHING = "nothing"


NOTHING: Json = _Absent.NOTHING
"""There is no JSON, as opposed to a JSON null. (A member of an Enum: its copy is itself.)"""

_NOT_MARKED = {
    # Values of one run which the recording left as they were.
    "D2DAF11F9A098B6715D4109462D52A52": "{UPPER:ACCOUNT:acme}",
    "account%2Fd2%2Fda%2Ff11f9a098b6715d4109462d52a52": "{ANY}",
    "a69000.sip.2600hz.com": "{REALM:borg}",
    "uwe5D_aMvLqbuZkEwmiDCEpIV6GDhkeswh5e31Ee34A": "{SIGNATURE}",
    "v2BE10YOFECCbV_u-KMqJ1jTqlUryhAuV9OVQmYQmq0": "{SIGNATURE}",
    "g2wAAAACbQAAACBjNTAzYTBjMGVlZDE0YjcwNWZlYWNjNWJkOTVlY2QxOG0AAAAD77-wag": "{CURSOR}",
}
_EXPIRY = re.compile(r'"exp": [0-9]{10}\b')
_FIGURES = re.compile(r'"(used_memory|processes|ports)": [0-9]+')
_ERLANG = re.compile(r'"erlang_version": "[0-9]+"')
_CSV_NAME = re.compile(r'filename=\\"json_[0-9a-f]{22}\.csv')

_VOLATILE = {
    "timestamp": "{TIME}",
    "node": "{NODE}",
    "request_id": "{REQUEST_ID}",
    "tokens": "{TOKENS}",
    "version": "{VERSION}",
}

_SAME_LISTING = {"accept/gzip": "body/data-object-on-GET"}
"""A compressed body has no placeholders in it; the same listing was recorded in plain, too."""

_TOKEN_OF_RAW_REQUESTS = "{TOKEN:3}"


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Without a method, `body` is all of it: the bytes of the whole request."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str | bytes | None

    def header(self, name: str) -> str | None:
        """The value of the first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Kazoo answered: `json`, or `text` where the body was not JSON."""

    status: int
    headers: dict[str, str]
    json: Json
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its recorded reply. The name is `group/what`."""

    name: str
    request: Request
    response: Recorded

    @property
    def group(self) -> str:
        """The part of the name before the first slash."""
        return self.name.partition("/")[0]


class Recordings:
    """All exchanges, in their order and by name."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self.exchanges = exchanges
        self._by_name = {exchange.name: exchange for exchange in exchanges}

    @classmethod
    def load(cls, path: Path = RECORDINGS) -> "Recordings":
        """Read a file of exchanges."""
        text = _with_placeholders(path.read_text(encoding="utf-8"))
        loaded = cls([_exchange(item) for item in json.loads(text)])
        for name, twin in _SAME_LISTING.items():
            loaded._give_json(name, loaded[twin].response.json)
        return loaded

    def __getitem__(self, name: str) -> Exchange:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def addresses_by_box(self) -> dict[str, str]:
        """The placeholder of each faxbox's generated address, by the placeholder of its id."""
        addresses: dict[str, str] = {}
        for exchange in self.exchanges:
            envelope = exchange.response.json
            data = envelope.get("data") if isinstance(envelope, dict) else None
            if isinstance(data, dict) and "smtp_email_address" in data and "id" in data:
                addresses[data["id"]] = data["smtp_email_address"]
        return addresses

    def _give_json(self, name: str, value: Json) -> None:
        old = self._by_name.get(name)
        if old is None:
            return
        response = replace(old.response, json=copy.deepcopy(value), text="")
        new = replace(old, response=response)
        self.exchanges[self.exchanges.index(old)] = new
        self._by_name[name] = new


def _with_placeholders(text: str) -> str:
    for value, placeholder in _NOT_MARKED.items():
        text = text.replace(value, placeholder)
    text = _EXPIRY.sub('"exp": "{INTEGER}"', text)
    text = _FIGURES.sub(r'"\1": "{INTEGER}"', text)
    text = _ERLANG.sub('"erlang_version": "{ANY}"', text)
    return _CSV_NAME.sub(r'filename=\\"json_{CSV_NAME}.csv', text)


def _exchange(item: dict[str, Json]) -> Exchange:
    raw_request, raw_response = item["request"], item["response"]
    body = raw_request["body"]
    request = Request(
        method=raw_request["method"],
        path=raw_request["path"],
        headers=tuple((name, value) for name, value in raw_request["headers"]),
        body=b64decode(body["base64"]) if isinstance(body, dict) else body,
    )
    if not request.method:
        assert isinstance(request.body, str)
        request = replace(request, body=request.body.replace("{TOKEN}", _TOKEN_OF_RAW_REQUESTS))
        return Exchange(item["name"], request, _raw_response(raw_response["body"]))
    text = raw_response.get("body", "")
    response = Recorded(
        status=raw_response["status"],
        headers={name.lower(): value for name, value in raw_response["headers"].items()},
        json=raw_response.get("json", NOTHING),
        text=text if isinstance(text, str) else "",
    )
    return Exchange(item["name"], request, response)


def _raw_response(text: str) -> Recorded:
    """A reply that was recorded as the bytes on the wire."""
    head, _, body = text.partition("\r\n\r\n")
    status_line, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    if "x-request-id" in headers:
        headers["x-request-id"] = "{REQUEST_ID}"
    value = NOTHING
    if body.startswith("{"):
        value = json.loads(body)
        value |= {name: mark for name, mark in _VOLATILE.items() if name in value}
    status = int(status_line.split(" ")[1])
    return Recorded(status, headers, value, "" if value is not NOTHING else body)
