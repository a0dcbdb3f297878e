"""What a reply is made from, beside the result of the request."""

from dataclasses import dataclass

from faxbox_service.documents.types import AccountId

from .auth.client_address import UNKNOWN
from .auth.credentials import Credential
from .auth.principal import Principal
from .request.parsed import METHODS
from .request.reply_format import ReplyFormat


@dataclass(slots=True)
class RequestContext:
    """What is known of a request at the time of its reply, be that a success or an error.

    The steps of the dispatcher hand their results on to each other. What replies show of a result
    is noted here as soon as there is one, so that the error of a later step shows it too.
    """

    request_id: str
    path: str
    query: str
    now: float
    """Unix seconds of its arrival."""
    format: ReplyFormat
    address: str = UNKNOWN
    """The client's, as rate limits go by it."""
    is_cross_origin: bool = False
    credential: Credential | None = None
    """What the request shows; most are repeated."""
    allowed: tuple[str, ...] = METHODS
    """The methods of the path, as far as they are known."""
    principal: Principal | None = None
    """Who asks, once that is proved and matters."""
    account_id: AccountId | None = None
    """The account of the path, once the caller may act on it."""
    language: str | None = None
    """What was negotiated; None before that."""
    none_match: frozenset[str] | None = None
    """The entity tags that the client has already."""

    @property
    def caller(self) -> str:
        """Whom the entity tag of a read is for: the token that it repeats, or else the user."""
        if self.credential is not None and self.credential.is_echoed:
            return self.credential.text
        # A hash of a password would let it be guessed.
        principal = self.principal
        return f"{principal.account.id}:{principal.user_id}" if principal is not None else ""
