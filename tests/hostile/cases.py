"""A hostile request: what it is, who sends it, and which replies are right."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeAlias

from .ground import Ground, Sender
from .victim import Victim
from .wire import NoReply, Reply, request

CLOSED = 0
"""In the place of a status: the connection was closed without a reply."""

Sized: TypeAlias = Callable[[int], bytes]
"""Makes a part of a request that is about so many bytes long."""

Part: TypeAlias = str | bytes | Sized

Holds: TypeAlias = Callable[[Reply], bool]

Telling: TypeAlias = Callable[[Victim, int], Awaitable[Reply | None]]

LONGEST_HEADER = 8_000
"""Bytes; a header line may have 8,190."""


class Case(Protocol):
    """One way to attack, with a size of its own: how much is sent, or how often."""

    @property
    def name(self) -> str:
        """What it is, in a few words."""

    @property
    def right(self) -> tuple[int, ...]:
        """The statuses that are right, `CLOSED` among them."""

    @property
    def holds(self) -> Holds | None:
        """What must hold for the reply besides."""

    @property
    def full(self) -> int:
        """As large as an attacker would make it."""

    @property
    def moderate(self) -> int:
        """Large enough to see how its cost grows; 0: it has no size."""

    async def play(self, victim: Victim, size: int) -> Reply | None:
        """Attack, and return the reply that counts; None: the connection was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A case of one request on a connection of its own.

    In all parts, names in angle brackets stand for the ids of the ground.
    """

    name: str
    right: tuple[int, ...]
    who: Sender = Sender.STRANGER
    method: str = "GET"
    target: Part = "/v2/schemas"
    headers: tuple[tuple[str, Part], ...] = ()
    body: Part | None = None
    raw: Part | None = None
    """What goes over the wire, in the place of all the above."""
    holds: Holds | None = None
    full: int = LONGEST_HEADER
    limit: int = 0
    """The largest size that tests send; 0: `full`."""

    @property
    def moderate(self) -> int:
        """As `Case` has it."""
        parts = (self.target, self.body, self.raw, *(value for _, value in self.headers))
        return (self.limit or self.full) if any(map(callable, parts)) else 0

    async def play(self, victim: Victim, size: int) -> Reply | None:
        """As `Case` has it."""
        async with victim.address.connection() as connection:
            connection.send(self.bytes(victim.ground, size))
            try:
                return await connection.reply(self.method)
            except NoReply:
                return None

    def bytes(self, ground: Ground, size: int) -> bytes:
        """What goes over the wire."""
        if self.raw is not None:
            return _made(self.raw, ground, size)
        headers: list[tuple[str, str | bytes]] = [("Host", "faxes.example.com")]
        headers += ground.shown[self.who]
        headers += [(name, _made(value, ground, size)) for name, value in self.headers]
        body = b"" if self.body is None else _made(self.body, ground, size)
        names = {name.lower() for name, _ in headers}
        if self.body is not None and not names & {"content-length", "transfer-encoding"}:
            headers.append(("Content-Length", str(len(body))))
        if body and "content-type" not in names:
            headers.append(("Content-Type", "application/json"))
        return request(self.method, _made(self.target, ground, size), headers, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A case of several requests or connections; `tell` gets what it needs and acts."""

    name: str
    right: tuple[int, ...]
    tell: Telling
    holds: Holds | None = None
    full: int = 0
    moderate: int = 0

    async def play(self, victim: Victim, size: int) -> Reply | None:
        """As `Case` has it."""
        return await self.tell(victim, size)


def of(
    piece: bytes | str, before: bytes | str = b"", after: bytes | str = b"", between: bytes = b""
) -> Sized:
    """A part that is a piece, repeated until the whole has the size."""
    first, item, last = _bytes(before), _bytes(piece), _bytes(after)

    def made(size: int) -> bytes:
        count = max(1, (size - len(first) - len(last)) // (len(item) + len(between)))
        return first + between.join([item] * count) + last

    return made


def numbered(
    form: str, before: bytes | str = b"", after: bytes | str = b"", between: bytes = b","
) -> Sized:
    """A part of pieces that differ: `form` with the numbers from 0 in the place of `#`."""
    first, last = _bytes(before), _bytes(after)
    width = len(form) + 5 + len(between)

    def made(size: int) -> bytes:
        count = max(1, (size - len(first) - len(last)) // width)
        pieces = (form.replace("#", f"{number:06}").encode() for number in range(count))
        return first + between.join(pieces) + last

    return made


def nested(opening: bytes | str, inner: bytes | str, closing: bytes | str) -> Sized:
    """A part in which pieces open, and close in the end."""
    start, end = _bytes(opening), _bytes(closing)

    def made(size: int) -> bytes:
        count = max(1, (size - len(_bytes(inner))) // (len(start) + len(end)))
        return start * count + _bytes(inner) + end * count

    return made


def between(before: bytes | str, part: Part, after: bytes | str = b"") -> Part:
    """A part with something before and behind it, which counts for its size."""
    first, last = _bytes(before), _bytes(after)
    if callable(part):
        rest = len(first) + len(last)
        return lambda size: first + part(max(0, size - rest)) + last
    return first + _bytes(part) + last


async def played(case: Case, victim: Victim, size: int, seconds: float) -> Reply | None:
    """Play a case; raises `TimeoutError` when there is no end to it, and ends the worker then."""
    try:
        async with asyncio.timeout(seconds):
            return await case.play(victim, size)
    except TimeoutError:
        victim.end_worker()
        raise


def faults(case: Case, reply: Reply | None) -> Iterable[str]:
    """What is wrong with a reply to a case."""
    status = CLOSED if reply is None else reply.status
    if status not in case.right:
        yield f"the status is {status}, not one of {case.right}: {reply and reply.body[:300]!r}"
    if reply is None:
        return
    if reply.headers.get("x-content-type-options") != "nosniff":
        yield "browsers may guess what the reply is"
    if status >= HTTPStatus.BAD_REQUEST and reply.method != "HEAD":
        yield from envelope_faults(reply)
    if case.holds is not None and not case.holds(reply):
        yield f"what must hold of the reply does not: {reply.headers} {reply.body[:300]!r}"


def envelope_faults(reply: Reply) -> Iterable[str]:
    """What is wrong with the reply to a request that was refused."""
    kind = reply.headers.get("content-type")
    if kind != "application/json":
        yield f"the error is {kind}, not JSON"
        return
    envelope = reply.json
    for name, wanted in (
        ("status", "error"),
        ("error", str(reply.status)),
        ("request_id", reply.headers.get("x-request-id")),
    ):
        if envelope.get(name) != wanted:
            yield f"{name} of the envelope is {envelope.get(name)!r}, not {wanted!r}"
    for name in ("message", "timestamp", "node"):
        if not isinstance(envelope.get(name), str):
            yield f"the envelope has no {name}"


def _made(part: Part, ground: Ground, size: int) -> bytes:
    return ground.filled(part(size) if callable(part) else part)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
