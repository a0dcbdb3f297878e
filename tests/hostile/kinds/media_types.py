"""Bodies under every media type, well formed and not: only JSON is read, and by one parser."""

from collections.abc import Iterator

from tests.hostile.cases import LONGEST_HEADER, Part, Request, nested, numbered, of
from tests.hostile.ground import Sender

VALIDATION = "/v2/schemas/faxbox/validation"
LOGIN = "/v2/user_auth"

JSON_BODY = b'{"data": {"name": "x"}}'
_STRANGERS_BODY = 60_000
_USERS_BODY = 4_000_000

ANY_TYPE: dict[str, Part] = {
    "none": b"",
    "JSON": b"application/json",
    "JSON with a charset": b'application/json; charset="utf-7"',
    "old JSON": b"application/x-json",
    "a form": b"application/x-www-form-urlencoded",
    "text": b"text/plain",
    "XML": b"text/xml",
    "bytes": b"application/octet-stream",
    "half a type": b"application/",
    "no type": b"/",
    "many slashes": of("/"),
    "many semicolons": of(";", "text/plain"),
    "many parameters": of("; a=b", "text/plain"),
    "quotes that do not end": of('"', 'text/plain; a="'),
    "comments": of("(", "text/plain "),
}

MULTIPART: dict[str, tuple[Part, Part]] = {
    "many parameters": (of("; a=b", "multipart/form-data; boundary=b"), b"--b\n\n{}\n--b--"),
    "continued parameters": (
        numbered("a*#=b", "multipart/mixed; boundary=b;", between=b";"),
        b"--b\n\n{}\n--b--",
    ),
    "comments": (of("(", "multipart/mixed; boundary=b "), b"--b\n\n{}\n--b--"),
    "comments in comments": (
        nested("(", "a", ")"),
        b"--b\nContent-Type: application/json\n\n{}\n--b--",
    ),
    "no boundary": (b"multipart/form-data", b"--b\n\n{}"),
    "an empty boundary": (b'multipart/form-data; boundary=""', b"--\n\n{}"),
    "a long boundary": (of("b", "multipart/form-data; boundary="), b"--b\n\n{}"),
    "many parts": (b"multipart/form-data; boundary=b", of("--b\n\n")),
    "parts in parts": (
        b"multipart/form-data; boundary=b",
        of("--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
    ),
    "many part headers": (b"multipart/form-data; boundary=b", of("A: b\n", "--b\n")),
    "a part of comments": (
        b"multipart/form-data; boundary=b",
        of("(", "--b\nContent-Type: application/json", "\n\n{}"),
    ),
    "a part of base64": (
        b"multipart/form-data; boundary=b",
        of("A=", "--b\nContent-Type: application/json\nContent-Transfer-Encoding: base64\n\n"),
    ),
    "nothing but the type": (b"multipart/", b"x"),
}


def _cases() -> Iterator[Request]:
    for name, value in ANY_TYPE.items():
        yield from _of_both(f"JSON as {name}", value, JSON_BODY, {Sender.USER: (201,)})
        yield from _of_both(f"no JSON as {name}", value, b"a=b", {}, (400, 415))
    yield from _of_both("no JSON as a type that is not UTF-8", b"x\xff", b"a=b", {})
    yield from _of_both(
        "multipart: a part with JSON",
        b"multipart/form-data; boundary=b",
        b"--b\r\nContent-Type: application/json\r\n\r\n" + JSON_BODY + b"\r\n--b--\r\n",
        {Sender.USER: (201, 415)},
        (400, 415),
    )
    for name, (kind, body) in MULTIPART.items():
        yield from _of_both(f"multipart: {name}", kind, body, {}, (415,))


def _of_both(
    name: str,
    kind: Part,
    body: Part,
    others: dict[Sender, tuple[int, ...]],
    right: tuple[int, ...] = (400,),
) -> Iterator[Request]:
    """A stranger's login, and a user's validation; `others` are right for some senders."""
    for who, target, most in (
        (Sender.STRANGER, LOGIN, _STRANGERS_BODY),
        (Sender.USER, VALIDATION, _USERS_BODY),
    ):
        yield Request(
            name=f"{name}, {who.name.lower()}",
            who=who,
            right=others.get(who, right),
            method="PUT",
            target=target,
            headers=(("Content-Type", kind),),
            body=body,
            full=most if callable(body) else LONGEST_HEADER,
            limit=_STRANGERS_BODY if callable(body) else 0,
        )


CASES = tuple(_cases())
