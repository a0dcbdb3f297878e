"""A lean HTTP load: keep-alive connections that each send the next request at once."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True)
class Measured:
    """What a load of some seconds gave."""

    rate: float
    """Replies a second."""
    median: float
    """Milliseconds."""
    slowest_percent: float
    """The 99th percentile, milliseconds."""
    wrong: int
    """Replies of another status than expected."""


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], until: float, expected: bytes) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self.wrong = 0
        self._requests = requests
        self._until = until
        self._expected = expected
        self._received = bytearray()
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_length = self._received.find(_HEADER_END)
        if head_length < 0:
            return
        head = bytes(self._received[:head_length])
        if not self._is_complete(head.lower()):
            return
        if head[9:12] != self._expected:
            self.wrong += 1
        self._received.clear()
        now = time.perf_counter()
        self.latencies.append(now - self._sent_at)
        if now >= self._until:
            self._transport.close()
        else:
            self._send()

    def _is_complete(self, head: bytes) -> bool:
        _, has_length, rest = head.partition(_LENGTH)
        if not has_length:
            return self._received.endswith(_LAST_CHUNK)
        length = int(rest.split(b"\r\n", 1)[0])
        return len(self._received) >= len(head) + len(_HEADER_END) + length

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))


async def measure(
    port: int, requests: list[Iterator[bytes]], seconds: float, expected: bytes = b"200"
) -> Measured:
    """Load the port with one connection for each iterator of requests."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    connections = []
    for each in requests:
        _, protocol = await loop.create_connection(
            lambda each=each: _Connection(each, started + seconds, expected), "127.0.0.1", port
        )
        connections.append(protocol)
    await asyncio.gather(*(connection.done for connection in connections))
    latencies = sorted(second for each in connections for second in each.latencies)
    return Measured(
        rate=len(latencies) / (time.perf_counter() - started),
        median=1000 * latencies[len(latencies) // 2],
        slowest_percent=1000 * latencies[int(len(latencies) * 0.99)],
        wrong=sum(each.wrong for each in connections),
    )
