"""The body of a request: read within its limit, and decoded into the request envelope.

A body that is JSON is taken as JSON whatever its media type says (docs/contract.md, 17); the shapes
of errors are those of docs/reference/wire.md, 1.1, as corrected by
docs/reference/seen-running.md, 1.1.
"""

import asyncio

from aiohttp import web

from faxbox_service.crossbar.errors import (
    body_too_large,
    invalid_json,
    json_too_large,
    malformed_request,
    truncated_body,
    unsupported_media_type,
    validation_error,
)
from faxbox_service.documents.json.long_integers import LONGEST_INTEGER
from faxbox_service.documents.json.shape import ShapeExceeded, ShapeLimits, require_shape
from faxbox_service.documents.json.text import InvalidJson, TooManyDigits, decode_json
from faxbox_service.documents.types import Document, Json

from .memory import Reservation
from .multipart import json_part

_JSON_TYPES = ("", "application/json", "application/x-json")
_UNREADABLE = "decoder_exit around 0"
"""What the running Kazoo says of every malformed JSON text."""

_LONG = 1_000_000
"""Bytes."""

_LONGEST_LENGTH = 19
"""Digits."""

METHODS_WITH_DATA = frozenset(("PUT", "POST", "PATCH"))


async def read_body(request: web.BaseRequest, limit: int, reservation: Reservation) -> bytes:
    """All of the body, as it was sent. Raises a 413 as soon as it is longer than `limit` bytes,
    a 503 when there is no memory for it, and a 400 when its end does not come.
    """
    length = _declared_length(request)
    if length is not None and length > limit:
        raise body_too_large(limit)
    if request.headers.get("expect", "").lower() == "100-continue":
        # RFC 9110, 10.1.1: the client waits for this before it sends a long body.
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    chunks = bytearray()
    try:
        async for chunk in request.content.iter_any():
            if len(chunks) + len(chunk) > limit:
                raise body_too_large(limit)
            await reservation.grow(len(chunk))
            chunks += chunk
    except (ConnectionError, web.RequestPayloadError) as end:
        # The request holds it, and its traceback leads here, to all that was read: a circle.
        end.__traceback__ = None
        raise truncated_body() from None
    return bytes(chunks)


def _declared_length(request: web.BaseRequest) -> int | None:
    """`Content-Length`. Raises a 400 for more digits than any length has: they cost too much."""
    text = request.headers.get("content-length", "")
    if len(text) > _LONGEST_LENGTH:
        raise malformed_request("malformed header", "content-length")
    return request.content_length


async def decode_envelope(
    method: str, content_type: str, body: bytes, limits: ShapeLimits
) -> Document:
    """The request envelope with normalised names; `{"data": {}}` for an empty body.

    Bodies of methods that write nothing may hold envelope options; anything else in them is
    ignored (docs/contract.md, 17).
    """
    if not body:
        return {"data": {}}
    if method not in METHODS_WITH_DATA:
        return await _options_of(body, limits)
    envelope = _normalised(await _json_object(content_type, body, limits))
    _require_data(envelope)
    return envelope


async def _options_of(body: bytes, limits: ShapeLimits) -> Document:
    try:
        value = await _decode(body, limits)
    except (InvalidJson, ShapeExceeded):
        return {"data": {}}
    return _normalised(value) if isinstance(value, dict) else {"data": {}}


async def _json_object(content_type: str, body: bytes, limits: ShapeLimits) -> Document:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        body = json_part(content_type, body) or body
    try:
        value = await _decode(body, limits)
    except TooManyDigits as error:
        raise json_too_large("maxDigits", LONGEST_INTEGER, str(error)) from None
    except InvalidJson:
        if media_type in _JSON_TYPES:
            raise invalid_json(_UNREADABLE) from None
        raise unsupported_media_type(content_type) from None
    except ShapeExceeded as exceeded:
        raise json_too_large(exceeded.rule, exceeded.limit, str(exceeded)) from None
    if not isinstance(value, dict):
        raise invalid_json("All JSON must be valid")
    return value


async def _decode(body: bytes, limits: ShapeLimits) -> Json:
    """Decode JSON; bytes that are not UTF-8 are taken as Latin-1, as Kazoo takes them.

    Other requests are served between the steps, which take milliseconds for a long body.
    """
    require_shape(body, limits)
    is_long = len(body) > _LONG
    if is_long:
        await asyncio.sleep(0)
    try:
        return decode_json(body)
    except InvalidJson:
        if _is_utf8(body):
            raise
    if is_long:
        await asyncio.sleep(0)
    text = body.decode("latin-1").encode()
    if is_long:
        await asyncio.sleep(0)
    return decode_json(text)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _normalised(envelope: Document) -> Document:
    """Names in lower case with `_` for `-`, members that are null dropped.

    See docs/reference/wire.md, 1.1.
    """
    return {
        name.lower().replace("-", "_"): value
        for name, value in envelope.items()
        if value is not None
    }


def _require_data(envelope: Document) -> None:
    if "data" not in envelope:
        rule = {"required": {"message": "Field is required but missing", "value": envelope}}
        raise validation_error({"data": rule})
    if not isinstance(envelope["data"], dict | list):
        rule = {
            "type": {
                "message": "Value did not match type(s): object, array",
                "target": "object, array",
                "value": envelope["data"],
            }
        }
        raise validation_error({"data": rule})
