"""Limits of connections: how many, how slow, and how much the kernel buffers for them."""

import socket
from dataclasses import dataclass

from faxbox_service.crossbar.response.byte_response import ByteResponse

_RECEIVE_BUFFER = 65_536
"""Bytes."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of one worker."""

    most: int = 5000
    most_per_address: int = 500
    """Connections of one client; those of trusted proxies are not counted."""
    client_timeout: float = 30.0
    """Seconds for a request's header to arrive, and for a piece of a reply to be received."""
    keepalive_timeout: float = 75.0
    """Seconds between requests."""


class ConnectionCounts:
    """Counts the connections of each client."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[str, int] = {}

    def add(self, address: str) -> bool:
        """Count one more; whether the client may have that many."""
        count = self._counts[address] = self._counts.get(address, 0) + 1
        return count <= self._most

    def remove(self, address: str) -> None:
        """Count one less."""
        count = self._counts[address] - 1
        if count:
            self._counts[address] = count
        else:
            del self._counts[address]


def limit_accepted(listener: socket.socket, seconds: float) -> None:
    """Set socket options that the connections accepted from `listener` inherit.

    The receive buffer is bounded, and with it how much is read at a time. A peer that
    acknowledges nothing for `seconds` is dropped (Linux): otherwise unread replies would stay in
    memory until it disconnects.
    """
    if listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def raw_response(response: ByteResponse) -> bytes:
    """The bytes of a reply, for connections that no request was read from."""
    text = response.body or b""
    headers = {**response.headers, "content-length": str(len(text)), "connection": "close"}
    lines = [response.status_line]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + text
