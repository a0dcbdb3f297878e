"""Tokens that nobody signed, of every shape, in each of the places where one may be."""

import base64
import json
from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, nested, numbered, of
from tests.hostile.ground import md5_credentials
from tests.hostile.wire import Reply

from .body_shapes import BOXES
from .media_types import LOGIN

_REFUSED = (401,)
_LONGEST_BODY = 60_000
_LONGEST_TOKEN = 4_000


def _token(header: str | bytes, payload: str = "{}", signature: str = "AAAA") -> bytes:
    return b".".join(
        base64.urlsafe_b64encode(part.encode() if isinstance(part, str) else part).rstrip(b"=")
        for part in (header, payload, signature)
    )


def _with_header(part: Part) -> Part:
    assert callable(part)
    # Base64 is longer by a third.
    return lambda size: _token(part(size * 2 // 3))


FORMS: dict[str, Part] = {
    "dots": of("."),
    "no dots": of("a"),
    "parts": of("e30."),
    "blanks": of(" ", "a", "a"),
    "an algorithm of none": _token('{"alg":"none"}', "{}", ""),
    "an algorithm of HMAC": _token('{"alg":"HS256","kid":"x"}'),
    "no key": _token('{"alg":"RS256"}'),
    "a key of another type": _token('{"alg":"RS256","kid":5}'),
    "a key that is a path": _token('{"alg":"RS256","kid":"../../faxes/x"}'),
    "a key that is a design document": _token('{"alg":"RS256","kid":"_design/faxbox"}'),
    "a key of NUL": _token('{"alg":"RS256","kid":"\\u0000"}'),
    "a key of a lone surrogate": _token('{"alg":"RS256","kid":"\\ud800"}'),
    "a long key": _with_header(of("k", '{"alg":"RS256","kid":"', '"}')),
    "a header of a list": _token("[]"),
    "a header that is not UTF-8": _token(b'{"alg":"\xff"}'),
    "a header of lists in lists": _with_header(nested("[", "", "]")),
    "a header of objects in objects": _with_header(nested('{"a":', "1", "}")),
    "a header of digits": _with_header(of("9", '{"alg":"RS256","kid":', "}")),
    "a critical header": _token('{"alg":"RS256","kid":"x","crit":["b64"],"b64":false}'),
    "bytes that are no base64": of("%"),
    "UTF-8": of("é"),
}


def _cases() -> Iterator[Request]:
    for name, form in FORMS.items():
        for place, header in (("X-Auth-Token", b""), ("Authorization", b"Bearer ")):
            yield Request(
                name=f"{name} in {place}",
                right=_REFUSED,
                target=BOXES,
                headers=((place, between(header, form)),),
            )
        if name not in ("bytes that are no base64", "UTF-8", "blanks"):
            yield Request(
                name=f"{name} in the query",
                right=_REFUSED,
                target=between(f"{BOXES}?auth_token=".encode(), form),
            )
        yield Request(
            name=f"{name} beside data",
            right=_REFUSED,
            method="PUT",
            target=BOXES,
            body=between(b'{"data":{"name":"x"},"auth_token":"', form, b'"}'),
            full=_LONGEST_BODY,
        )
    for name, value in (
        ("a list", "[]"),
        ("a number", "5"),
        ("an object", '{"a":1}'),
        ("a text and a token in data", '"x"'),
    ):
        yield Request(
            name=f"{name} as the token beside data",
            right=_REFUSED,
            method="PUT",
            target=BOXES,
            body=f'{{"data":{{"name":"x","auth_token":"<tenant>"}},"auth_token":{value}}}',
        )
    for name, text in (
        ("rubbish", of("A")),
        ("a user without an account", of(base64.b64encode(b":"))),
        ("a long password", _basic(of("x", "<tenant>:user:"))),
        ("a long user name", _basic(of("x", "<tenant>:"))),
        ("colons", _basic(of(":", "<tenant>:"))),
        ("NULs", _basic(of(b"\0", "<tenant>:user:"))),
        ("bytes that are not UTF-8", _basic(of(b"\xff", "<tenant>:user:"))),
        ("no base64", of("?")),
    ):
        yield Request(
            name=f"Basic: {name}",
            right=_REFUSED,
            target=BOXES,
            headers=(("Authorization", between(b"Basic ", text)),),
        )
    for name, target in (
        ("a long text", of("x", '"', '"')),
        ("lists in lists", nested("[", "", "]")),
        ("a long account id", of("x", '{"owner_id":"x","account_id":"', '"}')),
        ("many names", numbered('"#":1', "{", "}")),
    ):
        login = json.dumps({"account_name": "tenant", "credentials": md5_credentials("user")})
        yield Request(
            name=f"a login to act as {name}",
            right=(201, 400, 401, 413),
            method="PUT",
            target=LOGIN,
            body=between(f'{{"data":{login[:-1]},"as":'.encode(), target, b"}}"),
            holds=_gives_a_short_token,
            full=4_500_000,
            limit=_LONGEST_BODY,
        )


def _gives_a_short_token(reply: Reply) -> bool:
    return len(reply.json.get("auth_token", "")) <= _LONGEST_TOKEN


def _basic(part: Part) -> Part:
    """In base64, with the id of the account where its name was."""
    assert callable(part)
    # The names of the ground cannot be found in base64; an id has 32 digits.
    return lambda size: base64.b64encode(part(size * 2 // 3).replace(b"<tenant>", b"0" * 32))


CASES = tuple(_cases())
