"""Hostile requests as a grammar: what repeats, nests, is cut, escaped or out of order, combined."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from hypothesis import strategies as st

from .ground import Sender
from .kinds.header_values import READ
from .kinds.options import READ as OPTIONS

Bytes: TypeAlias = st.SearchStrategy[bytes]

Packing: TypeAlias = tuple[Callable[[bytes], bytes], tuple[tuple[str, bytes], ...]]
"""What is done to a body, and what the headers say of that; `@` stands for its length."""

LONGEST = 6_000
"""Repetitions of one piece."""

_PIECES = (
    *(
        piece.encode()
        for piece in (
            *(
                " ",
                "\t",
                ",",
                ";",
                "=",
                '"',
                "\\",
                '\\"',
                "'",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "<",
                ">",
            ),
            *(
                "a",
                "A",
                "0",
                "9",
                ".",
                "-",
                "_",
                "+",
                "*",
                "/",
                "..",
                "%",
                "%41",
                "%ff",
                "&",
                "?",
                "#",
            ),
            *("a;", ";q=0.5", "a/b,", '"a",', "W/", "é", "\u2028", "\U0001f600", "1e9", "-1", "0."),
            *("null", "true", "[]", "{}", "[1],", '{"a":', '"\\ud800"', "\\u0000", "\\", "a=b&"),
        )
    ),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x01", b"\x7f", b"\x80"),
)

_METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "A")

_PATHS = (
    *("/v2/schemas", "/v2/schemas/faxbox", "/v2/user_auth", "/v2/api_auth", "/v2/token_auth"),
    *("/v2/accounts/<tenant>", "/v2/accounts/<tenant>/faxboxes", "/v2/account/faxboxes"),
    *("/v2/accounts/<tenant>/faxboxes/<nobody>", "/v2/accounts/<tenant>/users/<nobody>"),
    *("/v2/accounts/<tenant>/children", "/v2/schemas/faxbox/validation", "/", "*"),
    *("/v2/schemas/token_restrictions/validation", "http://a/v2/schemas", "/docs", "/v1"),
)

_WRITTEN = (
    *("/v2/user_auth", "/v2/api_auth", "/v2/schemas/faxbox/validation"),
    *("/v2/accounts/<tenant>/faxboxes/<fuzzed>", "/v2/accounts/<tenant>/faxboxes"),
    *("/v2/schemas/token_restrictions/validation", "/v2/schemas/users/validation"),
)

_LOOKED_AT = (
    *("/v2/schemas", "/v2/accounts/<tenant>/faxboxes", "/v2/accounts/<tenant>/faxboxes/<fuzzed>"),
    *("/v2/accounts/<tenant>/children", "/v2/token_auth"),
)

_MEDIA_TYPES = (
    *("application/json", "text/plain", "", "multipart/form-data; boundary=b", "multipart/mixed"),
    *("application/x-www-form-urlencoded", "application/json; charset=utf-16"),
)

_FIELDS = (
    *("name", "retries", "flags", "notifications", "smtp_permission_list", "attempts", "media"),
    *("custom_smtp_email_address", "fax_timezone", "id", "_rev", "pvt_type", "credentials"),
    *("username", "password", "account_name", "phone_number", "as", "restrictions", "api_key"),
)


@dataclass(frozen=True, slots=True)
class Message:
    """A request on the wire, the ids of the ground still in angle brackets."""

    who: Sender
    method: str
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def bytes(self, shown: tuple[tuple[str, str], ...]) -> bytes:
        """As it is sent; `shown` are the headers of the sender."""
        lines = [b" ".join((self.method.encode(), self.target, b"HTTP/1.1")), b"Host: a"]
        lines += [f"{name}: {value}".encode() for name, value in shown]
        lines += [name.encode() + b": " + value for name, value in self.headers]
        return b"\r\n".join((*lines, b"", self.body))


class Part(Enum):
    """What may be hostile about a request."""

    METHOD = auto()
    TARGET = auto()
    HEADERS = auto()
    BODY = auto()
    PACKING = auto()
    FRAMING = auto()
    MEDIA_TYPE = auto()


_HOSTILE_PARTS = st.sets(
    # As likely as there is something to find in it.
    st.sampled_from((*Part, Part.TARGET, Part.HEADERS, *(Part.BODY,) * 4)),
    min_size=1,
    max_size=2,
)
_WRITING = ("PUT", "POST", "PATCH")
_METHOD = st.sampled_from(_METHODS)
_SOUND_METHOD = st.sampled_from(("GET", "GET", "PUT", "PUT", "PUT", "PATCH", "POST", "DELETE"))
_SOUND_PATHS = {
    True: st.sampled_from(_WRITTEN).map(str.encode),
    False: st.sampled_from(_LOOKED_AT).map(str.encode),
}
_SENDERS = st.sampled_from(
    (Sender.STRANGER, Sender.FORGED, Sender.USER, Sender.USER, Sender.USER, Sender.BASIC)
)
_SOUND_BODY = b'{"data":{"name":"x"}}'
_UNPACKED: Packing = (lambda body: body, ())
_COUNTED: Packing = (lambda body: body, (("Content-Length", b"@"),))


def pieces() -> Bytes:
    """One piece of what parsers trip over, or a few bytes."""
    return st.sampled_from(_PIECES) | st.binary(min_size=1, max_size=4)


def runs(longest: int = LONGEST) -> Bytes:
    """A piece repeated, seldom alone: with something before and behind it."""

    def run(before: bytes, piece: bytes, count: int, after: bytes) -> bytes:
        return before + piece * min(count, max(1, longest // len(piece))) + after

    some = st.just(b"") | pieces()
    return st.builds(run, some, pieces(), st.integers(0, longest), some)


def texts(longest: int = LONGEST) -> Bytes:
    """A few runs in a row."""
    return st.lists(runs(longest // 3), min_size=0, max_size=3).map(b"".join)


def header_values() -> Bytes:
    """Anything that does not end the line."""
    return texts().map(lambda value: value.translate(None, b"\r\n\0").strip())


def targets() -> Bytes:
    """A path of ours, or more of one, and a query string."""
    path = st.builds(
        lambda path, more: path.encode() + more,
        st.sampled_from(_PATHS),
        st.just(b"") | texts(3_000),
    )
    parameter = st.builds(
        lambda name, value: name.encode() + b"=" + value,
        st.sampled_from((*OPTIONS, "filter_a.b.1", "filter_not_flags", "a")),
        texts(1_500),
    )
    query = st.lists(parameter, max_size=25).map(b"&".join) | texts(3_000)
    return st.builds(
        lambda path, query: (path + (b"?" + query if query else b"")).translate(None, b"\r\n\0 ")[
            :8_000
        ],
        path,
        st.just(b"") | query,
    )


def json_texts() -> Bytes:
    """JSON, nearly JSON, and what only looks like it."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=20),
    ).map(lambda value: json.dumps(value).encode())
    odd = st.one_of(
        st.integers(1, LONGEST).map(lambda count: b"9" * count),
        st.integers(1, LONGEST).map(lambda count: b"0." + b"9" * count),
        st.integers(1, LONGEST).map(lambda count: b"1e" + b"9" * count),
        texts().map(lambda text: b'"' + text.translate(None, b'"\\') + b'"'),
        st.integers(1, 1_000).map(lambda count: b'"' + b"\\ud83d\\ude00" * count + b'"'),
        st.sampled_from((b'"\\ud800"', b'"\\udc00\\ud800"', b"NaN", b"1e999", b"-0", b"[")),
        texts(),
    )
    return st.recursive(scalars | odd, _larger, max_leaves=12)


def _larger(inner: Bytes) -> Bytes:
    return st.one_of(
        st.builds(
            _nested, st.sampled_from((b"[", b'{"a":', b'[{"a":')), st.integers(1, 600), inner
        ),
        st.builds(_repeated, inner, st.integers(1, 12_000)),
        st.builds(_keys, st.integers(1, 6_000), st.booleans(), inner),
        st.lists(st.tuples(st.sampled_from(_FIELDS), inner), max_size=5).map(_object),
        st.builds(
            lambda name, value: _object([("k" * name, value)]), st.integers(1, LONGEST), inner
        ),
        st.builds(lambda text, at: text[:at], inner, st.integers(0, LONGEST)),
    )


def _nested(opening: bytes, levels: int, inner: bytes) -> bytes:
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"), b'"a:')[::-1]
    return opening * levels + inner + closing * levels


def _repeated(item: bytes, count: int) -> bytes:
    return b"[" + b",".join([item] * min(count, max(1, 40_000 // (len(item) + 1)))) + b"]"


def _keys(count: int, is_late: bool, value: bytes) -> bytes:
    """Names in order, but for the first where that `is_late`."""
    numbers = [*([9_999_999] if is_late else []), *range(min(count, 40_000 // (len(value) + 12)))]
    return b"{" + b",".join(b'"%07d":%s' % (number, value) for number in numbers) + b"}"


def _object(members: list[tuple[str, bytes]]) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), text) for name, text in members) + b"}"


def envelopes() -> Bytes:
    """Bodies: an envelope with data and options, or anything else."""
    data = json_texts()
    option = st.tuples(st.sampled_from((*OPTIONS, "auth_token", "revision", "action")), data)
    whole = st.builds(
        lambda data, options: _object([("data", data), *options]),
        data,
        st.lists(option, max_size=3),
    )
    return whole | data | texts()


def packings() -> st.SearchStrategy[Packing]:
    """How a body is packed, and what the headers say of that."""
    cut = st.integers(1, 60)
    coded = st.sampled_from(("gzip", "deflate", "x-gzip", "br", "gzip, gzip", "identity", "GZIP"))
    coding = coded.map(lambda name: (("Content-Encoding", name.encode()),))
    packers: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
        st.just(lambda body: body),
        st.just(gzip.compress),
        st.just(zlib.compress),
        cut.map(lambda size: lambda body: gzip.compress(body)[:-size]),
        cut.map(lambda size: lambda body: gzip.compress(body) * size),
        cut.map(lambda size: lambda body: gzip.compress(body + b" " * size * 100_000)),
    )
    return st.tuples(packers, st.just(()) | coding)


def framings() -> st.SearchStrategy[Packing]:
    """How the end of a body is told, rightly most of the time."""
    sizes = st.integers(1, 64)
    extensions = st.just(b"") | texts(100).map(lambda text: b";" + text.translate(None, b"\r\n"))
    trailers = st.sampled_from((b"", b"A: b\r\n", b"A: b\r\n" * 200, b"Content-Length: 5\r\n"))
    chunked = (("Transfer-Encoding", b"chunked"),)
    oddities = st.sampled_from(
        (b"0\r\n", b"-1\r\n", b"ffffffffffffffff\r\n", b"1\n", b"zz\r\n", b"\r\n", b"1;\r\n\r\n")
    )
    return st.one_of(
        st.just(_COUNTED),
        st.builds(
            lambda size, extension, trailer: (
                lambda body: _chunks(body, size, extension) + b"0\r\n" + trailer + b"\r\n",
                chunked,
            ),
            sizes,
            extensions,
            trailers,
        ),
        st.builds(
            lambda odd: (lambda body: _chunks(body, 1_000, b"") + odd + b"\r\n\r\n", chunked),
            oddities,
        ),
    )


def _chunks(body: bytes, size: int, extension: bytes) -> bytes:
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)


_HEADER_NAMES = st.sampled_from((*READ, "A", "Content-Length", "X-" + "a" * 99))
_HEADERS = st.lists(st.tuples(_HEADER_NAMES, header_values()), min_size=1, max_size=6)
_MEDIA_TYPE = st.sampled_from(_MEDIA_TYPES).map(str.encode)
_ENVELOPES = envelopes()
_PACKINGS = packings()
_FRAMINGS = framings()
_TARGETS = targets()


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A request of somebody, hostile in one or two of its parts: all of it is seldom understood."""
    hostile = draw(_HOSTILE_PARTS)
    method = draw(_METHOD if Part.METHOD in hostile else _SOUND_METHOD)
    path = draw(_SOUND_PATHS[method in _WRITING])
    target = draw(_TARGETS) if Part.TARGET in hostile else path
    headers = draw(_HEADERS) if Part.HEADERS in hostile else []
    body = b""
    if method in _WRITING or Part.BODY in hostile:
        envelope = draw(_ENVELOPES) if Part.BODY in hostile else _SOUND_BODY
        pack, coded = draw(_PACKINGS) if Part.PACKING in hostile else _UNPACKED
        frame, framed = draw(_FRAMINGS) if Part.FRAMING in hostile else _COUNTED
        packed = pack(envelope)
        body = frame(packed)
        length = str(len(packed)).encode()
        kind = draw(_MEDIA_TYPE) if Part.MEDIA_TYPE in hostile else b"application/json"
        headers += [("Content-Type", kind), *coded]
        headers += [(name, value.replace(b"@", length)) for name, value in framed]
    return Message(draw(_SENDERS), method, target, tuple(headers), body)


def rubbish() -> Bytes:
    """What is hardly a request: a line of ours, and then bytes; or bytes alone."""
    line = st.sampled_from((b"GET /v2/schemas HTTP/1.1", b"PUT /v2/user_auth HTTP/1.1", b""))
    return st.builds(
        lambda line, more, headers, body: line + more + b"\r\n" + headers + b"\r\n" + body,
        line,
        st.just(b"") | texts(500),
        texts(2_000),
        texts(2_000),
    )
