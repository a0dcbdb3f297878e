"""The identity signature inside Kazoo's tokens (data model, section 8)."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from .types import DocumentId


def identity_signature(identity: DocumentId, own_secret: str, server_secret: str) -> str:
    """base64url, unpadded, of HMAC-SHA-256 over the bytes of a user's or account's id.

    The key is the identity's `pvt_signature_secret` followed by the server's secret, both as
    texts; a new secret of either ends every token that carries the old signature.
    """
    key = f"{own_secret}{server_secret}".encode()
    digest = hmac.new(key, identity.encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
