"""Compressed bodies (RFC 9110, 8.4).

Of requests, gzip and deflate, one coding, within the body's limit; of replies, gzip.

A request's is inflated when it is complete: what a client has not sent yet holds no memory but
its own compressed bytes.
"""

import asyncio
import zlib

from aiohttp import web

from .errors import body_too_large, malformed_request, unsupported_content_coding
from .request.negotiation import quality_of

IDENTITY = ("", "identity")

_WINDOW_BITS = {
    "gzip": 16 + zlib.MAX_WBITS,
    "x-gzip": 16 + zlib.MAX_WBITS,
    "deflate": zlib.MAX_WBITS,
}

_PIECE = 262_144
"""Bytes inflated before other requests are served: about a millisecond."""

_SHORT = 16_384
"""Bytes; what is longer is compressed in a thread, where it delays no other request."""

_SMALLEST_COMPRESSED = 300
"""Bytes; Kazoo's server compresses nothing shorter (docs/reference/wire.md, 2.2)."""

_ZLIB_METHOD = 0x08
"""In the low half of a zlib header's first byte. Some clients send deflate without a header."""


def require_known_coding(content_encoding: str) -> None:
    """Raise a 415 for a coding that bodies are not taken in."""
    if content_encoding not in _WINDOW_BITS:
        raise unsupported_content_coding(content_encoding)


async def inflated(content_encoding: str, body: bytes, limit: int) -> bytes:
    """The body that was compressed. Raises a 413 when it is longer than `limit`, a 400 for what
    is not compressed as it says, not complete, or followed by anything.
    """
    window_bits = _WINDOW_BITS[content_encoding]
    if content_encoding == "deflate" and body and body[0] & 0x0F != _ZLIB_METHOD:
        window_bits = -zlib.MAX_WBITS
    inflater = zlib.decompressobj(wbits=window_bits)
    text = bytearray()
    rest = body
    while not inflater.eof:
        try:
            piece = inflater.decompress(rest, _PIECE)
        except zlib.error:
            raise malformed_request("the body is not compressed", content_encoding) from None
        text += piece
        if len(text) > limit:
            raise body_too_large(limit)
        rest = inflater.unconsumed_tail
        if not piece and not rest and not inflater.eof:
            raise malformed_request("the compressed body is cut", content_encoding)
        if len(text) >= _PIECE:
            await asyncio.sleep(0)
    if inflater.unused_data:
        raise malformed_request("something follows the compressed body", content_encoding)
    return bytes(text)


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether `Accept-Encoding` lists gzip; of what has another form, nothing is accepted.

    No coding has parameters but its quality (RFC 9110, 12.5.3), so no comma is quoted.
    """
    if accept_encoding is None or "gzip" not in accept_encoding.lower():
        return False
    elements = (element.partition(";") for element in accept_encoding.split(","))
    return any(
        coding.strip(" \t").lower() == "gzip" and quality_of(f";{parameters}") > 0
        for coding, _, parameters in elements
    )


def is_worth_compressing(body: bytes) -> bool:
    """Whether a whole reply is compressed for a client that accepts it."""
    return len(body) >= _SMALLEST_COMPRESSED


def compress_stream(response: web.StreamResponse) -> None:
    """Have all that is written to a response compressed with gzip."""
    response.enable_compression(web.ContentCoding.gzip)


async def gzipped(body: bytes) -> bytes:
    """The body compressed with gzip."""
    if len(body) <= _SHORT:
        return _gzip(body)
    return await asyncio.get_running_loop().run_in_executor(None, _gzip, body)


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, wbits=_WINDOW_BITS["gzip"])
