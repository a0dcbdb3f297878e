"""Pages: cursors that nobody gave out, sizes of every kind, and every form of a listing."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator

from tests.hostile.cases import Part, Request, between, of
from tests.hostile.ground import Sender

from .body_shapes import BOXES

CHILDREN = "/v2/accounts/<tenant>/children"


def _term(*parts: bytes) -> bytes:
    return urlsafe_b64encode(b"\x83" + b"".join(parts)).rstrip(b"=")


def _list(item: bytes, size: int) -> bytes:
    # Base64 is longer by a third.
    count = size * 3 // 4 // len(item)
    return _term(_LIST, count.to_bytes(4, "big"), item * count, b"j")


_TEXT = b"m"
_LIST = b"l"

CURSORS: dict[str, Part] = {
    "a text longer than it is": _term(_TEXT, b"\xff\xff\xff\xff", b"a"),
    "a text shorter than it is": _term(_TEXT, bytes(4), b"a"),
    "a text that is not UTF-8": _term(_TEXT, b"\0\0\0\x01", b"\xff"),
    "a text of NUL": _term(_TEXT, b"\0\0\0\x01", b"\0"),
    "a list longer than it is": _term(_LIST, b"\xff\xff\xff\xff", b"j"),
    "a list without end": _term(_LIST, b"\0\0\0\x01", _TEXT, b"\0\0\0\x01", b"a"),
    "a list of many texts": lambda size: _list(_TEXT + b"\0\0\0\x01a", size),
    "a list of empty texts": lambda size: _list(_TEXT + bytes(4), size),
    "an atom": _term(b"d", b"\0\x04", b"true"),
    "a big integer": _term(b"o", b"\xff\xff\xff\xff", b"\0", b"\xff" * 100),
    "compressed": _term(b"P", b"\xff\xff\xff\xff", b"x\x9c"),
    "a long text": of("a"),
    "padding": of("="),
    "bytes that are no base64": of("*"),
    "one byte": b"g",
    "the highest key": b"%EF%BF%BF",
    "a reference to another account": _term(
        _LIST, b"\0\0\0\x02", _TEXT, b"\0\0\0\x20", b"f" * 32, _TEXT, b"\0\0\0\x01", b"a", b"j"
    ),
}

SIZES = ("0", "-1", "1e9", "1e-9", "0x10", "1_0", "%D9%A3", "%C2%B2", "", "1.5", "true", "9" * 5000)

FORMS = (
    "paginate=false",
    "page_size=1000000",
    "page_size=1000000&pretty_print=true",
    "page_size=1",
    "is_chunked=true",
    "is_chunked=true&chunk_size=1",
    "is_chunked=true&chunk_size=51",
    "is_chunked=true&jsonp=a",
    "accept=csv",
    "accept=csv&paginate=false",
    "accept=csv&page_size=1",
    "jsonp=a.b&pretty_print=true",
    "start_key=a&end_key=b&descending=true&ascending=true",
    "revs_info=true&rev=1-a",
)


def _cases() -> Iterator[Request]:
    for target in (BOXES, CHILDREN):
        noun = target.rpartition("/")[2]
        for name, cursor in CURSORS.items():
            for option in ("start_key", "end_key"):
                yield Request(
                    name=f"{option} of {noun}: {name}",
                    who=Sender.USER,
                    right=(200, 400),
                    target=between(f"{target}?{option}=", cursor),
                )
        for size in SIZES:
            yield Request(
                name=f"page size of {noun}: {size[:8] or 'nothing'}",
                who=Sender.USER,
                right=(200, 404),
                target=f"{target}?page_size={size}",
            )
        for form in FORMS:
            for coding in ("gzip", "identity"):
                yield Request(
                    name=f"{noun}?{form}, {coding}",
                    who=Sender.USER,
                    right=(200, 204, 400, 404, 416),
                    target=f"{target}?{form}",
                    headers=(("Accept-Encoding", coding),),
                )


CASES = tuple(_cases())
