"""The reply to bytes that are not an HTTP request, for every port that this process listens on."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.web_protocol import RequestHandler


class RefusingProtocol(RequestHandler):
    """aiohttp's protocol of one connection; a subclass says how it refuses malformed requests."""

    __slots__ = ()

    def refusal(self, status: int, error: BaseException | None) -> web.StreamResponse:
        """The reply to a request that aiohttp refuses with `status`, or 500 for our own errors."""
        raise NotImplementedError

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log_exception("Error handling request", exc_info=exc)
        response = self.refusal(status, exc)
        if exc is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            # The traceback refers to the bytes that were read, and these to it: a cycle.
            exc.__traceback__ = None
        response.force_close()
        return response
