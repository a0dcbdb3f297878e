"""What can be wrong in a store: repaired by the service, or reported to operators."""

from dataclasses import dataclass
from enum import StrEnum

from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.stores.errors import DocumentRefused, Refusal


class Inconsistency(StrEnum):
    """What can be wrong with documents, above all with those that follow from others.

    The values are labels of a metric and names in the report of `faxbox repair`.
    """

    REPLICA_MISSING = "copy missing"
    REPLICA_STALE = "copy stale"
    REPLICA_ORPHANED = "copy orphaned"
    CLAIM_MISSING = "claim missing"
    CLAIM_STALE = "claim stale"
    ADDRESS_DUPLICATE = "address doubled"
    FAXBOX_DUPLICATE = "box in two accounts"
    ACCOUNT_REPLICA_STALE = "copy of an account missing or stale"
    CONFLICT = "document in conflict"
    REFUSED = "refused by the store"
    UNREADABLE = "document unreadable"

    @property
    def needs_operator(self) -> bool:
        """Whether it is only reported, and stays until an operator does something about it."""
        return self in _NEED_OPERATOR


_NEED_OPERATOR = (
    *(Inconsistency.ADDRESS_DUPLICATE, Inconsistency.FAXBOX_DUPLICATE),
    *(Inconsistency.CONFLICT, Inconsistency.REFUSED, Inconsistency.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One inconsistency, and the document in `faxes` that repairs it."""

    inconsistency: Inconsistency
    account_id: AccountId | None
    """None for a document that is not known to belong to an account."""
    faxbox_id: DocumentId | None = None
    address: str | None = None
    repair: Document | None = None
    """What to write to `faxes`; None for what operators decide, and for other databases."""
    conflicting: Document | None = None
    """The claim or replica of the other faxbox, where there are two."""
    revision: Revision | None = None
    """The faxbox's, when it was found; None for one that is gone."""
    location: tuple[str, DocumentId] | None = None
    """Database and id of a document that is itself inconsistent."""
    reason: str | None = None
    """What the store says of it, or which leaves it has."""

    def __str__(self) -> str:
        """For the log."""
        if self.location is not None:
            database, document_id = self.location
            return f"{document_id!r} in {database}: {self.inconsistency}: {self.reason!r}"
        return f"account {self.account_id}, faxbox {self.faxbox_id}: {self.inconsistency}"


def finding_of(error: DocumentRefused, account_id: AccountId | None) -> Finding:
    """A document that the store refuses, or cannot return."""
    is_unreadable = error.why is Refusal.UNREADABLE
    inconsistency = Inconsistency.UNREADABLE if is_unreadable else Inconsistency.REFUSED
    location = (error.database, error.document_id)
    return Finding(inconsistency, account_id, location=location, reason=error.reason)


def conflict_in(database: str, document: Document, account_id: AccountId | None) -> list[Finding]:
    """The finding that a document has leaves beside the winning one; none for others."""
    if "_conflicts" not in document:
        return []
    leaves = ", ".join([document["_rev"], *document["_conflicts"]])
    location = (database, document["_id"])
    return [
        Finding(Inconsistency.CONFLICT, account_id, location=location, reason=f"leaves {leaves}")
    ]
