"""What a store refuses or fails at.

There are three kinds: the store is away (`StoreUnavailable`: try again), another write came first
(`RevisionConflict`: read again), and it does not accept this document (`DocumentRefused`: trying
again is of no use, and other documents are not affected).
"""

from enum import StrEnum

from faxbox_service.documents.schema.errors import PropertyErrors
from faxbox_service.documents.types import DocumentId


class StoreError(Exception):
    """Anything a store can refuse or fail at."""


class DocumentNotFound(StoreError):
    """The document does not exist, or was deleted for good. Soft-deleted ones are found."""


class MissingDatabase(StoreError):
    """The database does not exist."""


class MissingView(StoreError):
    """The database has no such view, and the store did not (or may not) install it."""


class RevisionConflict(StoreError):
    """The document was changed, created or deleted since the stated revision."""


class StoreUnavailable(StoreError):
    """The store cannot be reached, timed out, is full, or refuses our user: try again later."""


class Refusal(StrEnum):
    """Why a store does not accept a document, or cannot read it, however often it is asked."""

    TOO_LARGE = "too large"
    INVALID = "invalid"
    """Something in it cannot be stored."""
    FORBIDDEN = "forbidden"
    """A function of the database's operator (`validate_doc_update`) refuses it."""
    UNREADABLE = "unreadable"
    """It exists and cannot be read, for instance because it nests too deeply."""


class DocumentRefused(StoreError):
    """One document is refused because of its content; no other is affected.

    `errors` says which property breaks which rule, where that is known.
    """

    def __init__(
        self,
        why: Refusal,
        database: str,
        document_id: DocumentId,
        reason: str,
        errors: PropertyErrors | None = None,
    ) -> None:
        # Quoted: it goes into logs, and an operator's function may repeat what clients sent.
        super().__init__(f"{document_id!r} in {database} is {why}: {reason!r}")
        self.why = why
        self.database = database
        self.document_id = document_id
        self.reason = reason
        self.errors = errors
