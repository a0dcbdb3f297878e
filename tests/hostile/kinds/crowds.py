"""Many connections at once that send slowly, do not end, or do not read; one more is answered."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

from tests.hostile.cases import Part, Request, Story, Telling, of
from tests.hostile.ground import Sender
from tests.hostile.victim import Victim
from tests.hostile.wire import Reply

from .body_shapes import BOXES
from .codings import packed
from .framing import CHUNKED, LINE, LOGIN

_SECONDS = 0.3
"""For how long a crowd stays."""

_HEADERS = b"".join(b"a%d: %s\r\n" % (number, b"b" * 8_000) for number in range(100))

_TARGET = Request(name="", right=(), target="/v2/schemas")


def _crowd(message: Part | Request) -> Telling:
    """So many connections send the same and wait; the reply is that to somebody else's."""

    async def tell(victim: Victim, size: int) -> Reply | None:
        if isinstance(message, Request):
            data = message.bytes(victim.ground, 0)
        else:
            data = victim.ground.filled(message if not callable(message) else message(0))
        async with AsyncExitStack() as stack:
            for _ in range(size):
                connection = await stack.enter_async_context(victim.address.connection())
                connection.send(data)
            await asyncio.sleep(_SECONDS)
            return await _TARGET.play(victim, 0)

    return tell


CROWDS: dict[str, tuple[Part | Request, int, int]] = {
    "say nothing": (b"", 900, 100),
    "send half a header": (LINE, 900, 100),
    "send large headers without their end": (LINE + _HEADERS, 200, 20),
    "send many requests with large headers, and read nothing": (
        (LINE + _HEADERS + b"\r\n") * 20,
        50,
        10,
    ),
    "send many requests, and read nothing": ((LINE + b"\r\n") * 10_000, 50, 10),
    "withhold the end of a body": (
        LOGIN + b"Content-Length: 64000\r\n\r\n" + b" " * 63_999,
        900,
        100,
    ),
    "withhold the end of a long body": (
        LOGIN + b"Content-Length: 7900000\r\n\r\n" + b" " * 7_899_999,
        40,
        10,
    ),
    "withhold the end of a compressed body": (
        LOGIN
        + b"Content-Encoding: gzip\r\nContent-Length: 8000\r\n\r\n"
        + packed(b" " * 7_800_000)[:-1],
        40,
        10,
    ),
    "withhold the last chunk": (CHUNKED + b"1\r\n \r\n" * 60_000, 40, 10),
    "say that they will send much": (
        LOGIN + b"Content-Length: 7900000\r\nExpect: 100-continue\r\n\r\n",
        900,
        100,
    ),
    "upgrade, and send on": (
        LINE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + bytes(1_000_000),
        40,
        10,
    ),
    "send rubbish": (bytes(1_000_000), 40, 10),
}

READERS: dict[str, str] = {
    "a long box": f"{BOXES}/<long>",
    "a listing": BOXES,
    "everything": f"{BOXES}?paginate=false",
    "everything, pretty": f"{BOXES}?paginate=false&pretty_print=true",
    "everything in chunks": f"{BOXES}?is_chunked=true&paginate=false",
    "a table": f"{BOXES}?accept=csv",
}


def _cases() -> Iterator[Story]:
    for name, (message, full, moderate) in CROWDS.items():
        yield Story(
            name=f"who {name}", right=(200, 503), tell=_crowd(message), full=full, moderate=moderate
        )
    for name, target in READERS.items():
        yield Story(
            name=f"who do not read {name}",
            right=(200, 503),
            tell=_crowd(Request(name="", right=(), who=Sender.USER, target=target)),
            full=200,
            moderate=20,
        )
    yield Story(
        name="who withhold the end of a long body, with a token",
        right=(200, 503),
        tell=_crowd(
            Request(
                name="",
                right=(),
                who=Sender.USER,
                method="PUT",
                target=BOXES,
                headers=(("Content-Length", "7900000"),),
                body=of(" ", "", "")(7_899_999),
            )
        ),
        full=40,
        moderate=10,
    )


CASES = tuple(_cases())
