"""A faxbox's document: created, replaced, patched, deleted, replicated, shown.

See docs/reference/data-model.md, 2.4 and 3; docs/contract.md, 2, 16, 22, 23 and 27.
"""

from dataclasses import dataclass

from faxbox_service.documents.couchdb_fields import mirrored
from faxbox_service.documents.lifecycle import is_visible, new_document
from faxbox_service.documents.names import encoded_account_database
from faxbox_service.documents.private_fields import public_fields
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, DocumentId

from .smtp_address import address_error, folded

FAXBOX = "faxbox"

_CUSTOM_ADDRESS = "custom_smtp_email_address"

_CLOUD = "pvt_cloud_"

_NOT_SETTABLE = ("id", "smtp_email_address")
"""Public names that replies have and stored documents do not."""


@dataclass(frozen=True, slots=True)
class FaxboxOrigin:
    """What a faxbox gets when it is created, and keeps."""

    id: DocumentId
    account_id: AccountId
    reseller_id: AccountId | None
    smtp_email_address: str


def client_fields(data: Document) -> Document:
    """The fields of a request's `data` that a client may set: no private and no derived ones."""
    fields = public_fields(data)
    for name in _NOT_SETTABLE:
        fields.pop(name, None)
    return fields


def normalised(fields: Document) -> Document:
    """Valid fields as they are stored: the custom address in lower case (docs/contract.md, 6).

    One that is not an address stays as it is, to be refused or kept.
    """
    address = fields.get(_CUSTOM_ADDRESS)
    if isinstance(address, str) and address_error(address) is None:
        return {**fields, _CUSTOM_ADDRESS: folded(address)}
    return fields


def require_address(document: Document, stored: Document | None) -> None:
    """Raise `InvalidDocument` for an invalid custom address, where it is new to the faxbox.

    What Kazoo stored stays as it is until it is changed (docs/contract.md, 27).
    """
    address = document.get(_CUSTOM_ADDRESS)
    present = None if stored is None else stored.get(_CUSTOM_ADDRESS)
    if not isinstance(address, str):
        return
    if isinstance(present, str) and folded(present) == folded(address):
        return
    error = address_error(address)
    if error is not None:
        message = f"Field is not in the correct format: {error}"
        details = {"message": message, "value": address, "format": "domain or email"}
        raise InvalidDocument({_CUSTOM_ADDRESS: {"wrong_format": details}})


def with_attempts_reset(fields: Document) -> Document:
    """`attempts` back to 0, as PUT and POST do.

    See the specification, `attempts`; docs/contract.md, 16.
    """
    return {**fields, "attempts": 0}


def new_faxbox(fields: Document, origin: FaxboxOrigin) -> Document:
    """The document of a new faxbox, not yet stamped."""
    document = new_document(FAXBOX, origin.id, origin.account_id, fields)
    document["pvt_smtp_email_address"] = origin.smtp_email_address
    if origin.reseller_id is not None:
        document["pvt_reseller_id"] = origin.reseller_id
    return document


def is_faxbox(document: Document) -> bool:
    """Whether this is a faxbox that clients may see."""
    return is_visible(document, FAXBOX)


def replica_of(document: Document, account_id: AccountId, copy: Document | None) -> Document:
    """The replica for the database `faxes`, to be written over `copy`, the present one.

    It has all fields of the account's document that are not bound to a database, always names its
    account, with the encoded `pvt_account_db` (docs/contract.md, 22), and keeps what only Kazoo's
    cloud printing writes there.
    """
    wanted = mirrored(document, copy)
    wanted["pvt_account_id"] = account_id
    wanted["pvt_account_db"] = encoded_account_database(account_id)
    if copy is not None:
        for name in copy.keys() - wanted.keys():
            if name.startswith(_CLOUD):
                wanted[name] = copy[name]
    return wanted


def held_addresses(document: Document | None) -> frozenset[str]:
    """The addresses of a faxbox that clients may see; none of any other document."""
    return addresses(document) if document is not None and is_faxbox(document) else frozenset()


def addresses(document: Document) -> frozenset[str]:
    """The domains that route mail to this faxbox, in lower case: generated and custom."""
    named = (document.get("pvt_smtp_email_address"), document.get(_CUSTOM_ADDRESS))
    return frozenset(folded(name) for name in named if isinstance(name, str) and name)


def faxbox_response(document: Document) -> Document:
    """A faxbox as replies show it: public fields, `id` and `smtp_email_address`.

    See docs/contract.md, 2.
    """
    shown = public_fields(document)
    shown["id"] = document["_id"]
    address = document.get("pvt_smtp_email_address")
    if address is not None:
        shown["smtp_email_address"] = address
    return shown
