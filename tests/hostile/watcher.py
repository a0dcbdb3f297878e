"""Another client, in a process of its own: reads every few milliseconds, and tells its waits."""

import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from .ground import Sender
from .victim import Victim, delayed, delayed_below
from .wire import Address, request

_PAUSE = 0.004
_PATIENCE = 60.0
_RECEIVED = 65_536


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest of some requests, in seconds."""

    whole: float = 0.0
    fair: float = 0.0
    """Without the time in which worker or client could have run, and others had the processor."""

    def and_one(self, whole: float, fair: float) -> "Waits":
        """These, and one request more."""
        return Waits(max(self.whole, whole), max(self.fair, fair))


class Watcher:
    """What the other client says of how long it waited."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def longest_waits(self) -> Waits:
        """Those of the requests that ended since this was last asked.

        The one that is under way now is waited for.
        """
        self._pipe.send(None)
        longest: Waits = self._pipe.recv()
        return longest


@contextmanager
def watching(victim: Victim) -> Iterator[Watcher]:
    """A client that reads one box from now on."""
    path = victim.ground.filled("/v2/accounts/<tenant>/faxboxes/<kept>")
    read = request("GET", path, [("Host", "a"), *victim.ground.shown[Sender.ADMIN]])
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_read_on, args=(victim.address, victim.main_id, read, its), daemon=True
    )
    process.start()
    try:
        ours.recv()
        yield Watcher(ours)
    finally:
        process.terminate()
        process.join()


def _read_on(address: Address, main_id: int, read: bytes, pipe: Connection) -> None:
    pipe.send(None)
    connection: socket.socket | None = None
    longest = Waits()
    while True:
        started, delays = time.monotonic(), delayed_below(main_id) + delayed("self")
        try:
            if connection is None:
                connection = socket.create_connection((address.host, address.port), _PATIENCE)
            _ask(connection, read)
        except OSError:
            # It died, or there are too many of us: that is a wait, too.
            connection = None
        whole = time.monotonic() - started
        longest = longest.and_one(whole, whole - delayed_below(main_id) - delayed("self") + delays)
        if pipe.poll(_PAUSE):
            pipe.recv()
            pipe.send(longest)
            longest = Waits()


def _ask(connection: socket.socket, read: bytes) -> None:
    """Send the request and take the whole reply. Raises `OSError` unless it is a 200."""
    connection.sendall(read)
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _some(connection)
    if b" 200 " not in first or json.loads(body)["data"]["name"] != "kept":
        raise OSError(f"the other client was told {first!r}")


def _some(connection: socket.socket) -> bytes:
    some = connection.recv(_RECEIVED)
    if not some:
        raise ConnectionResetError
    return some
