"""What the repositories refuse, in the domain's words; `crossbar.errors` gives them statuses."""

from faxbox_service.documents.types import Revision


class RepositoryError(Exception):
    """A request that the data at hand does not allow."""


class BadIdentifier(RepositoryError):
    """No such document, or one that clients may not see: of another type, deleted."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"bad identifier {identifier!r}")
        self.identifier = identifier


class StaleRevision(RepositoryError):
    """The document changed since the revision the client named, or keeps changing under us."""

    def __init__(self, named: Revision | None = None) -> None:
        super().__init__("the document has changed")
        self.named = named
        """What the client's body names as the revision that it was made from, if it does."""


class PreconditionNotMet(RepositoryError):
    """An `If-Match` or `If-None-Match` header forbids the change."""


class InvalidCredentials(RepositoryError):
    """The token or credential proves nothing."""


class TokenExpired(RepositoryError):
    """The token was good once."""


class IdempotencyKeyReused(RepositoryError):
    """The key stands for another creation."""

    def __init__(self, key: str) -> None:
        super().__init__("an idempotency key was used for another creation")
        self.key = key


class TooMuchAtOnce(RepositoryError):
    """Others ask for as much work as there may be at a time; to be asked for again later."""


class AccountHasDescendants(RepositoryError):
    """The account cannot go before its descendants do."""
