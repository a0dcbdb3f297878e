"""An account's document, and who may act for whom (data model, sections 1.4 and 1.5)."""

from dataclasses import dataclass
from typing import Self

from .names import encoded_account_database
from .private_fields import public_fields
from .types import AccountId, Document, GregorianSeconds

ACCOUNT = "account"

DEFAULT_TIMEZONE = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class Account:
    """The facts about an account that requests are judged by."""

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
        """Read the facts of an account's document, as Kazoo's accessors do."""
        tree = document.get("pvt_tree")
        expires = document.get("pvt_trial_expires")
        return cls(
            id=document["_id"],
            name=_text(document.get("name")),
            realm=_text(document.get("realm")),
            tree=tuple(id for id in tree if isinstance(id, str)) if isinstance(tree, list) else (),
            enabled=document.get("pvt_enabled") is not False,
            is_reseller=document.get("pvt_reseller") is True,
            is_superduper_admin=document.get("pvt_superduper_admin") is True,
            reseller_id=document.get("pvt_reseller_id"),
            timezone=_text(document.get("timezone")) or DEFAULT_TIMEZONE,
            trial_expires=expires if isinstance(expires, int) else None,
        )

    @property
    def is_master(self) -> bool:
        """Whether this is the root of all accounts."""
        return not self.tree

    def may_act_on(self, other: "Account") -> bool:
        """The tree rule: on oneself and every descendant; superduper admins on all (wire, 6.4)."""
        return self.is_superduper_admin or self.id == other.id or self.id in other.tree


@dataclass(frozen=True, slots=True)
class AccountSecrets:
    """What a new account gets once: 64 hex characters each."""

    api_key: str
    cpaas_token: str


def new_account(
    fields: Document, account_id: AccountId, parent: Account | None, secrets: AccountSecrets
) -> Document:
    """The document of a new account, not yet stamped; without a parent, the master's."""
    document = {
        "_id": account_id,
        **fields,
        "pvt_type": ACCOUNT,
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
        "pvt_api_key": secrets.api_key,
        "pvt_cpaas_token": secrets.cpaas_token,
        "pvt_enabled": parent.enabled if parent else True,
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


def shown_account(document: Document) -> Document:
    """An account as replies show it, with the private facts that Crossbar leaks (wire, 7)."""
    account = Account.of(document)
    shown = public_fields(document)
    shown |= {
        "id": account.id,
        "wnm_allow_additions": document.get("pvt_wnm_allow_additions") is True,
        "superduper_admin": account.is_superduper_admin,
        "created": document.get("pvt_created"),
        "enabled": account.enabled,
        "reseller_id": account.reseller_id or account.id,
        "is_reseller": account.is_reseller,
        "billing_mode": "limits_only",
    }
    return shown


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
