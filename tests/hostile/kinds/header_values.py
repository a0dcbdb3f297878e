"""Every header that the service or its server reads, with values of every awkward shape."""

from collections.abc import Iterator

from tests.hostile.cases import Part, Request, nested, numbered, of
from tests.hostile.ground import Sender

OWN_BOX = "/v2/accounts/<tenant>/faxboxes/<kept>"

READ: dict[str, tuple[int, ...]] = {
    "Accept": (200, 400, 406),
    "Accept-Encoding": (200,),
    "Accept-Language": (200, 400),
    "Access-Control-Request-Headers": (200,),
    "Access-Control-Request-Method": (200,),
    "Authorization": (200, 401),
    "Connection": (200,),
    "Content-Encoding": (200, 400, 415),
    "Content-Type": (200, 400),
    "Cookie": (200,),
    "Expect": (200, 417),
    "Forwarded": (200,),
    "Idempotency-Key": (200, 400),
    "If-Match": (200, 400, 412),
    "If-Modified-Since": (200,),
    "If-None-Match": (200, 304, 400),
    "Origin": (200,),
    "Range": (200,),
    "TE": (200,),
    "Upgrade": (200,),
    "X-Auth-Account-ID": (200, 401),
    "X-Auth-Token": (200, 401),
    "X-File-Name": (200,),
    "X-Forwarded-For": (200,),
    "X-HTTP-Method-Override": (200,),
    "X-Pretty-Print": (200,),
    "X-Request-ID": (200,),
    "X-Unknown": (200,),
}
"""Each with the statuses that a text in it may lead to."""

SHAPES: dict[str, Part] = {
    "nothing": b"",
    "blanks and semicolons": of("  ;", "a;", '"'),
    "tabs and semicolons": of("\t\t;", "a/b;", '"'),
    "blanks": of(" ", "a", "a"),
    "commas": of(","),
    "commas and blanks": of(" ,\t", "a"),
    "semicolons": of(";", "a"),
    "quotes": of('"'),
    "quotes that are escaped": of('\\"', '"'),
    "backslashes": of("\\", '"', '"'),
    "parentheses": of("("),
    "comments in comments": nested("(", "a", ")"),
    "many parameters": of(";a=b", "a/b"),
    "parameters that do not end": of(';a="', "a/b"),
    "many elements": numbered("a/#"),
    "many qualities": of("a;q=0.5,"),
    "quality of many digits": of("9", "a;q=0."),
    "many tags": of('"a", '),
    "many weak tags": of('W/"a",'),
    "tags that do not end": of('"a" '),
    "stars": of("*,"),
    "digits": of("9"),
    "dots": of("a."),
    "slashes": of("a/"),
    "percent escapes": of("%41"),
    "equal signs": of("="),
    "addresses": of("127.0.0.1, "),
    "addresses of IPv6": of("::ffff:127.0.0.1,"),
    "brackets": of("["),
    "one long word": of("a"),
    "UTF-8": of("é"),
}

_JUDGED_OF_CALLERS = (
    *("Accept", "Accept-Language", "Authorization", "Connection", "Content-Type", "Expect"),
    *("Idempotency-Key", "If-Match", "If-None-Match", "X-Auth-Account-ID", "X-File-Name"),
)
"""Headers that are looked at more closely once it is known who asks."""

NOT_TEXT: dict[str, bytes] = {
    "one byte that is not UTF-8": b"\xff",
    "one such byte in quotes": b'a/b;x="\xff"',
    "a surrogate in UTF-8": b"\xed\xa0\x80",
    "half a character": b"a\xc3",
    "Latin-1": "application/json; a=é".encode("latin-1"),
}
"""What no decoder of UTF-8 takes: a 400, whichever header it is in."""


def _cases() -> Iterator[Request]:
    for who, target, headers in (
        (Sender.STRANGER, "/v2/schemas", READ),
        (Sender.USER, OWN_BOX, _JUDGED_OF_CALLERS),
    ):
        for header in headers:
            right = READ[header]
            for shape, value in SHAPES.items():
                yield _case(who, target, header, shape, value, right)
            for shape, value in NOT_TEXT.items():
                yield _case(who, target, header, shape, value, (400,))


def _case(
    who: Sender, target: str, header: str, shape: str, value: Part, right: tuple[int, ...]
) -> Request:
    return Request(
        name=f"{header} of {shape}, {who.name.lower()}",
        who=who,
        right=right,
        target=target,
        headers=((header, value),),
    )


CASES = tuple(_cases())
