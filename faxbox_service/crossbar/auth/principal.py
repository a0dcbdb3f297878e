"""Who a request is from, once a credential has proved it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.identity import Bearer
from faxbox_service.documents.model.token_restrictions import Restriction
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.errors import InvalidCredentials, TokenExpired

from .credentials import Credential


@dataclass(slots=True)
class Principal:
    """Who sent a request: the credential's account and, for a user's, the user."""

    account: Account
    user_id: DocumentId | None
    claims: Document = field(repr=False)
    """All claims of the token."""
    bearers: tuple[Bearer, ...] = ()
    """All that the token speaks for, this account and user last; each must be allowed to."""
    restrictions: tuple[Restriction, ...] = ()
    """What the token may be used for, by each of them that is restricted."""

    def is_restricted(
        self, noun: str, arguments: Sequence[str], verb: str, account: Account | None
    ) -> bool:
        """Whether token restrictions forbid a request about an account.

        See docs/reference/wire.md, 6.3.
        """
        return any(
            restriction.forbids(noun, arguments, verb, account) for restriction in self.restrictions
        )


class Identification(NamedTuple):
    """What a request shows of its sender, and what that was found to prove so far."""

    credential: Credential | None = None
    principal: Principal | None = None
    refusal: type[InvalidCredentials | TokenExpired] | None = None
    """What the credential was refused with: not the exception itself, whose traceback leads to the
    frames of the request and would keep it in memory."""


UNIDENTIFIED = Identification()
