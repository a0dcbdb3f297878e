"""A reply that is not what was recorded, or not what the contract wants instead, is found out.

The exchanges here are made up; a replayer that cannot fail is worth nothing.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.recordings.exchanges import NOTHING, Exchange, Json, Recorded, Recordings, Request
from tests.recordings.expected.contract import Difference, conflict
from tests.recordings.expected.rules import Rules

from .comparison import Seen, compare
from .placeholders import Bindings
from .wire import NoReply, Reply, parse_reply, request_bytes, send

ACCOUNT = "a" * 32
BOX = "b" * 32
REQUEST_ID = "c" * 32
TOKEN = "head.body.sign"
REVISION = f"1-{BOX}"
NEXT_REVISION = f"2-{BOX}"
ADDRESS = "0a1b2c3d.fax.example.com"

COLLECTION = "/v2/accounts/{ACCOUNT:a}/faxboxes"
ITEM = COLLECTION + "/{ID:1}"
JSON_HEADERS = {
    "content-type": "application/json",
    "content-language": "en",
    "vary": "accept-language, accept",
    "x-request-id": "{REQUEST_ID}",
}
EXPIRES = "Fri, 01 Jan 1999 00:00:00 GMT"
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "OPTIONS, PUT, GET",
}
ENVELOPE: dict[str, Json] = {
    "version": "{VERSION}",
    "timestamp": "{TIME}",
    "node": "{NODE}",
    "request_id": "{REQUEST_ID}",
    "tokens": "{TOKENS}",
    "auth_token": "{TOKEN:1}",
}
DATA: dict[str, Json] = {"name": "x", "retries": 1, "attempts": 0, "id": "{ID:1}"}


def _request(method: str, path: str, body: str | None = None) -> Request:
    return Request(method, path, (("X-Auth-Token", "{TOKEN:1}"),), body)


def _success(data: Json, **envelope: Json) -> Json:
    return {**ENVELOPE, "data": data, **envelope, "status": "success"}


CREATE = Exchange(
    "put/x",
    _request("PUT", COLLECTION, '{"data": {"name": "x"}}'),
    Recorded(
        201,
        {**JSON_HEADERS, "location": ITEM},
        _success({**DATA, "smtp_email_address": "{SMTP:1}"}, revision="{REV:1}"),
        "",
    ),
)
READ = Exchange(
    "get/x",
    _request("GET", ITEM),
    Recorded(
        200,
        {**JSON_HEADERS, "etag": '"{REV:2}"', "expires": EXPIRES},
        _success(DATA, revision="{REV:2}"),
        "",
    ),
)
LIST = Exchange(
    "list/?",
    _request("GET", COLLECTION),
    Recorded(
        200,
        {**JSON_HEADERS, "etag": '"{ETAG}"', "expires": EXPIRES},
        _success([{**DATA, "smtp_email_address": "{SMTP:1}"}], page_size=1, revision="{ETAG}"),
        "",
    ),
)
REFUSED = Exchange(
    "post/x",
    _request("POST", ITEM, '{"data": {}}'),
    Recorded(
        403,
        {"x-request-id": "{REQUEST_ID}"},
        {
            **ENVELOPE,
            "data": {"message": "forbidden"},
            "error": "403",
            "message": "forbidden",
            "status": "error",
        },
        "",
    ),
)
FAILED = Exchange("put/y", _request("PUT", COLLECTION), Recorded(412, {}, NOTHING, ""))
NOT_ALLOWED = Exchange(
    "method/x",
    _request("DELETE", COLLECTION),
    Recorded(
        405,
        CORS,
        {**ENVELOPE, "error": "405", "message": "invalid_method", "status": "error"},
        "",
    ),
)
RECORDINGS = Recordings([CREATE, READ, LIST, REFUSED, FAILED, NOT_ALLOWED])

REAL: dict[str, Json] = {
    "version": "0.1.0",
    "timestamp": "2026-11-23T06:05:08Z",
    "node": "qAZM9YHIQVKDx9NuhuIIdA",
    "request_id": REQUEST_ID,
    "tokens": {"consumed": 1, "remaining": 100},
    "auth_token": TOKEN,
}
REAL_BOX: dict[str, Json] = {
    "name": "x",
    "retries": 1,
    "attempts": 0,
    "id": BOX,
    "smtp_email_address": ADDRESS,
}
REAL_HEADERS = {**JSON_HEADERS, "x-request-id": REQUEST_ID}

Change = Callable[[dict[str, Json], dict[str, str]], object]


def _created() -> tuple[dict[str, Json], dict[str, str]]:
    envelope = {**REAL, "data": dict(REAL_BOX), "revision": REVISION, "status": "success"}
    location = f"/v2/accounts/{ACCOUNT}/faxboxes/{BOX}"
    return envelope, {**REAL_HEADERS, "etag": f'"{REVISION}"', "location": location}


def _listed() -> tuple[dict[str, Json], dict[str, str]]:
    tag = "d" * 32
    envelope = {**REAL, "data": [dict(REAL_BOX)], "page_size": 1, "revision": tag}
    return {**envelope, "status": "success"}, {
        **REAL_HEADERS,
        "etag": f'"{tag}"',
        "expires": EXPIRES,
    }


def _refused() -> tuple[dict[str, Json], dict[str, str]]:
    envelope = {**REAL, "data": {"message": "forbidden"}, "error": "403"}
    return {**envelope, "message": "forbidden", "status": "error"}, dict(REAL_HEADERS)


def _compare(
    exchange: Exchange,
    status: int,
    reply: tuple[dict[str, Json], dict[str, str]],
    seen: Seen | None = None,
    differences: dict[str, Difference] | None = None,
) -> list[str]:
    envelope, headers = reply
    bindings = Bindings({"ACCOUNT:a": ACCOUNT, "ID:1": BOX, "SMTP:1": ADDRESS, "TOKEN:1": TOKEN})
    request = replace(exchange.request, path=bindings.substitute(exchange.request.path))
    expected = Rules(RECORDINGS, differences or {}).expectation(exchange)
    body = json.dumps(envelope).encode()
    return compare(request, expected, Reply(status, headers, body), bindings, seen or Seen())


def test_the_right_replies_are_equal() -> None:
    assert _compare(CREATE, 201, _created()) == []
    assert _compare(LIST, 200, _listed()) == []
    assert _compare(REFUSED, 403, _refused()) == []


def test_a_wrong_status_is_found() -> None:
    (line,) = _compare(CREATE, 200, _created())

    assert line.startswith("status: expected 201, got 200")


@pytest.mark.parametrize(
    "change",
    [
        lambda envelope, headers: envelope.pop("version"),
        lambda envelope, headers: envelope.update(extra=1),
        lambda envelope, headers: envelope.update(status="error"),
        lambda envelope, headers: envelope.update(auth_token="other.to.ken"),
        lambda envelope, headers: envelope.update(request_id="e" * 32),
        lambda envelope, headers: envelope["data"].pop("retries"),
        lambda envelope, headers: envelope["data"].update(extra=1),
        lambda envelope, headers: envelope["data"].update(retries=1.0),
        lambda envelope, headers: envelope["data"].update(id="f" * 32),
        lambda envelope, headers: envelope["data"].update(smtp_email_address="1.example.com"),
        lambda envelope, headers: envelope.pop("revision"),
        lambda envelope, headers: envelope.update(revision=NEXT_REVISION),
        lambda envelope, headers: headers.pop("etag"),
        lambda envelope, headers: headers.pop("location"),
        lambda envelope, headers: headers.update(location="/v2/elsewhere"),
        lambda envelope, headers: headers.update({"content-type": "application/json; x=y"}),
        lambda envelope, headers: headers.update(expires=EXPIRES),
        lambda envelope, headers: headers.update({"access-control-allow-origin": "*"}),
        lambda envelope, headers: headers.pop("x-request-id"),
    ],
)
def test_whatever_is_wrong_with_a_write_is_found(change: Change) -> None:
    envelope, headers = _created()
    change(envelope, headers)

    assert _compare(CREATE, 201, (envelope, headers)) != []


@pytest.mark.parametrize(
    "change",
    [
        lambda envelope, headers: envelope["data"].clear(),
        lambda envelope, headers: envelope["data"].append(dict(REAL_BOX, id="f" * 32)),
        lambda envelope, headers: envelope["data"][0].update(name="y"),
        lambda envelope, headers: envelope.update(page_size=2),
        lambda envelope, headers: envelope.update(next_start_key="g20AAAAA"),
        lambda envelope, headers: headers.pop("etag"),
    ],
)
def test_whatever_is_wrong_with_a_listing_is_found(change: Change) -> None:
    envelope, headers = _listed()
    change(envelope, headers)

    assert _compare(LIST, 200, (envelope, headers)) != []


def test_an_error_without_content_type_is_found() -> None:
    envelope, headers = _refused()
    del headers["content-type"]

    assert _compare(REFUSED, 403, (envelope, headers)) != []


def test_contract_2_a_box_without_its_address_is_found() -> None:
    envelope = {**REAL, "data": dict(REAL_BOX), "revision": REVISION, "status": "success"}
    headers = {**REAL_HEADERS, "etag": f'"{REVISION}"', "expires": EXPIRES}
    assert _compare(READ, 200, (envelope, headers)) == []

    del envelope["data"]["smtp_email_address"]

    assert _compare(READ, 200, (envelope, headers)) != []


def test_contract_3_a_read_must_have_the_revision_of_the_last_write() -> None:
    seen = Seen()
    assert _compare(CREATE, 201, _created(), seen) == []
    envelope = {**REAL, "data": dict(REAL_BOX), "revision": NEXT_REVISION, "status": "success"}
    headers = {**REAL_HEADERS, "etag": f'"{NEXT_REVISION}"', "expires": EXPIRES}

    (line,) = _compare(READ, 200, (envelope, headers), seen)

    assert line.startswith("revision: the last reply")


def test_contract_12_an_empty_error_is_found() -> None:
    envelope = {**REAL, "error": "412", "message": "x", "status": "error"}
    assert _compare(FAILED, 412, (envelope, dict(REAL_HEADERS))) == []

    assert _compare(FAILED, 412, ({}, dict(REAL_HEADERS))) != []


def test_contract_12_a_405_without_allow_is_found() -> None:
    envelope = {**REAL, "error": "405", "message": "invalid_method", "status": "error"}
    headers = {**REAL_HEADERS, **CORS, "allow": "OPTIONS, PUT, GET, HEAD"}
    assert _compare(NOT_ALLOWED, 405, (envelope, headers)) == []

    assert _compare(NOT_ALLOWED, 405, (envelope, {**headers, "allow": "PUT"})) != []


def test_contract_14_the_tag_of_the_same_listing_must_not_change() -> None:
    seen = Seen()
    assert _compare(LIST, 200, _listed(), seen) == []
    envelope, headers = _listed()
    envelope["revision"] = "e" * 32
    headers["etag"] = f'"{"e" * 32}"'

    assert _compare(LIST, 200, (envelope, headers), seen) != []


def test_a_listed_difference_is_wanted_instead_of_the_recorded_reply() -> None:
    listed = {"put/x": conflict("made up")}
    envelope = {**REAL, "data": {"message": "conflicting documents", "cause": "1-a", "hint": "…"}}
    envelope |= {"error": "409", "message": "datastore_conflict", "status": "error"}
    headers = {**REAL_HEADERS, **CORS}

    assert _compare(CREATE, 409, (envelope, headers), differences=listed) == []
    assert _compare(CREATE, 409, (envelope, REAL_HEADERS), differences=listed) != []
    assert _compare(CREATE, 201, _created(), differences=listed) != []


def test_requests_are_sent_as_they_were_recorded() -> None:
    request = _request("PUT", COLLECTION + "?a=%C3%A9", "é")

    raw = request_bytes(request, Bindings({"ACCOUNT:a": ACCOUNT, "TOKEN:1": TOKEN}), "h:1")

    assert (
        raw
        == (
            f"PUT /v2/accounts/{ACCOUNT}/faxboxes?a=%C3%A9 HTTP/1.1\r\nHost: h:1\r\n"
            f"X-Auth-Token: {TOKEN}\r\nContent-Length: 2\r\nConnection: close\r\n\r\né"
        ).encode()
    )


def test_an_interim_reply_is_passed_over() -> None:
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\n{}"

    assert parse_reply(raw, "PUT").status == 400


async def test_a_service_that_does_not_answer_is_found() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(NoReply):
            await send(host, port, READ.request, Bindings())
