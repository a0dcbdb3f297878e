"""What a resource is: the seam between HTTP and the nouns of the API."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, Protocol

from faxbox_service.documents.model.account import Account

from .call import Call
from .response.results import AnyReply, RawReply

ACCOUNTS_NOUN = "accounts"


class Access(Enum):
    """Who may call."""

    ANYONE = auto()
    TOKEN = auto()
    """Any valid token."""
    ACCOUNT = auto()
    """A valid token, and the tree rule on the path's account."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path of a resource: what follows its noun, and what each method does there."""

    arguments: tuple[str, ...]
    """Segments; one in braces stands for anything: `("{FAXBOX_ID}",)`."""
    operations: Mapping[str, str]
    """Methods in the order of Kazoo's headers, with the ids of their operations (OpenAPI)."""
    access: Access = Access.ACCOUNT
    is_below_account: bool = False
    """The noun follows an account, as it always does with `Access.ACCOUNT`."""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The arguments that stand for anything."""
        return tuple(argument for argument in self.arguments if argument.startswith("{"))


@dataclass(frozen=True, slots=True)
class DeclaredOperation:
    """A method of a path that the API has."""

    id: str
    method: str
    path: str
    """As OpenAPI writes it: `/v2/accounts/{ACCOUNT_ID}/faxboxes`."""
    access: Access


@dataclass(frozen=True, slots=True)
class Routes:
    """The paths of a resource: what the router serves, and what the OpenAPI document describes."""

    noun: str
    """The path segment that names the resource."""
    paths: tuple[Path, ...]

    def operations(self) -> Iterator[DeclaredOperation]:
        """Every method of every path."""
        for path in self.paths:
            is_below = path.is_below_account or path.access is Access.ACCOUNT
            if self.noun != ACCOUNTS_NOUN and is_below:
                noun = f"/v2/{ACCOUNTS_NOUN}/{{ACCOUNT_ID}}/{self.noun}"
            else:
                noun = f"/v2/{self.noun}"
            text = "/".join((noun, *path.arguments))
            for method, operation_id in path.operations.items():
                yield DeclaredOperation(operation_id, method, text, path.access)


class Resource(ABC):
    """A noun of the API. A subclass says what is different from the defaults."""

    has_previews: ClassVar[bool] = False
    """It shows what a change would do (`Call.is_preview`)."""
    is_login: ClassVar[bool] = False
    """It takes passwords or keys, each attempt of which is charged."""
    is_enclosing: ClassVar[bool] = False
    """It may stand between an account and the resource asked for (docs/reference/wire.md, 2.6): see
    `require`."""
    varies_by_account: ClassVar[bool] = False
    """Not every account has all its methods: see `methods_on`."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.noun = routes.noun
        self._any: dict[int, _Methods] = {}
        self._literal: list[tuple[tuple[str, ...], _Methods]] = []
        for path in routes.paths:
            methods = _Methods(tuple(path.operations), path.access)
            length = len(path.arguments)
            if len(path.placeholders) == length:
                self._any.setdefault(length, methods)
            else:
                self._literal.append((path.arguments, methods))

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The methods of this path, in the order of Kazoo's headers; None: no such path."""
        found = self._find(arguments)
        return None if found is None else found.names

    def methods_on(self, account: Account, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """The methods of a path that exists, where it belongs to that account."""
        return self.methods(arguments) or ()

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Who may use a method of a path that exists."""
        found = self._find(arguments)
        if found is None:
            raise LookupError(f"{self.noun} has no such path")
        return found.access

    async def require(self, account: Account, arguments: tuple[str, ...]) -> None:
        """Raise `BadIdentifier` unless what a path names between account and resource exists."""
        raise LookupError(f"{self.noun} encloses no other resource")

    @abstractmethod
    async def handle(self, call: Call) -> AnyReply:
        """Answer. Raises the errors of repositories, documents and stores, or `CrossbarError`."""

    def _find(self, arguments: tuple[str, ...]) -> "_Methods | None":
        for pattern, methods in self._literal:
            if _matches(pattern, arguments):
                return methods
        return self._any.get(len(arguments))


@dataclass(frozen=True, slots=True)
class _Methods:
    """The methods of a path, found for each request."""

    names: tuple[str, ...]
    access: Access


def _matches(pattern: Sequence[str], arguments: Sequence[str]) -> bool:
    return len(pattern) == len(arguments) and all(
        part == argument or part.startswith("{")
        for part, argument in zip(pattern, arguments, strict=True)
    )


class Pages(Protocol):
    """What is served beside the API."""

    def find(self, segments: list[str]) -> RawReply | None:
        """The page at a path, by its decoded segments."""
