"""Private fields: which they are, and how Kazoo's API sets them on every save.

Private is every top-level name that begins with `_` or `pvt_`; a nested `pvt_x` is public
(docs/reference/data-model.md, 2.1 and 2.2).
"""

import string
from dataclasses import dataclass

from .names import encoded_account_database
from .types import AccountId, Document, DocumentId, GregorianSeconds

_ALPHANUMERIC = (string.ascii_letters + string.digits).encode()
_NOT_ALPHANUMERIC = bytes(byte for byte in range(256) if byte not in _ALPHANUMERIC)
_LOWERED = bytes(range(256)).lower()

_PRIVATE = ("_", "pvt_")

_NOTHING = (None, "")
"""What counts as no value in Kazoo."""

_AUTHOR_FIELDS = (
    "pvt_auth_account_id",
    "pvt_auth_user_id",
    "pvt_original_auth_account_id",
    "pvt_original_auth_owner_id",
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change, and in which request; without an account, an unauthenticated client."""

    request_id: str
    account_id: AccountId | None = None
    user_id: DocumentId | None = None
    original_account_id: AccountId | None = None
    """The account that acts as the other (masquerading), with its user below."""
    original_user_id: DocumentId | None = None


def is_private(name: str) -> bool:
    """Whether a top-level name is private."""
    return name.startswith(_PRIVATE)


def public_fields(document: Document) -> Document:
    """The public top-level fields, in their order."""
    return {name: value for name, value in document.items() if not name.startswith(_PRIVATE)}


def private_fields(document: Document) -> Document:
    """The private top-level fields, `_id` and `_rev` among them."""
    return {name: value for name, value in document.items() if name.startswith(_PRIVATE)}


def alphanum_name(name: str) -> str:
    """`Sales & Ünïcode ✓` → `salesncode`: ASCII letters lowered, all but a-z and 0-9 removed.

    Only ASCII is lowered (Kazoo works on bytes), so `Ä` and `K` (Kelvin sign) are removed.
    """
    return name.encode("ascii", "ignore").translate(_LOWERED, _NOT_ALPHANUMERIC).decode()


def is_soft_deleted(document: Document) -> bool:
    """Whether `pvt_deleted` hides the document; like Kazoo's views, any truthy value does."""
    return bool(document.get("pvt_deleted"))


def stamp(
    document: Document, author: Author, now: GregorianSeconds, account_id: AccountId
) -> Document:
    """Return the document with the private fields of one save, ready for the account's database.

    Fields that a script left out are added. A public `id` is dropped, as Kazoo's data layer does,
    and the author's fields are those of this author or absent, never those of an earlier one
    (docs/contract.md, 23).
    """
    stamped = {name: value for name, value in document.items() if name not in _AUTHOR_FIELDS}
    stamped.pop("id", None)
    if "_rev" not in stamped:
        stamped["pvt_created"] = now
    needed: Document = {
        "pvt_vsn": "1",
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
        "pvt_created": now,
    }
    for private, value in needed.items():
        if stamped.get(private) in _NOTHING:
            stamped[private] = value
    stamped["pvt_modified"] = now
    stamped["pvt_request_id"] = author.request_id
    stamped["pvt_is_authenticated"] = author.account_id is not None
    if author.account_id is not None:
        stamped["pvt_auth_account_id"] = author.account_id
        if author.user_id is not None:
            stamped["pvt_auth_user_id"] = author.user_id
        if author.original_account_id is not None:
            stamped["pvt_original_auth_account_id"] = author.original_account_id
        if author.original_user_id is not None:
            stamped["pvt_original_auth_owner_id"] = author.original_user_id
    name = stamped.get("name")
    if isinstance(name, str):
        stamped["pvt_alphanum_name"] = alphanum_name(name)
    return stamped
