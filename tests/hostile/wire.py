"""Bytes to the service over a connection of their own, and the replies as they come back."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from faxbox_service.documents.json.text import decode_json

_BODILESS = (204, 304)
_LONGEST_LINE = 1_000_000


class NoReply(Exception):
    """The service closed the connection without a word."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    """Empty in the reply to a HEAD."""
    method: str
    """Of the request."""

    @property
    def json(self) -> Any:
        """The value of a JSON body. Raises `InvalidJson`."""
        is_packed = self.headers.get("content-encoding") == "gzip"
        return decode_json(gzip.decompress(self.body) if is_packed else self.body)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens."""

    host: str
    port: int

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Connection"]:
        """A connection; what is still unsent or unread at the end is dropped."""
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=_LONGEST_LINE)
        try:
            yield Connection(reader, writer)
        finally:
            writer.transport.abort()


class Connection:
    """Bytes go out while replies come in: a service may answer before it has heard everything."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send as fast as they are taken, without waiting for that."""
        self._writer.write(data)

    def end(self) -> None:
        """Say that no more will come."""
        self._writer.write_eof()

    async def reply(self, method: str = "GET") -> Reply:
        """The next reply, to a request of that method. Raises `NoReply`."""
        try:
            return await self._reply(method)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise NoReply from None

    async def _reply(self, method: str) -> Reply:
        status = 100
        while 100 <= status < 200:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")[:-2]
            status = int(first.split()[1])
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = b""
        if method != "HEAD" and status not in _BODILESS:
            body = await self._body(headers)
        return Reply(status, headers, body, method)

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(headers["content-length"]))
        body = bytearray()
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return bytes(body)


def request(
    method: str, target: str | bytes, headers: Iterable[tuple[str, str | bytes]], body: bytes = b""
) -> bytes:
    """A request as bytes; whatever the parts hold goes in as it is."""
    lines = [b" ".join((method.encode(), _bytes(target), b"HTTP/1.1"))]
    lines += [name.encode() + b": " + _bytes(value) for name, value in headers]
    return b"\r\n".join((*lines, b"", body))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
