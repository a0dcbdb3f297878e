"""Which part of a listing a client asks for, and in which form.

See docs/reference/wire.md, 3.2 to 3.4.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import CrossbarError, faulty_request
from faxbox_service.crossbar.request.target import Query
from faxbox_service.documents.types import Document, Json
from faxbox_service.repositories.primitives.view_page import HIGHEST_TEXT

from .cursor import Key, decode_cursor, encode_cursor

_LARGEST_PAGE = 1_000_000
"""More than clients ask for, and within every store's integers."""

_LARGEST_CHUNK = 50


@dataclass(slots=True)
class PageRequest:
    """The wanted page; without a `size`, everything between the keys, which are inclusive."""

    size: int | None
    start_key: Key | None
    end_key: Key | None
    descending: bool
    chunk_size: int | None
    """Items in each piece of a chunked reply; None: the reply is not chunked."""

    @classmethod
    def of(cls, call: Call, default_size: int) -> "PageRequest":
        """Read the options of a call; rows are ordered by ids. Raises a 404 `faulty_request`."""
        start_key, end_key = call.option("start_key"), call.option("end_key")
        chunk_size = _chunk_size(call.options.query)
        return cls(
            size=_page_size(call, default_size) if _should_paginate(call) else None,
            start_key=_text_key(start_key) if isinstance(start_key, str) else None,
            end_key=end_key if isinstance(end_key, str) else None,
            descending=_is_descending(call.options.query),
            chunk_size=chunk_size if _is_true(call.options.query.first("is_chunked")) else None,
        )

    @classmethod
    def within(cls, call: Call, default_size: int, first: list[str]) -> "PageRequest":
        """The same for rows whose keys are lists that begin with the texts of `first`.

        No option leads to other rows: keys of other rows count as not given, and the envelope
        shows the bounds as Kazoo's does.
        """
        page = cls.of(call, default_size)
        low, high = first, [*first, HIGHEST_TEXT]
        start, end = (high, low) if page.descending else (low, high)
        page.start_key = _key_within(call.option("start_key"), first) or start
        page.end_key = _key_within(call.option("end_key"), first) or end
        return page

    def envelope(self, count: int, next_key: Key | None) -> Document:
        """The paging members of the reply's envelope; none without pagination."""
        if self.size is None:
            return {}
        members: Document = {}
        if next_key is not None:
            members["next_start_key"] = encode_cursor(next_key)
        members["page_size"] = count
        if self.start_key is not None:
            members["start_key"] = encode_cursor(self.start_key)
        return members


def _text_key(cursor: str) -> str:
    key = decode_cursor(cursor)
    return key if isinstance(key, str) else cursor


def _key_within(option: Json, first: list[str]) -> list[str] | None:
    """The key of a row among those whose keys begin so; None for any other."""
    key = decode_cursor(option) if isinstance(option, str) else None
    return key if isinstance(key, list) and key[: len(first)] == first else None


def _should_paginate(call: Call) -> bool:
    return call.option("paginate") in (None, True, "true")


def _is_descending(query: Query) -> bool:
    """The order of ids: descending unless the query says otherwise, either way.

    See docs/contract.md, 15.
    """
    descending, ascending = query.first("descending"), query.first("ascending")
    if _is_true(descending):
        return True
    return descending != "false" and ascending in (None, "false")


def _is_true(option: Json) -> bool:
    return option in (True, "true")


def _page_size(call: Call, default: int) -> int:
    option = call.option("page_size")
    return default if option is None else _size(option, "page size")


def _chunk_size(query: Query) -> int:
    option = query.first("chunk_size")
    if option is None:
        return _LARGEST_CHUNK
    size = _size(option, "chunk size")
    if size > _LARGEST_CHUNK:
        raise faulty_request(f"chunk size must be lower than {_LARGEST_CHUNK}")
    return size


def _size(option: Json, name: str) -> int:
    size = _rounded(option, faulty_request(f"invalid {name}"))
    if size < 1:
        raise faulty_request(f"{name} must be at least 1")
    return size


def _rounded(option: Json, error: CrossbarError) -> int:
    """A number given as a number or text, rounded; bounded, so that it costs no time."""
    try:
        if isinstance(option, bool):
            raise error
        exact = Decimal(option)
    except (InvalidOperation, ValueError, TypeError):
        raise error from None
    if not exact.is_finite():
        raise error
    bounded = max(Decimal(-1), min(exact, Decimal(_LARGEST_PAGE)))
    return int(bounded.to_integral_value("ROUND_HALF_UP"))
