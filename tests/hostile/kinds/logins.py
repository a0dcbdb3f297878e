"""Logins: anybody may send them, and each field is looked up, normalised or hashed."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.cases import Part, Request, between, nested, of
from tests.hostile.ground import Sender, md5_credentials

from .media_types import LOGIN

_MOST = 60_000
_NOBODY = "0" * 32

FIELDS: dict[str, tuple[int, ...]] = {
    "account_name": (400, 401),
    "account_realm": (400, 401),
    "realm": (400, 401),
    "phone_number": (400, 401),
    "username": (400, 401),
    "credentials": (400, 401),
    "method": (400,),
}

_LOOKED_UP = ("account_name", "account_realm", "phone_number", "username")
"""Fields that are made normal before they are compared with anything."""

TEXTS: dict[str, Part] = {
    "letters": of("x"),
    "digits": of("1"),
    "digits of other scripts": of("\u0661"),
    "blanks": of(" "),
    "parentheses": of("("),
    "dashes": of("-", "+1"),
    "plus signs": of("+"),
    "dots": of("a."),
    "UTF-8": of("é"),
    "letters that fold into more": of("ß"),
    "NULs": of("\\u0000"),
    "lone surrogates": of("\\ud800"),
    "slashes": of("../"),
    "percent escapes": of("%2F"),
}

VALUES: dict[str, Any] = {
    "a number": 5,
    "a list": ["tenant"],
    "an object": {"tenant": 1},
    "true": True,
}


def _cases() -> Iterator[Request]:
    for field, right in FIELDS.items():
        data = {"account_name": "tenant", "credentials": _NOBODY, field: "@@"}
        start, end = json.dumps({"data": data}).encode().split(b"@@")
        for shape, text in TEXTS.items() if field in _LOOKED_UP else ():
            yield Request(
                name=f"{field} of {shape}",
                right=right,
                method="PUT",
                target=LOGIN,
                body=between(start, text, end),
                full=_MOST,
            )
        for shape, value in VALUES.items():
            yield Request(
                name=f"{field} of {shape}",
                right=(400, 401),
                method="PUT",
                target=LOGIN,
                body=json.dumps({"data": {**data, field: value}}),
            )
    for name, key in (("letters", of("x")), ("NULs", of("\\u0000")), ("UTF-8", of("é"))):
        yield Request(
            name=f"an API key of {name}",
            right=(400,),
            method="PUT",
            target="/v2/api_auth",
            body=between(b'{"data":{"api_key":"', key, b'"}}'),
            full=_MOST,
        )
    yield Request(
        name="an API key that nobody has",
        right=(404,),
        method="PUT",
        target="/v2/api_auth",
        body=json.dumps({"data": {"api_key": "0" * 64}}),
    )
    for name, more in (
        ("an action", b'"action":"x"'),
        ("an action of lists", nested('"a":[', "", "]")),
        ("a token", of("a.", '"auth_token":"', '"')),
    ):
        start = json.dumps(
            {"data": {"account_name": "tenant", "credentials": md5_credentials("nobody")}}
        ).encode()
        yield Request(
            name=f"a login with {name} beside its data",
            right=(400, 401, 403),
            method="PUT",
            target=LOGIN,
            body=between(start[:-1] + b",", more, b"}"),
            full=_MOST,
        )
    for who in (Sender.STRANGER, Sender.FORGED, Sender.EXPIRED, Sender.USER):
        yield Request(
            name=f"a wrong password, {who.name.lower()}",
            who=who,
            right=(401,),
            method="PUT",
            target=LOGIN,
            body=json.dumps({"data": {"account_name": "tenant", "credentials": _NOBODY}}),
        )


CASES = tuple(_cases())
