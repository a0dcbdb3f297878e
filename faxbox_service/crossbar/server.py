"""The HTTP server: aiohttp's, with an envelope even for bytes that are no HTTP request."""

import asyncio
import logging
from http import HTTPStatus
from socket import socket

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from .dispatcher import Dispatcher
from .errors import CrossbarError, internal_error

_BACKLOG = 1024

_NO_ACCESS_LOG = logging.Logger("faxbox_service.access", logging.CRITICAL)
"""Targets of requests may hold tokens, which are never logged."""


class _EnvelopeHandler(RequestHandler):
    """aiohttp's protocol of one connection, answering what it refuses in Kazoo's envelope."""

    __slots__ = ("_dispatcher",)

    def __init__(self, server: "_EnvelopeServer", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, access_log=_NO_ACCESS_LOG)
        self._dispatcher = server.dispatcher

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log_exception("Error handling request", exc_info=exc)
            error = internal_error()
        else:
            reason = HTTPStatus(status).phrase.lower()
            error = CrossbarError(status, "malformed_request", {"message": reason})
        response = self._dispatcher.refuse(error)
        response.force_close()
        return response


class _EnvelopeServer(web.Server):
    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__(dispatcher.answer)
        self.dispatcher = dispatcher

    def __call__(self) -> RequestHandler:
        return _EnvelopeHandler(self, asyncio.get_running_loop())


class HttpServer:
    """Listens on a socket until it is closed."""

    def __init__(self, dispatcher: Dispatcher, *, shutdown_timeout: float) -> None:
        server = _EnvelopeServer(dispatcher)
        self._runner = web.ServerRunner(server, shutdown_timeout=shutdown_timeout)

    async def listen(self, listener: socket) -> None:
        """Begin to accept connections on a bound socket."""
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=_BACKLOG).start()

    async def close(self) -> None:
        """Accept nothing more, finish the requests in flight (within the timeout), close."""
        await self._runner.cleanup()
