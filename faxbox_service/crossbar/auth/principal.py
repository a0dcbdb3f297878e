"""Who a request is from, once a credential has proved it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.identity import Bearer
from faxbox_service.documents.model.token_restrictions import Restriction
from faxbox_service.documents.types import Document, DocumentId


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
