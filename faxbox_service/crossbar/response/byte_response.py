"""A response whose bytes are all there, sent in one write.

aiohttp's own `Response` can also stream, chunk and be changed until it is sent; what that costs is
an eighth of the time of a read here, and no reply needs it.
"""

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import TypeAlias, cast

from aiohttp import HttpVersion, HttpVersion10, HttpVersion11, web
from multidict import CIMultiDict

from faxbox_service.crossbar.content_coding import gzipped

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_WITHOUT_LENGTH = (HTTPStatus.NO_CONTENT.value, HTTPStatus.NOT_MODIFIED.value)


class ByteResponse:
    """A status, headers and the bytes of a body (None: no body), with aiohttp's interface.

    Names of headers are in lower case. The body is not sent to HEAD, but its length is
    (RFC 9110, 9.3.2).
    """

    __slots__ = ("_is_sent", "body", "headers", "is_compressed", "keep_alive", "status")

    def __init__(
        self,
        status: int,
        headers: dict[str, str],
        body: bytes | None = None,
        *,
        is_compressed: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.keep_alive: bool | None = None
        """Whether the connection stays open; None: as the client wishes."""
        self.is_compressed = is_compressed
        """Whether the body is sent compressed with gzip; here it is not yet."""
        self._is_sent = False

    @property
    def status_line(self) -> str:
        """The first line, in HTTP/1.1."""
        return _STATUS_LINES[self.status]

    def _status_line_of(self, version: HttpVersion) -> str:
        return self.status_line.replace("1.1", f"{version.major}.{version.minor}", 1)

    def force_close(self) -> None:
        """Close the connection once it is sent."""
        self.keep_alive = False

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send it all, once; aiohttp calls this and then `write_eof`. Raises `ConnectionError`."""
        if self._is_sent:
            return
        self._is_sent = True
        if self.keep_alive is None:
            self.keep_alive = request.keep_alive
        headers, body = self.headers, self.body
        if self.is_compressed and body is not None:
            body = await gzipped(body)
            headers["content-encoding"] = "gzip"
        if self.status not in _WITHOUT_LENGTH:
            headers["content-length"] = "0" if body is None else str(len(body))
        headers["date"] = http_date()
        is_current = request.version is HttpVersion11
        if not self.keep_alive:
            headers["connection"] = "close"
        elif not is_current and request.version == HttpVersion10:
            headers["connection"] = "keep-alive"
        writer = request.writer
        await writer.write_headers(
            self.status_line if is_current else self._status_line_of(request.version),
            # All that is asked of them is their items.
            cast("CIMultiDict[str]", headers),
        )
        await writer.write_eof(b"" if body is None or request.method == "HEAD" else body)

    async def write_eof(self) -> None:
        """Nothing is left to be sent."""


AnyResponse: TypeAlias = web.StreamResponse | ByteResponse


def http_date() -> str:
    """The header `date`, now (RFC 9110, 5.6.7)."""
    return _formatted(int(time()))


@lru_cache(maxsize=1)
def _formatted(seconds: int) -> str:
    """Remembered, because all replies of a second show the same."""
    return formatdate(seconds, usegmt=True)
