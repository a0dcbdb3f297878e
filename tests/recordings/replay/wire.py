"""Sends a request exactly as it was recorded, byte for byte, and reads the reply."""

import asyncio
import gzip
import io
import json
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse

from tests.recordings.exchanges import NOTHING, Json, Request

from .placeholders import Bindings
from .widened import as_kazoos

_PATIENCE_SECONDS = 20.0


class NoReply(Exception):
    """The service closed the connection, did not answer in time, or spoke no HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered; `body` is decoded from its content encoding."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Json:
        """The body as JSON, `NOTHING` when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return NOTHING


async def send(host: str, port: int, request: Request, bindings: Bindings) -> Reply:
    """Send a request over a connection of its own. Raises `NoReply`."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            raw = await _exchange_bytes(
                host, port, request_bytes(request, bindings, f"{host}:{port}")
            )
        return parse_reply(raw, request.method)
    except (OSError, TimeoutError, HTTPException) as error:
        raise NoReply(f"no reply: {error!r}") from error


async def _exchange_bytes(host: str, port: int, raw: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(raw)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()


def request_bytes(request: Request, bindings: Bindings, host: str) -> bytes:
    """The request as it goes over the wire, with values in the place of placeholders."""
    body = request.body or b""
    if isinstance(body, str):
        body = bindings.substitute(body).encode()
    if not request.method:
        return body
    lines = [f"{request.method} {bindings.substitute(request.path)} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {bindings.substitute(value)}" for name, value in request.headers]
    if request.header("transfer-encoding") is None and (body or request.method in _HAVE_BODIES):
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode() + body


_HAVE_BODIES = ("PUT", "POST", "PATCH")


def parse_reply(raw: bytes, method: str) -> Reply:
    """A reply from its bytes; interim replies (100) are passed over."""
    response = HTTPResponse(_Received(raw), method=method or None)  # type: ignore[arg-type]
    response.begin()
    headers = as_kazoos({name.lower(): value for name, value in response.getheaders()})
    body = response.read()
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return Reply(response.status, headers, body)


class _Received:
    """Bytes already received, in the form `HTTPResponse` reads from."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)
