"""A client's connection: sends what is given, byte for byte, and reads the reply by its framing."""

import gzip
import socket
from http.client import HTTPResponse

from tests.recordings.replay.wire import Reply

_PATIENCE_SECONDS = 20.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection:
    """Keeps the connection open between requests for as long as the service does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def ask(self, method: str, head: bytes, body: bytes, *, waits_for_continue: bool) -> Reply:
        """Send a request and read its reply, the body decoded from its content encoding."""
        if self._socket is None:
            address = ("127.0.0.1", self._port)
            self._socket = socket.create_connection(address, _PATIENCE_SECONDS)
        self._socket.sendall(head)
        if waits_for_continue:
            self._wait_for_continue(self._socket)
        self._socket.sendall(body)
        response = HTTPResponse(self._socket, method=method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        content = response.read()
        if response.will_close:
            self._close()
        if headers.get("content-encoding") == "gzip" and content:
            content = gzip.decompress(content)
        return Reply(response.status, headers, content)

    def _wait_for_continue(self, connected: socket.socket) -> None:
        received = connected.recv(len(_CONTINUE), socket.MSG_WAITALL)
        assert received == _CONTINUE, received

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
