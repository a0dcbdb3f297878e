"""Bodies of JSON: deep, wide, long, repeated, out of order, cut short, or hardly JSON."""

from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, nested, numbered, of
from tests.hostile.ground import Sender

from .media_types import LOGIN, VALIDATION

BOXES = "/v2/accounts/<tenant>/faxboxes"

_INVALID = (400,)
_VALID = (201,)
_TOO_MUCH = (400,)
"""Refused with the rule and the number (docs/contract.md, 28)."""


def _in_data(part: Part) -> Part:
    """A body whose `data` has the part as a member."""
    return between('{"data":{"name":"x","a":', part, "}}")


SHAPES: dict[str, tuple[Part, tuple[int, ...]]] = {
    "many lists": (_in_data(of("[],", "[", "[]]")), _TOO_MUCH),
    "many objects": (_in_data(of("{},", "[", "{}]")), _TOO_MUCH),
    "lists in lists": (_in_data(nested("[", "", "]")), _TOO_MUCH),
    "objects in objects": (_in_data(nested('{"a":', "1", "}")), _TOO_MUCH),
    "lists and objects in each other": (_in_data(nested('[{"a":', "1", "}]")), _TOO_MUCH),
    "lists that do not end": (of("["), _INVALID),
    "objects that do not end": (of('{"a":'), _INVALID),
    "lists that do not begin": (of("]"), _INVALID),
    "lists, then a text of escaped quotes": (of('\\"', "[]" * 257 + '"'), _INVALID),
    "lists, then a text of backslashes": (of("\\", "[]" * 257 + '"'), _INVALID),
    "lists, then quotes": (of('"', "[]" * 257), _INVALID),
    "lists, then texts that do not end": (of('"\\"', "[]" * 257), _INVALID),
    "many lists of 20 items": (_in_data(of("[" + "1," * 19 + "1],", "[", "[]]")), _TOO_MUCH),
    "many names": (_in_data(numbered('"#":1', "{", "}")), _TOO_MUCH),
    "names in order but the first": (
        _in_data(numbered('"#":1', '{"z":1,', "}")),
        _TOO_MUCH,
    ),
    "names against the order": (
        _in_data(lambda size: _downwards(size // 12)),
        _TOO_MUCH,
    ),
    "the same name many times": (_in_data(of('"a":1,', "{", '"a":1}')), (201, 400)),
    "a long name": (_in_data(of("k", '{"', '":1}')), (201, 400)),
    "a long text": (_in_data(of("x", '"', '"')), _VALID),
    "a text of escapes": (_in_data(of("\\u0000", '"', '"')), _VALID),
    "a text of pairs of surrogates": (_in_data(of("\\ud83d\\ude00", '"', '"')), _VALID),
    "a text of lone surrogates": (_in_data(of("\\ud800", '"', '"')), _INVALID),
    "a text of half a pair at the end": (_in_data(of("x", '"', '\\ud83d"')), _INVALID),
    "a text of line separators": (_in_data(of("\u2028", '"', '"')), _VALID),
    "a text of control characters": (_in_data(of("\x01", '"', '"')), _INVALID),
    "a text of Latin-1": (_in_data(of(b"\xe9", b'"', b'"')), (201, 400)),
    "a text that does not end": (of("x", '{"data":{"name":"'), _INVALID),
    "an integer of many digits": (_in_data(of("9")), _INVALID),
    "a fraction of many digits": (_in_data(of("9", "0.")), (201, 400)),
    "an exponent of many digits": (_in_data(of("9", "1e")), _INVALID),
    "an exponent of many zeros": (_in_data(of("0", "1e", "1")), (201, 400)),
    "a number near nothing": (_in_data(of("9", "1e-")), (201, 400)),
    "many numbers": (_in_data(of("1,", "[", "1]")), _TOO_MUCH),
    "many long integers": (_in_data(of("9" * 4_000 + ",", "[", "1]")), (201, 400)),
    "many floats": (_in_data(of("1.5e300,", "[", "1]")), _TOO_MUCH),
    "no number": (_in_data("NaN"), _INVALID),
    "infinity": (_in_data("1e999"), _INVALID),
    "blanks before": (of(" ", "", '{"data":{"name":"x"}}'), _VALID),
    "blanks within": (_in_data(of(" ", "", "1")), _VALID),
    "blanks after": (of(" ", '{"data":{"name":"x"}}'), _VALID),
    "nothing but blanks": (of(" "), _INVALID),
    "commas": (of(","), _INVALID),
    "rubbish after": (of("x", '{"data":{"name":"x"}}'), _INVALID),
    "a second text": (of('{"data":{}}', '{"data":{"name":"x"}}'), _INVALID),
    "comments": (of("/*", "", '*/{"data":{"name":"x"}}'), _INVALID),
    "single quotes": ("{'data':{'name':'x'}}", _INVALID),
    "a byte order mark": ('\ufeff{"data":{"name":"x"}}', _INVALID),
    "UTF-16": ('{"data":{"name":"x"}}'.encode("utf-16"), _INVALID),
    "UTF-32": ('{"data":{"name":"x"}}'.encode("utf-32"), _INVALID),
    "every byte": (bytes(range(256)), _INVALID),
    "NULs": (of(b"\0"), _INVALID),
    "a list": (of('{"data":{}},', "[", "{}]"), _INVALID),
    "a text": ('"data"', _INVALID),
    "null": ("null", _INVALID),
    "many envelope names": (numbered('"#":1', '{"data":{"name":"x"},', "}"), _TOO_MUCH),
    "many envelope names that become one": (
        of('"a-A":1,', '{"data":{"name":"x"},', '"a_a":1}'),
        (201, 400),
    ),
    "a long envelope name": (of("-", '{"data":{"name":"x"},"', '":1}'), (201, 400)),
    "data of null": ('{"data":null}', _INVALID),
    "data of a list": (of('{"name":"x"},', '{"data":[', "{}]}"), _INVALID),
    "no data": (numbered('"#":1', "{", "}"), _INVALID),
}

_UNREAD = (400, 401)
"""A stranger may be told that he is one before anybody has looked at the body."""


def _cases() -> Iterator[Request]:
    for name, (body, right) in SHAPES.items():
        sized = callable(body)
        yield Request(
            name=f"{name}, at login",
            right=_INVALID,
            method="PUT",
            target=LOGIN,
            body=body,
            full=60_000,
        )
        yield Request(
            name=f"{name}, by a stranger",
            right=_UNREAD,
            method="PUT",
            target=BOXES,
            body=body,
            full=60_000,
        )
        yield Request(
            name=f"{name}, by a user",
            who=Sender.USER,
            right=right,
            method="PUT",
            target=VALIDATION,
            body=body,
            full=7_900_000 if sized else 0,
            limit=400_000 if sized else 0,
        )
    for who, right in (
        (Sender.STRANGER, (401, 413)),
        (Sender.FORGED, (401, 413)),
        (Sender.EXPIRED, (401, 413)),
        (Sender.USER, (400,)),
    ):
        yield Request(
            name=f"millions of lists, {who.name.lower()}",
            who=who,
            right=right,
            method="PUT",
            target=BOXES,
            body=of("[],", '{"data":[', "[]]}"),
            full=7_900_000,
            limit=400_000,
        )
    for target in (LOGIN, "/v2/api_auth"):
        yield Request(
            name=f"more than a login needs at {target}",
            right=(413,),
            method="PUT",
            target=target,
            body=of("x", '{"data":{"credentials":"', '"}}'),
            full=7_900_000,
            limit=400_000,
        )
    yield Request(
        name="more than anybody may send",
        who=Sender.USER,
        right=(413,),
        method="PUT",
        target=VALIDATION,
        body=of("x", '{"data":{"name":"', '"}}'),
        full=9_000_000,
        limit=8_100_000,
    )
    for method in ("GET", "HEAD", "DELETE", "OPTIONS", "PATCH", "POST"):
        yield Request(
            name=f"{method} of what is not there, with a body",
            who=Sender.USER,
            right=(200, 400, 404, 405, 413),
            method=method,
            target=f"{BOXES}/<nobody>",
            body=of("[],", '{"data":{"a":[', "[]]}}"),
            full=7_900_000,
            limit=400_000,
        )


def _downwards(count: int) -> bytes:
    names = (f'"{number:06}":1' for number in range(count, 0, -1))
    return b"{" + ",".join(names).encode() + b"}"


CASES = tuple(_cases())
