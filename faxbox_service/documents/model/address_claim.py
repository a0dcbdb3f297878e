"""Claims of addresses: documents in `faxes` that keep addresses unique (docs/contract.md, 6).

The id is made from the address, so that of two requests for it one creates the claim.
"""

from hashlib import sha256

from faxbox_service.documents.names import encoded_account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId, GregorianSeconds

CLAIM = "faxbox_address"

CLAIM_PREFIX = "faxbox_address"
"""What the ids of all claims begin with."""

_LONGEST_ADDRESS = 200
"""UTF-8 bytes in an id; a domain name has 253 at most, and ids go into URLs."""


def claim_id(address: str) -> DocumentId:
    """The id of the claim of an address, which is in lower case."""
    text = address.encode()
    if len(text) > _LONGEST_ADDRESS:
        return f"{CLAIM_PREFIX}_sha256-{sha256(text).hexdigest()}"
    return f"{CLAIM_PREFIX}-{address}"


def new_claim(
    address: str,
    faxbox_id: DocumentId,
    account_id: AccountId,
    now: GregorianSeconds,
    reserved_seconds: int = 0,
    reserved_by: str = "",
) -> Document:
    """A faxbox's claim of an address.

    For `reserved_seconds` no other faxbox takes it over, although the faxbox may not exist yet. The
    request that reserved it is named, because others may claim the same address for the same
    faxbox.
    """
    claim: Document = {
        "_id": claim_id(address),
        "address": address,
        "faxbox_id": faxbox_id,
        "pvt_type": CLAIM,
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
        "pvt_created": now,
        "pvt_modified": now,
    }
    if reserved_seconds:
        claim |= {"reserved_until": now + reserved_seconds, "reserved_by": reserved_by}
    return claim


def is_claim(document: Document) -> bool:
    """Whether this is a claim that names its address, its faxbox and its account."""
    return document.get("pvt_type") == CLAIM and all(
        isinstance(document.get(name), str) for name in ("address", "faxbox_id", "pvt_account_id")
    )


def is_held_by(claim: Document, faxbox_id: DocumentId) -> bool:
    """Whether the claim belongs to that faxbox."""
    return claim.get("faxbox_id") == faxbox_id


def is_reserved(claim: Document, now: GregorianSeconds) -> bool:
    """Whether the request that made the claim may still be about to write the faxbox."""
    until = claim.get("reserved_until")
    return isinstance(until, int) and now <= until
