"""What a resource answers: the results that replies are made of."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from faxbox_service.crossbar.auth.principal import Principal
from faxbox_service.crossbar.errors import NO_DATA
from faxbox_service.documents.types import Document, DocumentId, Json, Revision

Slot: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]
"""What limits how many work at once; held for each piece of the work."""


class ItemStream(Protocol):
    """The items of a listing that is too long to be held."""

    def texts(self, slot: Slot) -> AsyncIterator[bytes]:
        """Pieces of the array: the JSON texts of some items, joined by commas.

        The store is read while a `slot` is held, and nothing is sent meanwhile.
        """

    def members(self) -> Document:
        """What else the envelope says, known once all pieces have been taken."""


class Table(Protocol):
    """The rows of a CSV reply."""

    def __len__(self) -> int:
        """How many rows there are."""

    def chunks(self, *, is_safe: bool) -> Iterator[bytes]:
        """The text in pieces, some empty, the line of column names first.

        `is_safe`: a spreadsheet finds no formulas in it.
        """

    def close(self) -> None:
        """Free what holds the rows."""


@dataclass(slots=True)
class Reply:
    """A success: what goes into the envelope and the headers."""

    data: Json = NO_DATA
    status: int = 200
    revision: Revision | None = None
    """In the envelope, and as `etag` unless that says otherwise."""
    has_etag: bool = True
    location_id: DocumentId | None = None
    """What `location` adds to the request's path."""
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers of this success."""
    paging: Document = field(default_factory=dict)
    auth_token: str | None = None
    """A new token, in place of the request's."""
    principal: Principal | None = None
    """Who the caller is, when it is the resource that found out."""


@dataclass(slots=True)
class StreamReply:
    """A listing in pieces, in an envelope that ends with what is known only then."""

    items: ItemStream
    is_chunked: bool = False
    """In the form of `is_chunked`: the members after `data` are texts
    (docs/reference/wire.md, 3.4)."""


@dataclass(slots=True)
class TableReply:
    """A listing as CSV (docs/reference/wire.md, 2.5)."""

    table: Table
    revision: Revision | None = None
    """As `etag`."""
    paging: Document = field(default_factory=dict)
    """What an envelope would say of the page."""


@dataclass(slots=True)
class RawReply:
    """A reply without an envelope."""

    body: bytes
    content_type: str
    etag: str | None = None
    """A strong entity tag, without quotes."""
    headers: dict[str, str] = field(default_factory=dict)


AnyReply: TypeAlias = Reply | StreamReply | TableReply | RawReply
