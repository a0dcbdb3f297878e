"""Which part of a listing a client asks for (wire, 3.3)."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from faxbox_service.documents.types import Document

from .call import Call
from .cursor import decode_cursor, encode_cursor
from .errors import faulty_request

_LARGEST_PAGE = 1_000_000
"""More than anyone asks for, and within every store's integers."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The wanted page; without a `size`, everything from `start_key` on."""

    size: int | None
    start_key: str | None

    @classmethod
    def of(cls, call: Call, default_size: int) -> "PageRequest":
        """Read the options of a call. Raises a 404 `faulty_request`."""
        start_key = call.option("start_key")
        return cls(
            size=_page_size(call, default_size) if _should_paginate(call) else None,
            start_key=decode_cursor(start_key) if isinstance(start_key, str) else None,
        )

    def envelope(self, count: int, next_key: str | None) -> Document:
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


def _should_paginate(call: Call) -> bool:
    return call.option("paginate") in (None, True, "true")


def _page_size(call: Call, default: int) -> int:
    option = call.option("page_size")
    if option is None:
        return default
    try:
        if isinstance(option, bool):
            raise InvalidOperation
        exact = Decimal(option)
        if not exact.is_finite():
            raise InvalidOperation
    except (InvalidOperation, ValueError, TypeError):
        raise faulty_request("invalid page size") from None
    bounded = max(Decimal(-1), min(exact, Decimal(_LARGEST_PAGE)))
    size = int(bounded.to_integral_value("ROUND_HALF_UP"))
    if size < 1:
        raise faulty_request("page size must be at least 1")
    return size
