"""The identity behind Kazoo's tokens: a user, or an account (data model, section 8)."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from .types import Document, DocumentId

ADMIN = "admin"
"""The privilege level that may do everything; tokens without a user have it."""

_USER = "user"


def identity_signature(identity: DocumentId, own_secret: str, server_secret: str) -> str:
    """base64url, unpadded, of HMAC-SHA-256 over the bytes of a user's or account's id.

    The key is the identity's `pvt_signature_secret` followed by the server's secret, both as
    texts; a new secret of either ends every token that carries the old signature.
    """
    key = f"{own_secret}{server_secret}".encode()
    digest = hmac.new(key, identity.encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def priv_level_of(user: Document) -> str:
    """The privilege level of a user's document; Kazoo's schema says `user` when there is none."""
    priv_level = user.get("priv_level")
    return priv_level if isinstance(priv_level, str) and priv_level else _USER
