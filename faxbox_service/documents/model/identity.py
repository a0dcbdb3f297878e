"""The identity behind Kazoo's tokens: a user, or an account (docs/reference/data-model.md, 8)."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from faxbox_service.documents.types import AccountId, Document, DocumentId, Json

ADMIN = "admin"
"""The privilege level that may do everything; tokens without a user have it."""

USER = "user"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A user that a token was issued to, or an account without a user.

    A token has several bearers where one acts as another (masquerading): a request must be allowed
    to each of them.
    """

    account_id: AccountId
    user_id: DocumentId | None
    priv_level: str

    @classmethod
    def of(cls, account_id: AccountId, user_id: DocumentId | None, identity: Document) -> "Bearer":
        """From the document of the user, or of the account."""
        level = ADMIN if user_id is None else priv_level_of(identity)
        return cls(account_id, user_id, level)

    @property
    def is_admin(self) -> bool:
        """Whether they are an admin of their account."""
        return self.priv_level == ADMIN


def levels_of(bearers: Sequence[Bearer]) -> list[set[str]]:
    """The privilege levels that each bearer's restrictions are looked up by.

    A bearer who acts as an admin without being one has the restrictions of both: the admin's, and
    those of their own level.
    """
    levels = []
    own: set[str] = set()
    for bearer in bearers:
        levels.append({bearer.priv_level, *own} if bearer.is_admin else {bearer.priv_level})
        if not bearer.is_admin:
            own.add(bearer.priv_level)
    return levels


def masquerade_of(value: Json) -> tuple[AccountId, DocumentId] | None:
    """The account and the user of an `as`; one without the other is ignored, as in Kazoo."""
    if not isinstance(value, dict):
        return None
    account_id, owner_id = value.get("account_id"), value.get("owner_id")
    if isinstance(account_id, str) and account_id and isinstance(owner_id, str) and owner_id:
        return account_id, owner_id
    return None


def identity_signature(identity: DocumentId, own_secret: str, server_secret: str) -> str:
    """base64url, unpadded, of HMAC-SHA-256 over the bytes of a user's or account's id.

    The key is the identity's `pvt_signature_secret` followed by the server's secret, both as
    texts; a new secret of either invalidates every token with the old signature.
    """
    key = f"{own_secret}{server_secret}".encode()
    digest = hmac.new(key, identity.encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def priv_level_of(user: Document) -> str:
    """The privilege level of a user's document; Kazoo's schema says `user` when there is none."""
    priv_level = user.get("priv_level")
    return priv_level if isinstance(priv_level, str) and priv_level else USER
