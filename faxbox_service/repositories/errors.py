"""What repositories refuse, in terms of the domain; `crossbar.errors` maps it to statuses."""

from faxbox_service.documents.types import Revision


class RepositoryError(Exception):
    """A request that the data at hand does not allow."""


class BadIdentifier(RepositoryError):
    """No such document, or one that clients may not see: of another type, deleted."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"bad identifier {identifier!r}")
        self.identifier = identifier


class StaleRevision(RepositoryError):
    """The document changed since the revision the client named, or changes too often."""

    def __init__(self, named: Revision | None = None) -> None:
        super().__init__("the document has changed")
        self.named = named
        """What the client's body names as the revision that it was made from, if it does."""


class PreconditionNotMet(RepositoryError):
    """An `If-Match` or `If-None-Match` header forbids the change."""


class InvalidCredentials(RepositoryError):
    """The token or credential proves nothing."""


class TokenExpired(RepositoryError):
    """The token was valid once."""


class IdempotencyKeyReused(RepositoryError):
    """The key stands for another creation."""

    def __init__(self, key: str) -> None:
        super().__init__("an idempotency key was used for another creation")
        self.key = key


class TooManyWaiting(RepositoryError):
    """As many jobs as may wait for a worker thread do; to be tried again later."""


class AccountHasDescendants(RepositoryError):
    """The account cannot be deleted before its descendants are."""
