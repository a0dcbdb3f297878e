"""What the service must answer to a recorded request: the recording, changed by the contract.

Single exchanges are changed by their entry in `differences.py`; the rules of the contract that
touch whole classes of replies are here, one function each.
"""

import copy
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from tests.recordings.exchanges import NOTHING, Exchange, Json, Recordings, Request

from .contract import Difference
from .expectation import (
    COMPARED_HEADERS,
    CORS_HEADERS,
    Expectation,
    envelope_of,
    error_envelope,
    recorded_reply,
    success_envelope,
)

_LOGINS = ("/v2/user_auth", "/v2/api_auth")
_WRITES = ("PUT", "POST", "PATCH", "DELETE")
_REVISION = re.compile(r"\{(REV(?::[0-9]+)?)\}")
_TOKEN = re.compile(r"\{(TOKEN:[0-9]+)\}")
_ITEM_OF_LISTING = "list/?"


class Rules:
    """Makes expectations from recordings and the list of differences."""

    def __init__(self, recordings: Recordings, differences: dict[str, Difference]) -> None:
        self._recordings = recordings
        self._differences = differences
        self._addresses = recordings.addresses_by_box()
        self._cors = _cors_of_errors(recordings)

    def expectation(self, exchange: Exchange) -> Expectation:
        """What the service must answer."""
        difference = self._differences.get(exchange.name)
        if difference is None:
            expected = recorded_reply(exchange)
        else:
            expected = self._changed(exchange, difference)
            expected.contracts.add(difference.contract)
        request = exchange.request
        self._always_show_address(request, expected)
        _hide_basic_credentials(request, expected)
        _lower_addresses(expected)
        _reset_attempts(expected)
        _change_rows(expected)
        _tag_writes(request, expected)
        _make_errors_uniform(exchange, expected)
        _bind_logins_anew(request, expected)
        _mark_listing(request, expected)
        _mark_names(request, expected)
        _show_specified_support_level(request, expected)
        expected.headers["x-request-id"] = request.header("x-request-id") or "{REQUEST_ID}"
        return expected

    def recorded(self, name: str) -> Exchange:
        """An exchange by its name."""
        return self._recordings[name]

    def _changed(self, exchange: Exchange, difference: Difference) -> Expectation:
        request = exchange.request
        if difference.like:
            return self.expectation(self._recordings[difference.like])
        expected = Expectation(difference.status, {}, optional=set(difference.optional))
        if difference.message:
            expected.json = error_envelope(request, difference)
        elif difference.items is not None:
            expected.json = self._listing_envelope(request, difference.items)
        elif difference.data is not NOTHING:
            expected.json = success_envelope(request, difference.data)
        for name in difference.absent:
            expected.json.pop(name, None)
        expected.headers = self._headers(exchange, expected) | difference.headers
        return expected

    def _headers(self, exchange: Exchange, expected: Expectation) -> dict[str, str | None]:
        """The headers of a JSON reply; an error keeps the CORS headers of a recorded error."""
        recorded = exchange.response
        headers: dict[str, str | None] = dict.fromkeys(COMPARED_HEADERS)
        if not expected.is_success:
            cors = recorded.headers if recorded.status >= 400 else self._cors
            return headers | {name: cors.get(name) for name in CORS_HEADERS}
        headers |= {
            "content-type": "application/json",
            "content-language": "en",
            "vary": "accept-language, accept",
        }
        if exchange.request.method == "GET":
            revision = expected.json.get("revision")
            headers["etag"] = f'"{revision}"' if revision else None
            headers["expires"] = "Fri, 01 Jan 1999 00:00:00 GMT"
        return headers

    def _listing_envelope(self, request: Request, ids: tuple[str, ...]) -> Json:
        recorded = self._recordings[_ITEM_OF_LISTING] if ids else None
        boxes = recorded.response.json["data"] if recorded else []
        items = [copy.deepcopy(box) for box in boxes if box["id"] in ids]
        envelope = {**envelope_of(request), "data": items, "page_size": len(items)}
        if items:
            envelope["revision"] = "{ETAG}"
        return {**envelope, "status": "success"}

    def _always_show_address(self, request: Request, expected: Expectation) -> None:
        """docs/contract.md, 2: GET of one box has its generated address."""
        if request.method != "GET" or not expected.is_success:
            return
        for box in _data_objects(expected):
            address = self._addresses.get(box.get("id", ""))
            if address and "_read_only" not in box and "smtp_email_address" not in box:
                box["smtp_email_address"] = address
                expected.contracts.add(2)


def _cors_of_errors(recordings: Recordings) -> dict[str, str]:
    """The CORS headers that Kazoo gives every error; the methods are those of the path."""
    for exchange in recordings.exchanges:
        headers = exchange.response.headers
        if exchange.response.status >= 400 and CORS_HEADERS[0] in headers:
            same = {name: headers[name] for name in CORS_HEADERS if name in headers}
            return {**same, "access-control-allow-methods": "OPTIONS, {TEXT}"}
    return {}


def _hide_basic_credentials(request: Request, expected: Expectation) -> None:
    """docs/contract.md, 19: only bearer tokens are echoed."""
    credential = request.header("authorization") or ""
    if credential.startswith("Basic ") and isinstance(expected.json, dict):
        expected.json.pop("auth_token", None)
        expected.contracts.add(19)


def _lower_addresses(expected: Expectation) -> None:
    """docs/contract.md, 6: custom addresses are stored, and so shown, in lower case."""
    for box in _data_objects(expected):
        address = box.get("custom_smtp_email_address")
        if isinstance(address, str) and "{" not in address and address != address.lower():
            box["custom_smtp_email_address"] = address.lower()
            expected.contracts.add(6)


def _reset_attempts(expected: Expectation) -> None:
    """docs/contract.md, 16: PUT and POST set `attempts` to 0 (no recorded PATCH sets it)."""
    for box in _data_objects(expected):
        if type(box.get("attempts")) is int and box["attempts"] != 0:
            box["attempts"] = 0
            expected.contracts.add(16)


def _change_rows(expected: Expectation) -> None:
    """docs/contract.md, 6 and 16, in CSV."""
    for row in expected.rows or ():
        changed = {}
        if "custom_smtp_email_address" in row:
            changed["custom_smtp_email_address"] = row["custom_smtp_email_address"].lower()
        if "attempts" in row:
            changed["attempts"] = "0"
        if any(row[name] != value for name, value in changed.items()):
            row |= changed
            expected.contracts |= {6, 16}


def _tag_writes(request: Request, expected: Expectation) -> None:
    """docs/contract.md, 3: the reply to a write has the new revision, as `revision` and as
    `etag`."""
    if request.method not in _WRITES or not expected.is_success or _is_login(request):
        return
    for document in _data_objects(expected):
        if "id" in document:
            revision = expected.json.setdefault("revision", "{REV}")
            expected.headers["etag"] = f'"{revision}"'
            expected.rebinds.update(_REVISION.findall(revision))
            expected.contracts.add(3)


def _make_errors_uniform(exchange: Exchange, expected: Expectation) -> None:
    """docs/contract.md, 12: every error is a JSON envelope and says so; 405 names what is allowed.

    Kazoo negotiates before some errors and after others, and says `vary` and
    `content-language` accordingly: not compared. Neither are CORS headers which it forgets.
    """
    if expected.is_success:
        return
    if expected.json is NOTHING and exchange.request.method != "HEAD":
        expected.json = error_envelope(
            exchange.request, Difference(12, "", status=expected.status, message="{TEXT}")
        )
        expected.text = ""
        expected.optional |= {"data", "auth_token", "version"}
        expected.contracts.add(12)
    if expected.headers.get("content-type") != "application/json":
        expected.headers["content-type"] = "application/json"
        expected.contracts.add(12)
    for name in ("vary", "content-language"):
        expected.headers.pop(name, None)
    if expected.headers.get("access-control-allow-origin") is None:
        for name in CORS_HEADERS:
            expected.headers.pop(name, None)
    expected.headers.pop("allow", None)
    if expected.status == 405:
        methods = expected.headers.get("access-control-allow-methods") or ""
        expected.allow = frozenset(methods.split(", ")) - {"OPTIONS", ""}
        expected.contracts.add(12)


def _bind_logins_anew(request: Request, expected: Expectation) -> None:
    """Two logins a second apart get different tokens, though they were recorded as one."""
    if _is_login(request) and expected.status == 201:
        expected.rebinds.update(_TOKEN.findall(expected.json.get("auth_token", "")))


def _mark_listing(request: Request, expected: Expectation) -> None:
    """Recognise a listing of documents, and what of it depends on random ids."""
    envelope = expected.json
    if request.method != "GET" or not expected.is_success or not isinstance(envelope, dict):
        return
    items = envelope.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return
    expected.listing = "whole"
    names = {name for name, _ in parse_qsl(request.path.partition("?")[2])}
    if any(name.startswith("filter_") for name in names) and "page_size" in names:
        # A full page of matches: whether other documents follow depends on their ids.
        expected.optional.add("next_start_key")
    if "next_start_key" in envelope:
        expected.listing = "page"
        envelope["next_start_key"] = "{ID_CURSOR}"


def _mark_names(request: Request, expected: Expectation) -> None:
    """Of Kazoo's schemas, those of resources that are served here are listed."""
    if request.path.partition("?")[0].rstrip("/") == "/v2/schemas" and expected.is_success:
        expected.listing = "some"
        expected.contracts.add(0)


def _show_specified_support_level(request: Request, expected: Expectation) -> None:
    """The published specification gives `smtp_permission_list.[]` a support level."""
    if request.path.rstrip("/") == "/v2/schemas/faxbox" and expected.is_success:
        permissions = expected.json["data"]["properties"]["smtp_permission_list"]
        permissions["items"].setdefault("support_level", "supported")
        expected.contracts.add(0)


def _is_login(request: Request) -> bool:
    return request.method == "PUT" and request.path in _LOGINS


def _data_objects(expected: Expectation) -> Iterator[dict[str, Json]]:
    """The documents that a success shows."""
    if not expected.is_success or not isinstance(expected.json, dict):
        return
    data = expected.json.get("data")
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            yield item
