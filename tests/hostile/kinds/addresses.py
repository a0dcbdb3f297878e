"""Custom addresses that are no domain names, or that look like somebody else's."""

import json
from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, of
from tests.hostile.ground import Sender
from tests.hostile.wire import Reply

from .body_shapes import BOXES

_REFUSED = (400,)

TEXTS: dict[str, str] = {
    "nothing": "",
    "a blank": " ",
    "a blank before": " faxes.example.com",
    "a blank behind": "faxes.example.com ",
    "a blank within": "faxes. example.com",
    "a line end behind": "faxes.example.com\n",
    "CR and LF within": "faxes\r\nRCPT TO:<x>.example.com",
    "NUL behind": "faxes.example.com\0",
    "DEL within": "fa\x7fxes.example.com",
    "a tab": "faxes\t.example.com",
    "full-width letters": "ｆａｘｅｓ.example.com",
    "an ideographic full stop": "faxes。example。com",
    "a full-width full stop": "faxes．example．com",
    "a Cyrillic letter": "fаxes.example.com",
    "a letter with a mark": "fâxes.example.com",
    "the same with a combining mark": "fa\u0302xes.example.com",
    "the Kelvin sign": "\u212aazoo.example.com",
    "a zero-width blank": "fa\u200bxes.example.com",
    "a soft hyphen": "fa\u00adxes.example.com",
    "a right-to-left override": "\u202efaxes.example.com",
    "a byte order mark": "\ufefffaxes.example.com",
    "a non-breaking blank": "faxes\u00a0.example.com",
    "another's in full-width letters": "ｔａｋｅｎ.example.com",
    "another's with a blank": "taken.example.com ",
    "two dots": "faxes..example.com",
    "a dot before": ".faxes.example.com",
    "nothing but dots": "...",
    "a dash before": "-faxes.example.com",
    "a dash behind": "faxes-.example.com",
    "an underline": "fa_xes.example.com",
    "quotes": '"faxes".example.com',
    "a backslash": "fa\\xes.example.com",
    "a slash": "fa/xes.example.com",
    "a percent escape": "fa%78es.example.com",
    "a wildcard": "*.example.com",
    "two at signs": "a@b@example.com",
    "a route": "@a,@b:c@example.com",
    "a comment": "a(b)@example.com",
    "a list": "a.example.com,b.example.com",
    "angle brackets": "<faxes.example.com>",
    "an address of IPv4": "[127.0.0.1]",
    "an A-label that is none": "xn--\u00fc.example.com",
    "an A-label of nothing": "xn--.example.com",
    "a label of 64 letters": "a" * 64 + ".example.com",
    "a name of 254 letters": ".".join(["a" * 49] * 5) + ".exam",
}

LONG: dict[str, Part] = {
    "letters": of("x"),
    "labels": of("x."),
    "dots": of("."),
    "dashes": of("-", "a", "a"),
    "A-labels": of("xn--a."),
    "at signs": of("@"),
    "letters that fold into more": of("\u0130"),
}


def _is_told(reply: Reply) -> bool:
    """Whether the reply names the field."""
    return reply.status != 400 or "custom_smtp_email_address" in reply.json["data"]


def _cases() -> Iterator[Request]:
    for name, text in TEXTS.items():
        body = json.dumps({"data": {"name": "x", "custom_smtp_email_address": text}})
        for method, target in (("PUT", BOXES), ("PATCH", f"{BOXES}/<kept>")):
            yield Request(
                name=f"{name}, {method}",
                who=Sender.USER,
                right=_REFUSED,
                method=method,
                target=target,
                body=body.encode().replace(b"<", b"\\u003c"),
                holds=_is_told,
            )
    for name, part in LONG.items():
        yield Request(
            name=f"many {name}",
            who=Sender.USER,
            right=_REFUSED,
            method="PUT",
            target=BOXES,
            body=between(b'{"data":{"name":"x","custom_smtp_email_address":"', part, b'"}}'),
            full=7_900_000,
            limit=400_000,
        )
    for name, text in (
        ("in other letters", "Taken.Example.COM"),
        ("with a dot behind", "taken.example.com."),
    ):
        yield Request(
            name=f"another's {name}",
            who=Sender.USER,
            right=_REFUSED,
            method="PUT",
            target=BOXES,
            body=json.dumps({"data": {"name": "x", "custom_smtp_email_address": text}}),
        )


CASES = tuple(_cases())
