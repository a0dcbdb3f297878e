"""What is found wrong in a store: mended, or told to people."""

from dataclasses import dataclass
from enum import StrEnum

from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.stores.base import DocumentRefused, Refusal


class Inconsistency(StrEnum):
    """What can be wrong with documents, above all with those that follow from others."""

    COPY_MISSING = "copy missing"
    COPY_STALE = "copy stale"
    COPY_ORPHANED = "copy orphaned"
    CLAIM_MISSING = "claim missing"
    CLAIM_STALE = "claim stale"
    DOUBLED = "address doubled"
    COPY_DOUBLED = "box in two accounts"
    ACCOUNT_COPY_STALE = "copy of an account missing or stale"
    CONFLICT = "document in conflict"
    REFUSED = "refused by the store"
    UNREADABLE = "document unreadable"

    @property
    def is_for_people(self) -> bool:
        """Whether it is only told, and stays until somebody does something about it."""
        return self in _FOR_PEOPLE


_FOR_PEOPLE = (
    *(Inconsistency.DOUBLED, Inconsistency.COPY_DOUBLED),
    *(Inconsistency.CONFLICT, Inconsistency.REFUSED, Inconsistency.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and the document in `faxes` that mends it."""

    fault: Inconsistency
    account_id: AccountId | None
    """None for a document of which nobody can tell whose it is."""
    faxbox_id: DocumentId | None = None
    address: str | None = None
    mended: Document | None = None
    """None for what only people can decide, and for what is not in `faxes`."""
    rival: Document | None = None
    """The claim or copy of the other box, where there are two."""
    revision: Revision | None = None
    """The box's, when the fault was found; None for one that is gone."""
    place: tuple[str, DocumentId] | None = None
    """Database and id of a document that is itself at fault."""
    reason: str | None = None
    """What the store says of it, or which leaves it has beside it."""

    def __str__(self) -> str:
        """For the log."""
        if self.place is not None:
            database, document_id = self.place
            return f"{document_id!r} in {database}: {self.fault}: {self.reason!r}"
        return f"account {self.account_id}, faxbox {self.faxbox_id}: {self.fault}"


def finding_of(error: DocumentRefused, account_id: AccountId | None) -> Finding:
    """A document that the store does not take, or cannot show."""
    fault = Inconsistency.UNREADABLE if error.why is Refusal.UNREADABLE else Inconsistency.REFUSED
    place = (error.database, error.document_id)
    return Finding(fault, account_id, place=place, reason=error.reason)


def conflict_in(database: str, document: Document, account_id: AccountId | None) -> list[Finding]:
    """The finding that a document has leaves beside the one that counts; none for others."""
    if "_conflicts" not in document:
        return []
    leaves = ", ".join([document["_rev"], *document["_conflicts"]])
    place = (database, document["_id"])
    return [Finding(Inconsistency.CONFLICT, account_id, place=place, reason=f"leaves {leaves}")]
