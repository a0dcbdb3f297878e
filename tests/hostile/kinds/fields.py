"""Fields of a faxbox and of other documents: what judges, hashes, normalises or repeats them."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.cases import Holds, Part, Request, between, nested, numbered, of
from tests.hostile.ground import Sender
from tests.hostile.wire import Reply

from .body_shapes import BOXES
from .media_types import VALIDATION

_MOST = 7_900_000
_SOME = 400_000

_LONGEST_COMPLAINT = 1_000_000


def no_longer_than(length: int) -> Holds:
    """That a reply is no longer than so many bytes, whatever was sent."""

    def holds(reply: Reply) -> bool:
        return len(reply.body) <= length

    return holds


TEXTS: dict[str, tuple[str, Part, str, tuple[int, ...]]] = {
    "a long name": ('"note":1,"name":"', of("x"), '"', (400,)),
    "a number of many digits as text": ('"retries":"', of("9"), '"', (400,)),
    "a fraction of many digits as text": ('"retries":"', of("9", "1."), '"', (201, 400)),
    "a number that begins with zeros": ('"retries":"', of("0"), '"', (201, 400)),
    "a time zone": ('"fax_timezone":"', of("a/"), '"', (201, 400)),
    "an expression": ('"smtp_permission_list":["', of("(a|b)*"), '"]', (201, 400)),
    "an expression of nested groups": (
        '"smtp_permission_list":["',
        nested("(", "", ")"),
        '"]',
        (201, 400),
    ),
    "an expression of nested repetitions": (
        '"smtp_permission_list":["',
        nested("(", "a", "{1,9}){1,9}"),
        '"]',
        (201, 400),
    ),
    "many expressions": ('"smtp_permission_list":[', of('"(a{1,99}|b)*",'), '"a"]', (201, 400)),
    "many bad expressions": ('"smtp_permission_list":[', of('"*@bad",'), '"a"]', (400,)),
    "many expressions with lookbehinds": (
        '"smtp_permission_list":[',
        of('"' + "(?<=(?:a|b|c)" * 100 + ")" * 100 + '",'),
        '"a"]',
        (201, 400),
    ),
    "many expressions with names": (
        '"smtp_permission_list":[',
        of('"' + "".join(f"(?<n{number}>)" for number in range(400)) + '",'),
        '"a"]',
        (201, 400),
    ),
    "many e-mail addresses": (
        '"notifications":{"inbound":{"email":{"send_to":[',
        of('"a@b",'),
        '"a@b"]}}}',
        (201, 400),
    ),
    "an e-mail address of signs": (
        '"notifications":{"inbound":{"email":{"send_to":"',
        of("@"),
        '"}}}',
        (400,),
    ),
    "many bad e-mail addresses": (
        '"notifications":{"inbound":{"email":{"send_to":[',
        of('"@@",'),
        '"@"]}}}',
        (400,),
    ),
    "a callback URL of labels": (
        '"notifications":{"inbound":{"callback":{"url":"http://',
        of("a."),
        '"}}}',
        (201, 400),
    ),
    "a callback URL of brackets": (
        '"notifications":{"inbound":{"callback":{"url":"http://',
        of("["),
        '"}}}',
        (201, 400),
    ),
    "a callback URL of signs": (
        '"notifications":{"inbound":{"callback":{"url":"http://',
        of("@"),
        '"}}}',
        (201, 400),
    ),
    "a callback URL of combining characters": (
        '"notifications":{"inbound":{"callback":{"url":"http://',
        of("a\u0300\u0316"),
        '"}}}',
        (201, 400),
    ),
    "a callback URL of ligatures": (
        '"notifications":{"inbound":{"callback":{"url":"http://',
        of("\ufdfa"),
        '"}}}',
        (201, 400),
    ),
    "many values of a wrong type": ('"flags":[', of("1,"), "1]", (400,)),
    "many private names": ("", numbered('"pvt_#":1'), "", (400,)),
    "many long integers": ('"a":[', of("9" * 4_000 + ","), "1]", (201, 400)),
}


def _cases() -> Iterator[Request]:
    for name, (before, part, after, right) in TEXTS.items():
        yield Request(
            name=name,
            who=Sender.USER,
            right=right,
            method="PUT",
            target=VALIDATION,
            body=between(f'{{"data":{{"name":"x",{before}', part, f"{after}}}}}"),
            full=_MOST,
            limit=_SOME,
        )
        if right == (400,):
            yield Request(
                name=f"{name}, created once",
                who=Sender.USER,
                right=right,
                method="PUT",
                target=BOXES,
                headers=(("Idempotency-Key", name.replace(" ", "-")),),
                body=between(f'{{"data":{{"name":"x",{before}', part, f"{after}}}}}"),
                full=_MOST,
                limit=_SOME,
            )
    yield from _floods()
    yield from _changes()
    yield from _users()


def _floods() -> Iterator[Request]:
    """Complaints that repeat something long for each of many mistakes."""
    validation = "/v2/schemas/token_restrictions/validation"
    for place, before, after in (
        ("a login module", '{"data":{"restrictions":{"', '":{"_":{"_":[%s]}}}}}'),
        ("an endpoint", '{"data":{"restrictions":{"_":{"_":{"', '":[%s]}}}}}'),
    ):
        yield Request(
            name=f"a long name of {place} over many mistakes",
            who=Sender.USER,
            right=(201, 400),
            method="PUT",
            target=validation,
            body=_flood(before, after),
            holds=no_longer_than(_LONGEST_COMPLAINT),
            full=200_000,
            limit=20_000,
        )
    yield Request(
        name="names that no login has, and a long value",
        right=(400,),
        method="PUT",
        target="/v2/api_auth",
        body=of("x", '{"data":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":"', '"}}'),
        holds=no_longer_than(_LONGEST_COMPLAINT),
        full=60_000,
    )


def _flood(before: str, after: str) -> Part:
    """Half of it is in the name, half in what is wrong below it."""

    def made(size: int) -> bytes:
        mistakes = ",".join("5" * (size // 4))
        return (before + "k" * (size // 2) + after % mistakes).encode()

    return made


def _changes() -> Iterator[Request]:
    """PATCHes, which merge, and demand nothing of what was there."""
    for name, body, right in (
        ("many removals", numbered('"#":null', '{"data":{', "}}"), (200, 400)),
        ("removals at depth", nested('{"data":{"nest":' + '{"a":' * 3, "null", "}}}}"), (400,)),
        ("a deep change", _deep_change, (200, 400)),
        ("a change of everything private", b'{"data":{"_id":"x","pvt_type":"y"}}', (200, 400)),
    ):
        yield Request(
            name=f"PATCH: {name}",
            who=Sender.USER,
            right=right,
            method="PATCH",
            target=f"{BOXES}/<deep>",
            body=body,
            full=_MOST if callable(body) else 0,
            limit=_SOME if callable(body) else 0,
        )
    for name, key in (
        ("none", b""),
        ("blanks", b"a b"),
        ("a long one", of("k")),
        ("UTF-8", "é".encode()),
        ("no text", b"\xff"),
    ):
        yield Request(
            name=f"idempotency key: {name}",
            who=Sender.USER,
            right=(400,),
            method="PUT",
            target=BOXES,
            headers=(("Idempotency-Key", key),),
            body=b'{"data":{"name":"x"}}',
        )


def _deep_change(size: int) -> bytes:
    levels = min(240, size // 10)
    return b'{"data":' + b'{"nest":' * levels + b"{}" + b"}" * levels + b"}"


def _users() -> Iterator[Request]:
    """Users, whose passwords are hashed."""
    for name, field in (
        ("a long password", "password"),
        ("a long user name", "username"),
        ("a long e-mail address", "email"),
        ("a long first name", "first_name"),
    ):
        fields: dict[str, Any] = {
            "username": "long",
            "first_name": "a",
            "last_name": "b",
            "password": "Secret1234",
        }
        start, end = json.dumps({"data": {**fields, field: "@@"}}).encode().split(b"@@")
        yield Request(
            name=name,
            who=Sender.ADMIN,
            right=(400,),
            method="PUT",
            target="/v2/accounts/<tenant>/users",
            body=of(b"x", start, end),
            full=_MOST,
            limit=_SOME,
        )


CASES = tuple(_cases())
