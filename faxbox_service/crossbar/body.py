"""The body of a request: read within its limit, and decoded into the request envelope.

A body that is JSON is taken as JSON whatever its media type says (contract, 17); the shapes of
errors are those of wire, section 1.1, as corrected by what was seen running.
"""

import re
from email.parser import BytesParser
from email.policy import HTTP

from aiohttp import web

from faxbox_service.documents.json_text import InvalidJson, decode_json
from faxbox_service.documents.types import Document, Json

from .errors import body_too_large, invalid_json, unsupported_media_type, validation_error

_JSON_TYPES = ("", "application/json", "application/x-json")
_UNREADABLE = "decoder_exit around 0"
"""What the running Kazoo says of every malformed JSON text."""

_DEEPEST_NESTING = 256
"""Levels of arrays and objects; far from what Python's recursion can bear."""

_STRUCTURE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
"""Strings, which may hold brackets, and brackets."""

METHODS_WITH_DATA = frozenset(("PUT", "POST", "PATCH"))


async def read_body(request: web.BaseRequest, limit: int) -> bytes:
    """All of the body. Raises a 413 as soon as it is longer than `limit` bytes."""
    if request.content_length is not None and request.content_length > limit:
        raise body_too_large(limit)
    if request.headers.get("expect", "").lower() == "100-continue":
        # RFC 9110, 10.1.1: the client waits for this before it sends a long body.
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    chunks = bytearray()
    async for chunk in request.content.iter_any():
        chunks += chunk
        if len(chunks) > limit:
            raise body_too_large(limit)
    return bytes(chunks)


def decode_envelope(method: str, content_type: str, body: bytes) -> Document:
    """The request envelope with normalised names; `{"data": {}}` for an empty body.

    Bodies of methods that write nothing may hold envelope options; anything else in them is
    ignored (contract, 17).
    """
    if not body:
        return {"data": {}}
    if method not in METHODS_WITH_DATA:
        return _options_of(body)
    envelope = _normalised(_json_object(content_type, body))
    _require_data(envelope)
    return envelope


def _options_of(body: bytes) -> Document:
    try:
        value = _decode(body)
    except InvalidJson:
        return {"data": {}}
    return _normalised(value) if isinstance(value, dict) else {"data": {}}


def _json_object(content_type: str, body: bytes) -> Document:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        part = _json_part(content_type, body)
        body = body if part is None else part
    try:
        value = _decode(body)
    except InvalidJson:
        if media_type in _JSON_TYPES:
            raise invalid_json(_UNREADABLE) from None
        raise unsupported_media_type(content_type) from None
    if not isinstance(value, dict):
        raise invalid_json("All JSON must be valid")
    return value


def _json_part(content_type: str, body: bytes) -> bytes | None:
    """The first part of a multipart body that says it is JSON."""
    header = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "replace")
    message = BytesParser(policy=HTTP).parsebytes(header + body)
    for part in message.walk():
        if part.get_content_type() in _JSON_TYPES:
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None


def _decode(body: bytes) -> Json:
    """Decode JSON; bytes that are not UTF-8 are taken as Latin-1, as Kazoo takes them."""
    if _is_too_deep(body):
        raise InvalidJson("nested too deeply")
    try:
        return decode_json(body)
    except InvalidJson:
        try:
            body.decode()
        except UnicodeDecodeError:
            return decode_json(body.decode("latin-1"))
        raise


def _is_too_deep(body: bytes) -> bool:
    """Whether arrays and objects nest deeper than we handle."""
    if body.count(b"[") + body.count(b"{") <= _DEEPEST_NESTING:
        return False
    depth = 0
    for token in _STRUCTURE.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            if depth > _DEEPEST_NESTING:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _normalised(envelope: Document) -> Document:
    """Names in lower case with `_` for `-`, members that are null dropped (wire, 1.1)."""
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
