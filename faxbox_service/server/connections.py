"""What a connection may cost: how many there are, and how long they may keep us waiting."""

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
    """Of one client; those of trusted proxies are not counted."""
    client_timeout: float = 30.0
    """Seconds for a request's header to arrive, and for a piece of a reply to be taken."""
    keepalive_timeout: float = 75.0
    """Seconds between requests."""


class ConnectionCounts:
    """How many connections each client has."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[str, int] = {}

    def add(self, address: str) -> bool:
        """Count one more; whether that is not too many."""
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
    """Set what the kernel keeps and bears of the connections that will be accepted.

    What a peer sends and nobody has read is bounded, and with it how much is read at a time. A
    peer that takes nothing for `seconds` is dropped (Linux): otherwise replies that nobody reads
    would stay in memory until it goes away.
    """
    if listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def raw_response(response: ByteResponse) -> bytes:
    """A reply as it goes over the wire, for connections that no request was read from."""
    text = response.body or b""
    headers = {**response.headers, "content-length": str(len(text)), "connection": "close"}
    lines = [f"HTTP/1.1 {response.status_line}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + text
