"""What a resource is asked, and what it answers: the seam between HTTP and resources."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol, TypeAlias, runtime_checkable

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.identity import Bearer
from faxbox_service.documents.model.token_restrictions import Restriction
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.schema import InvalidDocument
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.repositories.primitives.preconditions import Precondition

from .errors import NO_DATA
from .request.negotiation import Representation
from .request.options import Options


@dataclass(slots=True)
class Principal:
    """Who asks: the token's account and, for a user's token, the user."""

    account: Account
    user_id: DocumentId | None
    claims: Document = field(repr=False)
    """All claims of the token."""
    bearers: tuple[Bearer, ...] = ()
    """All whom the token speaks for, this account and user last; each must be allowed to ask."""
    restrictions: tuple[Restriction, ...] = ()
    """What it may be used for, by each of them who is restricted."""

    def is_restricted(
        self, noun: str, arguments: Sequence[str], verb: str, account: Account | None
    ) -> bool:
        """Whether token restrictions forbid a request about an account (wire, 6.3)."""
        return any(
            restriction.forbids(noun, arguments, verb, account) for restriction in self.restrictions
        )


@dataclass(slots=True)
class Call:
    """One request, judged so far as HTTP and authorisation go."""

    method: str
    arguments: tuple[str, ...]
    account: Account | None
    """The account of the path; the caller may act on it."""
    principal: Principal | None
    request_id: str
    options: Options
    precondition: Precondition
    representation: Representation = Representation.JSON
    """What the reply to a read should be, where the resource has more than one."""
    token: str | None = field(default=None, repr=False)
    """The caller's token, when it was one that proved who asks."""
    idempotency_key: str | None = field(default=None, repr=False)
    """What a creation is known by when it is repeated."""
    is_preview: bool = False
    """The method is tunnelled through a GET: show what it would do, and do nothing (wire, 2.3)."""

    @property
    def author(self) -> Author:
        """Who makes the changes of this call."""
        if self.principal is None:
            return Author(self.request_id)
        claims = self.principal.claims
        return Author(
            self.request_id,
            self.principal.account.id,
            self.principal.user_id,
            claims.get("original_account_id"),
            claims.get("original_owner_id"),
        )

    def option(self, name: str) -> Json:
        """An option by its name."""
        return self.options.get(name)

    def should_soft_delete(self) -> bool:
        """Whether a DELETE only hides: unless the option says anything but true (wire, 4.7)."""
        return self.option("should_soft_delete") in (None, True, "true")

    def path_account(self) -> Account:
        """The account of the path, for resources that only exist below one."""
        if self.account is None:
            raise LookupError("a resource of accounts was called without one")
        return self.account

    def data(self) -> Document:
        """The envelope's `data`. Raises `InvalidDocument` when it is not an object."""
        data = self.options.envelope.get("data", {})
        if isinstance(data, dict):
            return data
        raise InvalidDocument(
            {
                "": {
                    "type": {
                        "message": "Value did not match type(s): object",
                        "target": "object",
                        "value": data,
                    }
                }
            }
        )


Place: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]
"""Where work is done that only so many may do at once; entered for each piece of it."""


class ItemStream(Protocol):
    """The items of a listing that is too long to be held."""

    def texts(self, place: Place) -> AsyncIterator[bytes]:
        """Pieces of the array: the JSON texts of some items, joined by commas.

        The store is read within a `place`, which is held no longer.
        """

    def members(self) -> Document:
        """What else the envelope says, known once all pieces have been taken."""


class Table(Protocol):
    """The rows of a CSV reply."""

    def __len__(self) -> int:
        """How many rows there are."""

    def chunks(self, *, is_safe: bool) -> Iterator[bytes]:
        """The text in pieces, some empty, the line of column names first.

        `is_safe`: a spreadsheet finds no formula in it.
        """

    def close(self) -> None:
        """Let go of what holds the rows."""


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
    """What else is said of this success."""
    paging: Document = field(default_factory=dict)
    auth_token: str | None = None
    """A new token, in place of the request's."""
    principal: Principal | None = None
    """Whom the request authenticated, when it is the resource that did."""


@dataclass(slots=True)
class StreamReply:
    """A listing in pieces, in an envelope that ends with what is known only then."""

    items: ItemStream
    is_chunked: bool = False
    """In the form of `is_chunked`: the members after `data` are texts (wire, 3.4)."""


@dataclass(slots=True)
class TableReply:
    """A listing as CSV (wire, 2.5)."""

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


class Access(Enum):
    """Who may call."""

    ANYONE = auto()
    TOKEN = auto()
    """Any valid token."""
    ACCOUNT = auto()
    """A valid token, and the tree rule on the path's account."""


class Resource(Protocol):
    """A noun of the API."""

    @property
    def noun(self) -> str:
        """The path segment that names it."""

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The methods of this path, in the order of Kazoo's headers; None: no such path."""

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Who may use a method of a path."""

    async def handle(self, call: Call) -> AnyReply:
        """Answer. Raises the errors of repositories, documents and stores, or `CrossbarError`."""


@runtime_checkable
class Previewing(Resource, Protocol):
    """A resource that shows what a change would do (`Call.is_preview`)."""

    @property
    def has_previews(self) -> bool:
        """True."""


@runtime_checkable
class LoggingIn(Resource, Protocol):
    """A resource that takes passwords or keys, each attempt of which is paid for."""

    @property
    def is_login(self) -> bool:
        """True."""


@runtime_checkable
class Particular(Resource, Protocol):
    """A resource that not every account has all methods of."""

    def methods_on(self, account: Account, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """The methods of a path that exists, where it belongs to that account."""


@runtime_checkable
class Enclosing(Resource, Protocol):
    """A noun that may stand between an account and the resource asked for (wire, 2.6)."""

    async def require(self, account: Account, arguments: tuple[str, ...]) -> None:
        """Raise `BadIdentifier` unless what the path names there exists."""


class Pages(Protocol):
    """What is served beside the API."""

    def find(self, segments: list[str]) -> RawReply | None:
        """The page at a path, by its decoded segments."""
