"""The same again and again, or never the same twice: nothing of a refused request may stay."""

from collections.abc import Callable, Iterator

from tests.hostile.cases import Part, Request, Story, Telling, between, of
from tests.hostile.ground import Sender
from tests.hostile.victim import Victim
from tests.hostile.wire import NoReply, Reply

from .body_shapes import BOXES
from .media_types import LOGIN, VALIDATION

_LONG = 7_900_000
_STRANGERS = 60_000
_HEADER = 7_000

BODIES: dict[str, tuple[Part, tuple[int, ...]]] = {
    "lists that do not end": (of("["), (400,)),
    "many lists": (of("[],", '{"data":[', "[]]}"), (400,)),
    "a text that does not end": (of("x", '{"data":{"name":"'), (400,)),
    "too long a name": (of("x", '{"data":{"name":"', '"}}'), (400,)),
    "many bad expressions": (of('"*@bad",', '{"data":{"smtp_permission_list":[', '"a"]}}'), (400,)),
    "what is good": (of("x", '{"data":{"name":"x","note":"', '"}}'), (201,)),
}

DIFFERENT: dict[str, tuple[str, str]] = {
    "languages": ("Accept-Language", "en, a#"),
    "representations": ("Accept", "*/*, a/a#"),
    "codings": ("Accept-Encoding", "gzip, a#"),
    "tags": ("If-None-Match", '"#"'),
    "tokens": ("X-Auth-Token", "a#.e30.AAAA"),
    "credentials": ("Authorization", "Basic a#"),
    "accounts": ("X-Auth-Account-ID", "#"),
    "request ids": ("X-Request-ID", "#"),
    "hops": ("X-Forwarded-For", "#"),
    "file names": ("X-File-Name", "#"),
}


def _cases() -> Iterator[Story]:
    for name, (body, right) in BODIES.items():
        yield Story(
            name=f"{name}, by a user",
            right=right,
            tell=_again(_put(Sender.USER, VALIDATION, body, _LONG)),
            full=100,
            moderate=3,
        )
        yield Story(
            name=f"{name}, by a stranger",
            right=(400, 401),
            tell=_again(_put(Sender.STRANGER, LOGIN, body, _STRANGERS)),
            full=1_000,
            moderate=3,
        )
    for name, (header, value) in DIFFERENT.items():
        yield Story(
            name=f"different {name}",
            right=(200, 400, 401, 406),
            tell=_again(_different(header, value)),
            full=3_000,
            moderate=30,
        )
    for name, target in (
        ("pages", f"{BOXES}?start_key=#"),
        ("filters", f"{BOXES}?filter_#=1&page_size=1"),
        ("callbacks", f"{BOXES}/<kept>?jsonp=a#"),
        ("boxes", f"{BOXES}/#"),
        ("accounts in the path", "/v2/accounts/#/faxboxes"),
        ("schemas", "/v2/schemas/#"),
    ):
        yield Story(
            name=f"different {name}",
            right=(200, 400, 401, 404),
            tell=_again(_targets(target)),
            full=3_000,
            moderate=30,
        )
    yield Story(
        name="different names of fields",
        right=(400,),
        tell=_again(_names),
        full=30,
        moderate=3,
    )


def _again(make: Callable[[int], Request]) -> Telling:
    """Requests on one connection, each made of its number; the last reply counts."""

    async def tell(victim: Victim, size: int) -> Reply | None:
        reply = None
        number = 0
        while number < size:
            async with victim.address.connection() as connection:
                try:
                    while number < size:
                        request = make(number)
                        number += 1
                        connection.send(request.bytes(victim.ground, 0))
                        reply = await connection.reply(request.method)
                except NoReply:
                    # It may close a connection after it has refused a body.
                    continue
        return reply

    return tell


def _put(who: Sender, target: str, body: Part, size: int) -> Callable[[int], Request]:
    made = body(size) if callable(body) else body
    request = Request(name="", right=(), who=who, method="PUT", target=target, body=made)
    return lambda _: request


def _different(header: str, value: str) -> Callable[[int], Request]:
    who = Sender.STRANGER if header in ("X-Auth-Token", "Authorization") else Sender.USER

    def make(number: int) -> Request:
        text = value.replace("#", f"{number:x}" + "x" * _HEADER)
        return Request(
            name="", right=(), who=who, target=f"{BOXES}/<kept>", headers=((header, text),)
        )

    return make


def _targets(target: str) -> Callable[[int], Request]:
    def make(number: int) -> Request:
        text = target.replace("#", f"{number:x}" + "x" * _HEADER)
        return Request(name="", right=(), who=Sender.USER, target=text)

    return make


def _names(number: int) -> Request:
    """As many names as a body may have, none of which was there before; refused."""
    names = ",".join(f'"{number}-{other}{"k" * 100}":1' for other in range(4_000))
    body = between(b'{"data":{"retries":9,', names, b"}}")
    return Request(name="", right=(), who=Sender.USER, method="PUT", target=BOXES, body=body)


CASES = tuple(_cases())
