"""An account's document, and which accounts may act on which.

See docs/reference/data-model.md, 1.4 and 1.5.
"""

from dataclasses import dataclass, field
from sys import getsizeof
from typing import Self

from faxbox_service.documents.couchdb_fields import mirrored
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.merge import merge_patch
from faxbox_service.documents.names import encoded_account_database
from faxbox_service.documents.private_fields import is_soft_deleted, private_fields, public_fields
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, GregorianSeconds

ACCOUNT = "account"

_DESCENDANTS = "descendants_count"
_ENABLED = "enabled"

_NOT_SETTABLE = (
    *("api_key", "billing_mode", "created", _DESCENDANTS, "id", "is_reseller"),
    *("notification_preference", "reseller_id", "superduper_admin", "trial_time_left"),
    "wnm_allow_additions",
)
"""Public names that replies have and clients send back; the values are stored in private fields."""

_KEPT = ("realm", "timezone")

DEFAULT_TIMEZONE = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class Account:
    """What requests need to know about an account."""

    id: AccountId
    name: str
    realm: str
    tree: tuple[AccountId, ...]
    enabled: bool
    is_reseller: bool
    is_superduper_admin: bool
    reseller_id: AccountId | None
    timezone: str
    trial_expires: GregorianSeconds | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read an account's document as Kazoo's accessors do."""
        tree = document.get("pvt_tree")
        expires = document.get("pvt_trial_expires")
        reseller_id = document.get("pvt_reseller_id")
        return cls(
            id=document["_id"],
            name=_text(document.get("name")),
            realm=_text(document.get("realm")),
            tree=tuple(id for id in tree if isinstance(id, str)) if isinstance(tree, list) else (),
            enabled=document.get("pvt_enabled") is not False,
            is_reseller=document.get("pvt_reseller") is True,
            is_superduper_admin=document.get("pvt_superduper_admin") is True,
            reseller_id=reseller_id if isinstance(reseller_id, str) else None,
            timezone=_text(document.get("timezone")) or DEFAULT_TIMEZONE,
            trial_expires=expires if isinstance(expires, int) else None,
        )

    @property
    def is_master(self) -> bool:
        """Whether this is the root of all accounts."""
        return not self.tree

    @property
    def root_id(self) -> AccountId:
        """The root of its tree."""
        return self.tree[0] if self.tree else self.id

    @property
    def memory(self) -> int:
        """The bytes that it uses in memory, about."""
        texts = (self.id, self.name, self.realm, self.timezone, self.reseller_id or "", *self.tree)
        return 200 + sum(map(getsizeof, texts))

    def may_act_on(self, other: "Account") -> bool:
        """The tree rule: on itself and every descendant; superduper admins on all.

        See docs/reference/wire.md, 6.4.
        """
        return self.is_superduper_admin or self.id == other.id or self.id in other.tree


def require_running(account: Account, now: float) -> None:
    """Raise `InvalidDocument` for an account whose trial is over (docs/reference/wire.md, 6.3).

    `now` is in Unix seconds.
    """
    expires = account.trial_expires
    if expires is not None and expires <= gregorian_seconds(now):
        error = {"message": "account expired", "cause": expires}
        raise InvalidDocument({"account": {"expired": error}})


def require_open(account: Account, now: float) -> None:
    """Raise `InvalidDocument` for an account that no password logs in to.

    See docs/reference/wire.md, 6.3.

    Checked with each request that has a password: `user_auth` and Basic alike.
    """
    require_running(account, now)
    if not account.enabled:
        raise InvalidDocument({"account": {"disabled": {"message": "account disabled"}}})


def is_hidden_account(document: Document | None) -> bool:
    """Whether an account was soft-deleted, which hides all that it has."""
    return document is not None and is_soft_deleted(document)


@dataclass(frozen=True, slots=True)
class AccountSecrets:
    """The secrets that a new account gets: 64 hex characters each."""

    api_key: str = field(repr=False)
    cpaas_token: str = field(repr=False)


def client_fields(data: Document) -> Document:
    """The fields of a request's `data` that a client may set; spaces in the realm are dropped.

    `enabled` is among them, though it is stored as `pvt_enabled`.
    """
    fields = public_fields(data)
    for name in _NOT_SETTABLE:
        fields.pop(name, None)
    realm = fields.get("realm")
    if isinstance(realm, str):
        fields["realm"] = realm.replace(" ", "")
    return fields


def new_account(
    fields: Document, account_id: AccountId, parent: Account | None, secrets: AccountSecrets
) -> Document:
    """The document of a new account, not yet stamped; without a parent, the master's."""
    public = {name: value for name, value in fields.items() if name != _ENABLED}
    document = {
        "_id": account_id,
        **public,
        "pvt_type": ACCOUNT,
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
        "pvt_api_key": secrets.api_key,
        "pvt_cpaas_token": secrets.cpaas_token,
        "pvt_enabled": fields.get(_ENABLED, parent.enabled if parent else True),
    }
    if parent is None:
        document |= {
            "pvt_tree": [],
            "pvt_reseller": True,
            "pvt_reseller_id": account_id,
            "pvt_superduper_admin": True,
            "pvt_wnm_allow_additions": True,
        }
    else:
        document |= {
            "pvt_tree": [*parent.tree, parent.id],
            "pvt_parent_id": parent.id,
            "pvt_reseller_id": parent.id if parent.is_reseller else parent.reseller_id,
        }
    return document


def replaced_account(stored: Document, fields: Document, author_id: AccountId | None) -> Document:
    """The stored account with other public fields, not yet stamped.

    Clients cannot set the number of descendants, and only an ancestor enables and disables.
    """
    document = {name: value for name, value in fields.items() if name != _ENABLED}
    if _DESCENDANTS in stored:
        document[_DESCENDANTS] = stored[_DESCENDANTS]
    document |= private_fields(stored)
    if _ENABLED in fields and author_id in Account.of(stored).tree:
        document["pvt_enabled"] = fields[_ENABLED]
    return document


def posted_fields(stored: Document, data: Document) -> Document:
    """The public fields after a POST, to be validated.

    An account keeps its realm and time zone when the data has none: Kazoo generates another realm,
    and then all users who log in with the old one cannot.
    """
    return {**_kept(stored), **client_fields(data)}


def patched_fields(stored: Document, changes: Document) -> Document:
    """The public fields after a PATCH, to be validated (docs/contract.md, 1); it keeps what a POST
    keeps.

    `enabled` is only present when the changes have it.
    """
    fields = client_fields(stored)
    # A public one is ignored (docs/reference/data-model.md, 1.4), and must not become the private
    # one.
    fields.pop(_ENABLED, None)
    return {**_kept(stored), **merge_patch(fields, client_fields(changes))}


def _kept(stored: Document) -> Document:
    return {name: stored[name] for name in _KEPT if name in stored}


def account_replica(document: Document, copy: Document | None) -> Document:
    """The replica for the database `accounts`, to be written over `copy`, the present one."""
    return mirrored(document, copy)


def with_descendants(stored: Document, difference: int) -> Document:
    """The account after `difference` descendants were created (below 0: deleted)."""
    count = stored.get(_DESCENDANTS)
    known = count if isinstance(count, int) else 0
    return {**stored, _DESCENDANTS: max(0, known + difference)}


def account_response(document: Document, viewer_id: AccountId | None) -> Document:
    """An account as replies show it, with the private values that Crossbar shows.

    See docs/reference/wire.md, 7.

    `billing_mode` depends on the account that asks.
    """
    account = Account.of(document)
    reseller_id = account.reseller_id or account.id
    shown = public_fields(document)
    shown |= {
        "id": account.id,
        "wnm_allow_additions": document.get("pvt_wnm_allow_additions") is True,
        "superduper_admin": account.is_superduper_admin,
        "created": document.get("pvt_created"),
        "enabled": account.enabled,
        "reseller_id": reseller_id,
        "is_reseller": account.is_reseller,
        "billing_mode": _billing_mode(account, reseller_id, viewer_id),
    }
    preference = document.get("pvt_notification_preference")
    if preference is not None:
        shown["notification_preference"] = preference
    return shown


def _billing_mode(account: Account, reseller_id: AccountId, viewer_id: AccountId | None) -> str:
    if reseller_id == viewer_id:
        return "limits_only"
    return "normal" if reseller_id == account.root_id else "manual"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
