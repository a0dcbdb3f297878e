"""Bytes that are hardly HTTP, or HTTP's framing used against itself."""

from collections.abc import Callable, Iterator

from tests.hostile.cases import CLOSED, Part, Request, of
from tests.hostile.ground import Sender

from .media_types import JSON_BODY

LINE = b"GET /v2/schemas HTTP/1.1\r\nHost: a\r\n"
LOGIN = b"PUT /v2/user_auth HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"

REFUSED = (400, 413, 414, 431, 501, CLOSED)
"""What becomes of bytes that are no request of ours."""

_LARGE = 2_000_000
_SMALL = 100_000


def _chunks(length: int, extension: bytes = b"") -> Callable[[int], bytes]:
    """A body in chunks of so many bytes."""
    chunk = b"%x%s\r\n%s\r\n" % (length, extension, b" " * length)

    def made(size: int) -> bytes:
        count = max(1, (size - len(CHUNKED)) // len(chunk))
        return CHUNKED + chunk * count + b"%x\r\n%s\r\n0\r\n\r\n" % (len(JSON_BODY), JSON_BODY)

    return made


def _get_with_body(size: int) -> bytes:
    return LINE + b"Content-Length: %d\r\n\r\n" % size + b"[" * size


LENGTHS: dict[str, bytes] = {
    "a plus": b"+2",
    "a minus": b"-2",
    "an underline": b"1_0",
    "a fraction": b"2.0",
    "hexadecimal": b"0x2",
    "a list": b"2, 2",
    "a full-width digit": "２".encode(),
    "nothing": b"",
    "more than 64 bits": b"9" * 30,
    "8,000 digits": b"9" * 8_000,
}

RAW: dict[str, tuple[Part, tuple[int, ...]]] = {
    "nothing but line ends": (of(b"\r\n", after=LINE + b"\r\n"), (200, *REFUSED)),
    "NULs": (of(b"\0"), REFUSED),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), REFUSED),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100), REFUSED),
    "HTTP/9.9": (b"GET /v2/schemas HTTP/9.9\r\nHost: a\r\n\r\n", REFUSED),
    "a version of many digits": (of(b"1", b"GET /v2/schemas HTTP/1.", b"\r\n\r\n"), REFUSED),
    "a method without end": (of(b"A"), REFUSED),
    "a target without end": (of(b"a", b"GET /"), (414,)),
    "a header without end": (of(b"a", LINE + b"A: "), (431,)),
    "a header's name without end": (of(b"a", LINE), (400, 431)),
    "many headers": (of(b"a: b\r\n", LINE, b"\r\n"), (400, 431)),
    "many folded lines": (of(b" a\r\n", LINE + b"A: b\r\n", b"\r\n"), (400, 431)),
    "a blank before the colon": (LINE + b"A : b\r\n\r\n", (400,)),
    "a header without a colon": (LINE + b"A\r\n\r\n", (400,)),
    "a header without a name": (LINE + b": b\r\n\r\n", (400,)),
    "a control character in a header": (LINE + b"A: b\x01c\r\n\r\n", (200, 400)),
    "NUL in a header": (LINE + b"A: b\0c\r\n\r\n", (400,)),
    "a lone CR in a header": (LINE + b"A: b\rc\r\n\r\n", (400,)),
    "two hosts": (LINE + b"Host: b\r\n\r\n", (200, 400)),
    "tabs for blanks": (b"GET\t/v2/schemas\tHTTP/1.1\r\nHost: a\r\n\r\n", REFUSED),
    "NUL in the target": (b"GET /v2/\0 HTTP/1.1\r\nHost: a\r\n\r\n", (400,)),
    "a line end in the target": (b"GET /v2/\r\nX: y HTTP/1.1\r\n\r\n", (401, *REFUSED)),
    "no version": (b"GET /v2/schemas\r\n\r\n", (200, *REFUSED)),
    "a length and chunks": (
        LOGIN + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (400,),
    ),
    "two lengths": (LOGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", (400,)),
    "chunks in gzip": (LOGIN + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "chunks in chunks": (LOGIN + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", (400,)),
    "chunks by another name": (LOGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "chunks in HTTP/1.0": (
        CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"2\r\n{}\r\n0\r\n\r\n",
        (400,),
    ),
    "a chunk's size without end": (of(b"0", CHUNKED, b"0\r\n\r\n"), (400,)),
    "a chunk's size of many digits": (CHUNKED + b"f" * 17 + b"\r\nx", (400,)),
    "a chunk of negative size": (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", (400,)),
    "a chunk of no size": (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", (400,)),
    "chunks without CR": (CHUNKED + b"2\n{}\n0\n\n", (400,)),
    "a chunk longer than it says": (CHUNKED + b"2\r\n{}{}\r\n0\r\n\r\n", (400,)),
    "chunks of one byte": (_chunks(1), (400, 413)),
    "chunks of 16 bytes": (_chunks(16), (400, 413)),
    "chunks with long extensions": (_chunks(1, b";" + b"e" * 4_000), (400, 413)),
    "chunks with many extensions": (_chunks(1, b";a=b" * 1_000), (400, 413)),
    "chunks with quoted extensions": (_chunks(1, b';a="' + b"\\" * 500), (400, 413)),
    "a long extension": (of(b"e", CHUNKED + b"1;", b"\r\n \r\n0\r\n\r\n"), (400, 413)),
    "many trailers": (of(b"a: b\r\n", CHUNKED + b"2\r\n{}\r\n0\r\n", b"\r\n"), (400,)),
    "a long trailer": (of(b"b", CHUNKED + b"2\r\n{}\r\n0\r\na: ", b"\r\n\r\n"), (400, 431)),
    "a trailer that is a header": (
        CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n",
        (400,),
    ),
    "a length that begins with zeros": (
        of(b"0", LOGIN + b"Content-Length: ", b"2\r\n\r\n{}"),
        (400, 431),
    ),
    "an expectation nobody knows": (
        LOGIN + b"Expect: pie\r\nContent-Length: 2\r\n\r\n{}",
        (400, 417),
    ),
    "an expectation that is met": (
        LOGIN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        (400,),
    ),
    "an upgrade to WebSocket": (
        of(b"x", LINE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        (200, 400, 431),
    ),
    "an upgrade to HTTP/2": (
        of(b"x", LINE + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"),
        (200, 400, 431),
    ),
    "a GET with a body": (_get_with_body, (200, 400, 413)),
    "many requests at once": (of(LINE + b"\r\n"), (200,)),
    "many bad requests at once": (of(b"GET \0 HTTP/1.1\r\n\r\n"), (400,)),
}


def _cases() -> Iterator[Request]:
    for name, (raw, right) in RAW.items():
        yield Request(name=name, right=right, raw=raw, full=_LARGE, limit=_SMALL)
    for name, length in LENGTHS.items():
        raw = LOGIN + b"Content-Length: " + length + b"\r\n\r\n{}"
        yield Request(name=f"a length of {name}", right=(400, 413), raw=raw)
    for size in (1, 7):
        yield Request(
            name=f"chunks of {size} bytes, with a token",
            who=Sender.USER,
            right=(201, 400),
            method="PUT",
            target="/v2/schemas/faxbox/validation",
            headers=(("Transfer-Encoding", "chunked"),),
            body=_user_chunks(size),
            full=4_000_000,
            limit=400_000,
        )


def _user_chunks(length: int) -> Callable[[int], bytes]:
    chunk = b"%x\r\n%s\r\n" % (length, b" " * length)

    def made(size: int) -> bytes:
        end = b"%x\r\n%s\r\n0\r\n\r\n" % (len(JSON_BODY), JSON_BODY)
        return chunk * (size // len(chunk)) + end

    return made


CASES = tuple(_cases())
