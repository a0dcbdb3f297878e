"""Compressed bodies: from strangers never inflated; from others in bounds, rubbish included."""

import zlib
from collections.abc import Iterator
from functools import cache

from tests.hostile.cases import Part, Request, of
from tests.hostile.ground import Sender

from .media_types import JSON_BODY, LOGIN, VALIDATION

_GZIP, _ZLIB, _RAW = 31, 15, -15
_FAR_TOO_LONG = 200_000_000
_MOST = 8_000_000


def packed(body: bytes, form: int = _GZIP) -> bytes:
    """The body compressed as well as it can be."""
    packer = zlib.compressobj(9, zlib.DEFLATED, form)
    return packer.compress(body) + packer.flush()


@cache
def bomb(size: int) -> bytes:
    """Some bytes that inflate to so many of JSON."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    pieces = [packer.compress(b'{"data":{"name":"')]
    step = b"x" * 1_000_000
    pieces += [packer.compress(step) for _ in range(size // len(step))]
    return b"".join((*pieces, packer.compress(b'"}}'), packer.flush()))


_WHOLE = packed(JSON_BODY)

BODIES: dict[str, tuple[str, Part, tuple[int, ...]]] = {
    "gzip": ("gzip", _WHOLE, (201,)),
    "gzip by its old name": ("x-gzip", _WHOLE, (201, 400, 415)),
    "deflate": ("deflate", packed(JSON_BODY, _ZLIB), (201, 400, 415)),
    "deflate without its header": ("deflate", packed(JSON_BODY, _RAW), (201, 400, 415)),
    "gzip over rubbish": ("gzip", JSON_BODY, (400,)),
    "deflate over rubbish": ("deflate", JSON_BODY, (400, 415)),
    "brotli over rubbish": ("br", JSON_BODY, (400, 415)),
    "zstd over rubbish": ("zstd", JSON_BODY, (400, 415)),
    "gzip that is cut": ("gzip", _WHOLE[:-9], (400,)),
    "gzip without its sum": ("gzip", _WHOLE[:-8], (400,)),
    "gzip with a wrong sum": ("gzip", _WHOLE[:-8] + b"\0" * 8, (400,)),
    "gzip and rubbish behind it": ("gzip", _WHOLE + b"rubbish", (201, 400)),
    "deflate that never ends": ("deflate", of(b"\0\0\0\xff\xff", b"\x78\x9c"), (400, 415)),
    "gzip that never ends": (
        "gzip",
        of(b"\0\0\0\xff\xff", b"\x1f\x8b\x08\0\0\0\0\0\0\xff"),
        (400,),
    ),
    "a gzip name that never ends": (
        "gzip",
        of(b"a", b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"),
        (400,),
    ),
    "many members": ("gzip", of(packed(b" ")), (400, 415)),
    "many members of nothing": ("gzip", of(packed(b"")), (400, 415)),
    "as long as may be": ("gzip", bomb(7_000_000), (400,)),
    "longer than may be": ("gzip", bomb(9_000_000), (413,)),
    "far longer than may be": ("gzip", bomb(_FAR_TOO_LONG), (413,)),
    "two codings": ("gzip, gzip", packed(_WHOLE), (400, 415)),
    "two bombs": ("gzip, gzip", packed(bomb(_FAR_TOO_LONG)), (400, 415)),
    "many codings": (",".join(["gzip"] * 1000), _WHOLE, (400, 415)),
    "a coding nobody knows": ("rot13", _WHOLE, (400, 415)),
    "a coding that is not UTF-8": ("\udcff", _WHOLE, (400,)),
    "no coding, by name": ("identity", JSON_BODY, (201,)),
    "no coding, without a name": ("", JSON_BODY, (201,)),
}

_UNCOMPRESSED = ("no coding, by name", "no coding, without a name")


def _cases() -> Iterator[Request]:
    for who, target in ((Sender.STRANGER, LOGIN), (Sender.USER, VALIDATION)):
        for name, (coding, body, right) in BODIES.items():
            if who is Sender.STRANGER:
                right = _for_strangers(name)
            yield Request(
                name=f"{name}, {who.name.lower()}",
                who=who,
                right=right,
                method="PUT",
                target=target,
                headers=(("Content-Encoding", coding.encode("utf-8", "surrogateescape")),),
                body=body,
                full=_MOST if who is Sender.USER else 60_000,
                limit=60_000,
            )


def _for_strangers(name: str) -> tuple[int, ...]:
    if name in _UNCOMPRESSED:
        return (400,)
    return (400,) if name == "a coding that is not UTF-8" else (400, 401, 413, 415)


CASES = tuple(_cases())
