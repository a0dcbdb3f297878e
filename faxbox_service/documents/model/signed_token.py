"""Tokens as text: JWTs, signed with RSA, of which little is read until the signature is verified.

A token that was not issued here costs no more than a check of its length and shape, and one
verification where its header names an existing key.
"""

import re
from hashlib import sha256

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from faxbox_service.documents.json.text import InvalidJson, decode_json, encode_json
from faxbox_service.documents.types import Document

LONGEST_CREDENTIAL = 8192
"""Characters of a token, or of the credentials of `Basic`: longer ones are refused unread."""

_ALGORITHMS = ("RS256", "RS384", "RS512")
_KEY_ID = re.compile(r"[0-9a-f]{32}\Z")
_SHAPE = re.compile(r"([A-Za-z0-9_-]{1,1024})\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
"""Three parts in base64url; the first, the header, is short."""

_signatures = jwt.PyJWS()


def is_key_id(text: str) -> bool:
    """Whether this can be the id of a key: 32 lower-case hex characters."""
    return _KEY_ID.match(text) is not None


def signed_token(payload: Document, key_id: str, key: RSAPrivateKey) -> str:
    """The token of a payload."""
    text = encode_json(payload)
    return _signatures.encode(text, key, algorithm="RS256", headers={"kid": key_id})


def key_id_of(token: str) -> str | None:
    """The id of the key that a token claims to be signed with; None: it cannot be valid."""
    if len(token) > LONGEST_CREDENTIAL:
        return None
    shape = _SHAPE.match(token)
    header = _decoded(shape[1]) if shape else None
    # Kazoo's headers are flat; no other is passed to the library.
    if header is None or not all(isinstance(value, str) for value in header.values()):
        return None
    key_id = header.get("kid", "")
    return key_id if header.get("alg") in _ALGORITHMS and is_key_id(key_id) else None


def signed_payload(token: str, key: RSAPublicKey) -> Document | None:
    """The payload of a token with a key id, if the key has signed it."""
    try:
        payload = decode_json(_signatures.decode(token, key, algorithms=_ALGORITHMS))
    except (jwt.InvalidTokenError, InvalidJson):
        return None
    return payload if isinstance(payload, dict) else None


def fingerprint_of(token: str) -> str:
    """64 hex that identify a token, of its signed part: a signature has several spellings."""
    return sha256(token.rpartition(".")[0].encode()).hexdigest()


def _decoded(part: str) -> Document | None:
    """A part of a token, if it is an object."""
    try:
        value = decode_json(jwt.utils.base64url_decode(part))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
