"""What is fuzzed by coverage: each function of ours that reads what others write, by a name.

A target takes any bytes. It may raise what its function is declared to raise, which it catches;
anything else that leaves it is a finding, an `AssertionError` of its own as well.
"""

import asyncio
import csv
import io
import json
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

from faxbox_service.crossbar.auth.client_address import ClientAddresses
from faxbox_service.crossbar.auth.credentials import parse_basic
from faxbox_service.crossbar.body.decoding import decode_envelope
from faxbox_service.crossbar.body.multipart import json_part
from faxbox_service.crossbar.content_coding import (
    IDENTITY,
    accepts_gzip,
    inflated,
    require_known_coding,
)
from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.listing.cursor import decode_cursor, encode_cursor
from faxbox_service.crossbar.listing.filters import Filters
from faxbox_service.crossbar.request.conditional import parse_if_match, parse_if_none_match
from faxbox_service.crossbar.request.negotiation import (
    negotiated_language,
    negotiated_representation,
)
from faxbox_service.crossbar.request.reply_format import checked_callback
from faxbox_service.crossbar.request.target import Query, origin_form, split_path
from faxbox_service.crossbar.response.csv_table import CsvRules, CsvTable
from faxbox_service.crossbar.response.streaming import content_disposition
from faxbox_service.crossbar.time_slices import Steps
from faxbox_service.documents.json.shape import ShapeExceeded, ShapeLimits, require_shape
from faxbox_service.documents.json.text import (
    InvalidJson,
    canonical_json,
    decode_json,
    encode_json,
    pretty_json,
)
from faxbox_service.documents.merge import merge_patch
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.callback_urls import BlockedHosts
from faxbox_service.documents.model.signed_token import key_id_of
from faxbox_service.documents.model.smtp_address import address_error, folded
from faxbox_service.documents.model.token_restrictions import is_restricted
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.schema.regular_expression import is_regular_expression
from faxbox_service.documents.schema.walk import TooManySteps
from faxbox_service.networks import parse_networks

Target: TypeAlias = Callable[[bytes], None]

_LIMITS = ShapeLimits(members=50, items=100, nodes=300, levels=20)
_LONGEST_PRETTY = 100_000
_LONGEST_BODY = 1_000_000
_MOST_FILTERS = 20
_TABLES = CsvRules(most_columns=50)
_SIGNS = ("=", "+", "-", "@")
_BLANKS = "".join(map(chr, range(33)))
_SEPARATORS = re.compile("[;\t\r\n]")
_SCHEMAS = ("faxbox", "users", "accounts", "token_restrictions", "user_auth", "api_auth")
_ADDRESSES = ClientAddresses(parse_networks("10.0.0.0/8,::1,fd00::/8"))
_ACCOUNT = Account.of({"_id": "0" * 32, "name": "x"})
_BLOCKED = BlockedHosts.parse("10.0.0.0/8,127.0.0.0/8,::1,localhost,*.internal")


def fuzz_target(data: bytes) -> None:
    """The target of a request."""
    text = _as_header(data)
    with suppress(CrossbarError):
        path, _, query_text = origin_form(text).partition("?")
        segments, query = split_path(path), Query(query_text)
        for part in (*segments, *(name for name, _ in query.pairs())):
            part.encode()
        Filters.of(query, _MOST_FILTERS)


def fuzz_headers(data: bytes) -> None:
    """Headers of negotiation, preconditions and credentials."""
    text = _as_header(data)
    for read in (
        *(negotiated_representation, negotiated_language, accepts_gzip),
        *(parse_if_match, parse_if_none_match, parse_basic, checked_callback),
        *(content_disposition, key_id_of),
    ):
        with suppress(CrossbarError):
            read(text)
    _ADDRESSES.find("10.0.0.1", text.split("\n"))


def fuzz_body(data: bytes) -> None:
    """A body under a media type, the first line."""
    kind, _, body = data.partition(b"\n")
    with suppress(CrossbarError):
        envelope = asyncio.run(decode_envelope("PUT", _as_header(kind), body, _LIMITS))
        decode_json(encode_json(envelope))
    json_part(_as_header(kind), body)


def fuzz_shape(data: bytes) -> None:
    """What is said of a JSON text before it is decoded is true."""
    try:
        value = decode_json(data)
    except InvalidJson:
        with suppress(ShapeExceeded):
            require_shape(data, _LIMITS)
        return
    try:
        require_shape(data, _LIMITS)
    except ShapeExceeded as exceeded:
        # Of members with the same name decoding keeps the last.
        assert exceeded.limit <= _most(value)[exceeded.rule] or _has_same_names(data)
        return
    most = _most(value)
    for rule, limit in (
        ("maxProperties", _LIMITS.members),
        ("maxItems", _LIMITS.items),
        ("maxDepth", _LIMITS.levels),
    ):
        assert most[rule] <= limit, (rule, most[rule])


def fuzz_coding(data: bytes) -> None:
    """A compressed body; the first byte says how it is compressed, and whether by us."""
    codings = ("gzip", "deflate", "x-gzip")
    coding = codings[data[0] % len(codings)] if data else "gzip"
    assert coding not in IDENTITY
    require_known_coding(coding)
    body = data[1:]
    if data[:1] > b"\x7f":
        packed = zlib.compressobj(wbits=15 if coding == "deflate" else 31)
        body = packed.compress(data[1:]) + packed.flush()
    with suppress(CrossbarError):
        text = asyncio.run(inflated(coding, body, _LONGEST_BODY))
        assert data[:1] <= b"\x7f" or text == data[1:]


def fuzz_json(data: bytes) -> None:
    """JSON there and back, canonical and pretty."""
    with suppress(InvalidJson):
        value = decode_json(data)
        text = encode_json(value)
        assert decode_json(text) == value
        assert decode_json(canonical_json(value)) == value
        shown = pretty_json(text, _LONGEST_PRETTY)
        assert shown is None or decode_json(shown) == value
        if isinstance(value, dict):
            assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def fuzz_filters(data: bytes) -> None:
    """A query, the first line, asked of a document: all filters say what each says by itself."""
    query, _, document = data.partition(b"\n")
    stored = _document(document)
    with suppress(CrossbarError):
        parameters = [part for part in _as_header(query).split("&") if part]
        each = [_passes(part, stored) for part in parameters]
        assert _passes("&".join(parameters), stored) == all(each)


def _passes(query: str, document: dict[str, Any]) -> bool:
    parameters = Query(query)
    judgement = Filters.of(parameters, _MOST_FILTERS).passes(document, document)
    return judgement if isinstance(judgement, bool) else _result(judgement)


def fuzz_cursor(data: bytes) -> None:
    """Cursors lead back to their keys; anything else is a key."""
    text = data.decode("utf-8", "replace")
    key = decode_cursor(text)
    assert key == text or encode_cursor(key) == text
    assert decode_cursor(encode_cursor(text)) == text


def fuzz_table(data: bytes) -> None:
    """What is in a document's table is what readers of CSV find in it."""
    document = _document(data)
    for is_safe in (False, True):
        table = CsvTable(_TABLES)
        try:
            with suppress(CrossbarError):
                _result(table.add(document))
                _result(table.add({"id": "last"}))
                _require_table(b"".join(table.chunks(is_safe=is_safe)).decode(), is_safe=is_safe)
        finally:
            table.close()


def _require_table(text: str, *, is_safe: bool) -> None:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    # A line without cells is how one cell of nothing is written.
    assert len({len(row) or 1 for row in rows}) <= 1, rows
    for cell in (cell for row in rows for cell in row if is_safe):
        for part in _SEPARATORS.split(cell):
            assert not part.lstrip(_BLANKS).startswith(_SIGNS), cell


def fuzz_schema(data: bytes) -> None:
    """A document is judged by one of our schemas, which the first byte selects."""
    schema = packaged_schema(_SCHEMAS[data[0] % len(_SCHEMAS)] if data else "faxbox")
    document = _document(data[1:])
    before = encode_json(document)
    with suppress(InvalidDocument, TooManySteps):
        valid = schema.validate(document)
        assert schema.validate(valid) == valid
    assert encode_json(document) == before


def fuzz_merge(data: bytes) -> None:
    """PATCHes: what was changed is there, and a change made twice changes nothing more."""
    first, _, second = data.partition(b"\n")
    stored, changes = _document(first), _document(second)
    before = encode_json(stored)
    once = merge_patch(stored, changes)
    assert encode_json(stored) == before
    assert merge_patch(once, changes) == once


def fuzz_callback(data: bytes) -> None:
    """A callback URL is blocked, or it is not."""
    url = data.decode("utf-8", "replace")
    with suppress(InvalidDocument):
        _BLOCKED.require_allowed({"notifications": {"inbound": {"callback": {"url": url}}}})


def fuzz_address(data: bytes) -> None:
    """An address is taken only in the form in which all who read it read the same."""
    text = data.decode("utf-8", "replace")
    if address_error(text) is None:
        assert text.isascii() and text.isprintable() and " " not in text
        assert address_error(folded(text)) is None
        assert folded(folded(text)) == folded(text)


def fuzz_expression(data: bytes) -> None:
    """A regular expression compiles, or it does not."""
    is_regular_expression(data.decode("utf-8", "replace"))


def fuzz_restrictions(data: bytes) -> None:
    """Restrictions of any shape that their schema takes forbid something, or nothing."""
    path, _, document = data.partition(b"\n")
    rules = _document(document)
    with suppress(InvalidDocument, TooManySteps):
        packaged_schema("token_restrictions").validate({"restrictions": {"_": {"_": rules}}})
        arguments = path.decode("utf-8", "replace").split("/")[:3]
        is_restricted(rules, "faxboxes", arguments, "GET", _ACCOUNT, None)


TARGETS: dict[str, Target] = {
    name.removeprefix("fuzz_"): target
    for name, target in dict(globals()).items()
    if name.startswith("fuzz_")
}


def _as_header(data: bytes) -> str:
    """Bytes as aiohttp hands on a header, but for what is refused before: those not UTF-8."""
    return data.decode("utf-8", "replace")


def _result(steps: Steps[Any]) -> Any:
    """What comes of the steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _document(data: bytes) -> dict[str, Any]:
    """An object: the JSON that the bytes are, or one made of them."""
    try:
        value = decode_json(data)
    except InvalidJson:
        value = data.decode("utf-8", "replace")
    return value if isinstance(value, dict) else {"name": value}


def _most(value: Any) -> dict[str, int]:
    """The most members, items and levels of a value, and all that there is in it."""
    most = {"maxProperties": 0, "maxItems": 0, "maxDepth": 0, "maxNodes": 0}
    pending = [(value, 0)]
    while pending:
        part, level = pending.pop()
        most["maxNodes"] += 1
        if isinstance(part, dict | list):
            name = "maxProperties" if isinstance(part, dict) else "maxItems"
            most[name] = max(most[name], len(part))
            most["maxDepth"] = max(most["maxDepth"], level + 1)
            inner = part.values() if isinstance(part, dict) else part
            pending.extend((item, level + 1) for item in inner)
    return most


def _has_same_names(data: bytes) -> bool:
    """Whether some object of a JSON text has a member twice."""
    found = False

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len(dict(members)) < len(members)
        return dict(members)

    json.loads(data, object_pairs_hook=pairs)
    return found
