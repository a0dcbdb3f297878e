"""What a resource is: the seam between HTTP and the nouns of the API."""

from enum import Enum, auto
from typing import Protocol, runtime_checkable

from faxbox_service.documents.model.account import Account

from .call import Call
from .response.results import AnyReply, RawReply


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
