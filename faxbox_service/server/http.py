"""The HTTP server: aiohttp's, with an envelope even for bytes that are not an HTTP request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from socket import socket
from time import monotonic
from typing import TypeAlias, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler

from faxbox_service.crossbar.body.reader import HeldRequest
from faxbox_service.crossbar.dispatcher import Dispatcher
from faxbox_service.crossbar.errors import (
    CrossbarError,
    fields_too_large,
    internal_error,
    method_not_implemented,
    overloaded,
    request_timeout,
    target_too_long,
)
from faxbox_service.crossbar.request.headers import LONGEST_HEADERS
from faxbox_service.crossbar.response.byte_response import AnyResponse

from .connections import ConnectionCounts, ConnectionLimits, limit_accepted, raw_response
from .protocol import RefusingProtocol
from .request_stats import RequestStats

_BACKLOG = 1024
_READ_BUFFER = 32_768
"""Bytes of a body that wait to be read before its sender is paused."""

_SHORT = 4096
"""Bytes; headers that arrive in shorter pieces are counted here until they are complete."""

_PIPELINED_REQUESTS = 2
"""Requests of one connection that were read and wait for the one before them, at most."""

_SENDING_TIMEOUT = 1.0
"""Seconds for the last replies to be sent."""

_LINGERING_SECONDS = 2.0
"""For the rest of a body that is not read, so that its sender gets to read the reply."""

_NO_ACCESS_LOG = logging.Logger("faxbox_service.access", logging.CRITICAL)
"""Targets of requests may hold tokens, which are never logged."""


_Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class _EnvelopeProtocol(RefusingProtocol):
    """The protocol of one connection: limits what a client sends, refuses in Kazoo's envelope."""

    __slots__ = (
        *("_address", "_body", "_dispatcher", "_first_request_timer", "_limits", "_server"),
        *("_unfinished", "is_plain"),
    )

    def __init__(self, server: "_EnvelopeServer", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            server,
            loop=loop,
            access_log=_NO_ACCESS_LOG,
            keepalive_timeout=server.limits.keepalive_timeout,
            lingering_time=_LINGERING_SECONDS,
            read_bufsize=_READ_BUFFER,
            # Bodies are inflated by us, when it is known who sent them.
            auto_decompress=False,
        )
        self._server = server
        self._dispatcher = server.dispatcher
        self._limits = server.limits
        self._first_request_timer: asyncio.TimerHandle | None = None
        self._address: str | None = None
        self._unfinished = 0
        self.is_plain = True
        """Whether everything received so far is ASCII and came in short pieces."""
        self._body: StreamReader = EMPTY_PAYLOAD
        self._max_msg_queue_size = _PIPELINED_REQUESTS
        self._msg_queue_resume_size = _PIPELINED_REQUESTS - 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._server.connections_made += 1
        if not self._is_counted(transport) or len(self._server.connections) > self._limits.most:
            self._close_with(overloaded())
            return
        # aiohttp itself watches a connection only from its second request on.
        self._first_request_timer = self._loop.call_later(
            self._limits.client_timeout, self._refuse_silence
        )

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._first_request_timer is not None:
            self._first_request_timer.cancel()
        if self._address is not None:
            self._server.counts.remove(self._address)
            self._address = None
        # It refers back to this object, and would keep both in memory.
        self._body = EMPTY_PAYLOAD
        super().connection_lost(exc)

    def _is_counted(self, transport: asyncio.BaseTransport) -> bool:
        """Count the connection for its client; whether the client may have it."""
        peer = transport.get_extra_info("peername")
        remote = peer[0] if isinstance(peer, tuple) else None
        self._address = self._dispatcher.addresses.of_connection(remote)
        return self._address is None or self._server.counts.add(self._address)

    def data_received(self, data: bytes) -> None:
        known, body = self._request_count, self._body
        if len(data) > _SHORT or not data.isascii():
            self.is_plain = False
        RequestHandler.data_received(self, data)
        if self._request_count > known:
            self._body = self._messages[-1][1]
            self._unfinished = 0
            if not body.is_eof():
                # The parser took malformed framing of the body for another request; the reader
                # of the body would wait forever.
                body.set_exception(web.RequestPayloadError("malformed body"))
                body.feed_eof()
        elif body.is_eof():
            self._unfinished += len(data)
            if self._unfinished > LONGEST_HEADERS:
                self._refuse_headers()

    def _refuse_headers(self) -> None:
        """Refuse a request whose headers are too long before they are complete."""
        if not self._request_in_progress:
            self._close_with(fields_too_large())
        elif self.transport is not None:
            # It is pipelined behind a request whose reply this one would be mixed up with.
            self.transport.abort()

    def _refuse_silence(self) -> None:
        if not self._request_count:
            self._close_with(request_timeout())

    def _close_with(self, error: CrossbarError) -> None:
        """Send an error that no request was read for, and close the connection."""
        transport = self.transport
        if transport is not None:
            transport.write(raw_response(self._dispatcher.refuse(error)))
            transport.close()

    def refusal(self, status: int, error: BaseException | None) -> web.StreamResponse:
        return cast(web.StreamResponse, self._dispatcher.refuse(_refusal(status, error)))


def _refusal(status: int, error: BaseException | None) -> CrossbarError:
    """The error of bytes that aiohttp's parser refuses, or of a failure in our own code."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return internal_error()
    if isinstance(error, BadHttpMethod):
        return method_not_implemented()
    if isinstance(error, LineTooLong):
        # The parser does not say which line; a target begins with a slash.
        return target_too_long() if bytes(error.args[0]).startswith(b"/") else fields_too_large()
    reason = HTTPStatus(status).phrase.lower()
    return CrossbarError(status, "malformed_request", {"message": reason})


class _EnvelopeServer(web.Server):
    """Counts requests: those in flight, so that a stop can wait for them, and those answered."""

    def __init__(self, dispatcher: Dispatcher, limits: ConnectionLimits) -> None:
        super().__init__(
            cast(_Handler, self._answer),
            request_factory=partial(HeldRequest, loop=asyncio.get_running_loop()),
        )
        self.dispatcher = dispatcher
        self.limits = limits
        self.counts = ConnectionCounts(limits.most_per_address)
        self.stats = RequestStats()
        self.connections_made = 0
        self._in_flight = 0
        self._is_draining = False
        self._drained = asyncio.Event()

    def __call__(self) -> RequestHandler:
        return _EnvelopeProtocol(self, asyncio.get_running_loop())

    async def drain(self) -> None:
        """Return when no request is in flight; connections close after their current one."""
        self._is_draining = True
        if self._in_flight:
            await self._drained.wait()

    async def _answer(self, request: web.BaseRequest) -> AnyResponse:
        if not isinstance(request, HeldRequest):
            raise TypeError("the request factory makes HeldRequests")
        self._in_flight += 1
        started = monotonic()
        try:
            response = await self.dispatcher.answer(request)
        except BaseException:
            _release(request)
            raise
        finally:
            self._in_flight -= 1
        self.stats.add(request.method, response.status, monotonic() - started)
        if self._is_draining:
            response.force_close()
            if not self._in_flight:
                self._drained.set()
        if request.reservation is not None:
            await _send_and_release(request, response)
        return response


async def _send_and_release(request: HeldRequest, response: AnyResponse) -> None:
    """Send a reply while its request still reserves memory; aiohttp then does not send it again."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        response.force_close()
    finally:
        _release(request)


def _release(request: HeldRequest) -> None:
    if request.reservation is not None:
        request.reservation.release()


class HttpServer:
    """Listens on a socket until it is closed."""

    def __init__(
        self, dispatcher: Dispatcher, limits: ConnectionLimits, *, shutdown_timeout: float
    ) -> None:
        self._server = _EnvelopeServer(dispatcher, limits)
        self._limits = limits
        self._runner = web.ServerRunner(self._server, shutdown_timeout=_SENDING_TIMEOUT)
        self._shutdown_timeout = shutdown_timeout
        self._site: web.SockSite | None = None

    async def listen(self, listener: socket) -> None:
        """Begin to accept connections on a bound socket."""
        limit_accepted(listener, self._limits.client_timeout)
        await self._runner.setup()
        self._site = web.SockSite(self._runner, listener, backlog=_BACKLOG)
        await self._site.start()

    @property
    def stats(self) -> RequestStats:
        """Counts and durations of the requests answered so far."""
        return self._server.stats

    def work_done(self) -> int:
        """A number that grows with each connection and request."""
        return self._server.connections_made + self._server.requests_count

    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server.connections)

    async def close(self) -> None:
        """Stop accepting, finish the requests in flight (within the timeout), close.

        aiohttp's own shutdown drops what still arrives of a request's body, so it comes last.
        """
        if self._site is not None:
            await self._site.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._server.drain(), self._shutdown_timeout)
        await self._runner.cleanup()
