"""Offer the service more than it can do: arrivals that wait for nobody (`make bench-overload`).

Its capacity is measured first, by connections that ask one thing after the other; then one, two
and four times as many requests a second arrive, whatever becomes of those before them. They come
over so many connections at most; what arrives when all are busy waits, as in a client's pool, and
its latency counts from its arrival.
"""

import argparse
import asyncio
import itertools
import json
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop

from faxbox_service.settings.settings import Settings

from .__main__ import Ground, prepare
from .load import measure
from .processes import free_port, process, request

SECONDS = 8.0
CONNECTIONS = 32
MOST_CONNECTIONS = 2000
FACTORS = (1, 2, 4)
READS = 3
"""Reads for each change."""


def mixed(ground: Ground, turns: Iterator[int]) -> Iterator[bytes]:
    """Reads and durable changes of all boxes in turn."""
    reads = [request("GET", ground.item_path(n), ground.headers) for n in range(len(ground.boxes))]
    for turn in turns:
        box = turn % len(reads)
        if turn % (READS + 1):
            yield reads[box]
        else:
            body = json.dumps({"data": {"turn": turn}}).encode()
            yield request("PATCH", ground.item_path(box), ground.headers, body)


@dataclass
class Seen:
    """What became of the requests of one run."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    """Latencies of successes, and of all other replies."""
    never_sent: int = 0
    """Requests that had found no free connection when the run ended."""
    dropped: int = 0
    """Connections that ended without a reply."""
    unhelpful: int = 0
    """Refusals that do not say when to come back, or have no envelope."""


class Client(asyncio.Protocol):
    """A connection that goes back to `idle` after each reply."""

    def __init__(
        self, seen: Seen, idle: "list[Client]", waiting: deque[tuple[bytes, float]]
    ) -> None:
        self._seen = seen
        self._waiting = waiting
        self._idle = idle
        self._received = bytearray()
        self._asked_at: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self, line: bytes, arrived: float) -> None:
        self._asked_at = arrived
        self._transport.write(line)

    def close(self) -> None:
        self._asked_at = None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = bytes(self._received).partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]
        if not end or not length or len(body) < int(length):
            return
        status = int(head[9:12])
        self._seen.statuses[status] += 1
        if self._asked_at is not None:
            taken = time.perf_counter() - self._asked_at
            self._seen.seconds[status == 200].append(taken)
        if status == 503 and (b"\r\nretry-after: " not in head.lower() or body[:1] != b"{"):
            self._seen.unhelpful += 1
        self._asked_at = None
        self._received.clear()
        if b"connection: close" in head.lower():
            return
        if self._waiting:
            self.ask(*self._waiting.popleft())
        else:
            self._idle.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._asked_at is not None:
            self._seen.dropped += 1
        if self in self._idle:
            self._idle.remove(self)


async def offer(port: int, rate: float, seconds: float, requests: Iterator[bytes]) -> Seen:
    """Send so many requests a second, each on a connection that is free or new."""
    loop, seen = asyncio.get_running_loop(), Seen()
    idle: list[Client] = []
    waiting: deque[tuple[bytes, float]] = deque()
    for _ in range(MOST_CONNECTIONS):
        _, client = await loop.create_connection(
            lambda: Client(seen, idle, waiting), "127.0.0.1", port
        )
        idle.append(client)
    clients = list(idle)
    started = time.perf_counter()
    for number in itertools.count():
        due = started + number / rate
        if due > started + seconds:
            break
        if (pause := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(pause)
        elif number % 20 == 0:
            await asyncio.sleep(0)
        if idle:
            idle.pop().ask(next(requests), due)
        else:
            waiting.append((next(requests), due))
    seen.never_sent = len(waiting)
    waiting.clear()
    await asyncio.sleep(4)
    for client in clients:
        client.close()
    return seen


def line_of(factor: int, rate: float, seen: Seen) -> str:
    def percentiles(seconds: list[float]) -> str:
        if not seconds:
            return "–"
        ordered = sorted(seconds)
        return " / ".join(
            f"{1000 * ordered[int((len(ordered) - 1) * share)]:.0f} ms" for share in (0.5, 0.99)
        )

    successes, refused = seen.statuses[200], seen.statuses[503]
    others = sum(seen.statuses.values()) - successes - refused
    cells = (
        *(factor, f"{rate:,.0f}/s"),
        *(f"{successes / SECONDS:,.0f}/s", percentiles(seen.seconds[True])),
        *(f"{refused / SECONDS:,.0f}/s", percentiles(seen.seconds[False])),
        *(others, seen.never_sent, seen.dropped, seen.unhelpful),
    )
    return f"| {' | '.join(map(str, cells))} |"


async def run(store: str) -> None:
    settings = Settings.load({"FAXBOX_STORE": store})
    ground = await prepare(settings)
    port = free_port()
    served = process(
        *("-m", "faxbox_service", "serve", "--port", str(port), "--store", store),
        port=port,
        FAXBOX_LOG_LEVEL="error",
        FAXBOX_CONNECTIONS_PER_ADDRESS=str(MOST_CONNECTIONS),
    )
    with served:
        turns = itertools.count()
        closed = [mixed(ground, turns) for _ in range(CONNECTIONS)]
        capacity = (await measure(port, closed, SECONDS)).rate
        print(f"\n{store.partition(':')[0]}: capacity {capacity:,.0f}/s\n")
        print(
            "| times | offered | served | p50 / p99 | refused (503) | p50 / p99 | other replies"
            " | never sent | dropped | without help |\n|---|---|---|---|---|---|---|---|---|---|"
        )
        for factor in FACTORS:
            seen = await offer(port, factor * capacity, SECONDS, mixed(ground, turns))
            print(line_of(factor, factor * capacity, seen), flush=True)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(run(f"sqlite://{folder}/faxbox.db"))
    couchdb = os.environ.get("FAXBOX_TEST_COUCHDB_URL")
    if couchdb:
        uvloop.run(run(couchdb.replace("http://", "couchdb://", 1)))


if __name__ == "__main__":
    main()
