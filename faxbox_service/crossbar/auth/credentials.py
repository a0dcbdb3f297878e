"""Basic credentials: `account_id:` and then a hash, or a user name and a password (wire, 6.1)."""

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field

from faxbox_service.documents.model.passwords import Digest
from faxbox_service.documents.types import AccountId

_ACCOUNT_ID = re.compile(r"[0-9a-f]{32}\Z")
_HASHES = {
    Digest.MD5: re.compile(r"[0-9A-Fa-f]{32}\Z"),
    Digest.SHA: re.compile(r"[0-9A-Fa-f]{40}\Z"),
}


@dataclass(frozen=True, slots=True)
class HashedCredential:
    """A hash of `username:password`."""

    account_id: AccountId
    digest: Digest
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlainCredential:
    """A user name and a password."""

    account_id: AccountId
    username: str
    password: str = field(repr=False)


def parse_basic(text: str) -> HashedCredential | PlainCredential | None:
    """What a Basic credential says, by its shape; None for one that cannot be good."""
    account_id, _, rest = _decoded(text).partition(":")
    if not _ACCOUNT_ID.match(account_id):
        return None
    for method, pattern in _HASHES.items():
        if pattern.match(rest):
            return HashedCredential(account_id, method, rest.lower())
    username, colon, password = rest.partition(":")
    return PlainCredential(account_id, username, password) if colon else None


def is_of_type(credential: HashedCredential | PlainCredential, wanted: str | None) -> bool:
    """Whether an account takes such credentials.

    `wanted` is Kazoo's setting `basic_auth_type`: `md5`, `sha`, or anything else for a user name
    and a password; without it all forms are taken.
    """
    if wanted is None:
        return True
    if isinstance(credential, PlainCredential):
        return wanted not in ("md5", "sha")
    return wanted == credential.digest.name.lower()


def _decoded(base64: str) -> str:
    try:
        return b64decode(base64, validate=True).decode()
    except (Error, ValueError):
        return ""
