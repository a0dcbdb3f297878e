"""The hashes of passwords: Kazoo's, which its nodes check, and argon2id beside them.

Clients send the MD5 or SHA-1 of `username:password` (docs/reference/wire.md, 6.5), so argon2id
hashes these digests; a client that knows one can log in with it, as with the password.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from faxbox_service.documents.types import Document

ARGON2 = "pvt_argon2_auth"

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's parameters for argon2id: about 20 ms and 19 MB a hash."""


class Digest(Enum):
    """How a client hashed `username:password`: our name for it, and Kazoo's field."""

    MD5 = ("md5", "pvt_md5_auth")
    SHA = ("sha", "pvt_sha1_auth")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hex digests of `username:password`, the user name in lower case."""

    md5: str = field(repr=False)
    sha1: str = field(repr=False)

    @classmethod
    def of(cls, username: str, password: str) -> "Credentials":
        """Kazoo's hashes of a user name and a password."""
        pair = f"{username.lower()}:{password}".encode()
        return cls(
            md5=hashlib.md5(pair, usedforsecurity=False).hexdigest(),
            sha1=hashlib.sha1(pair, usedforsecurity=False).hexdigest(),
        )

    def kazoo_fields(self) -> Document:
        """The fields that Kazoo's views find users by."""
        return {Digest.MD5.value[1]: self.md5, Digest.SHA.value[1]: self.sha1}

    def argon2_field(self) -> Document:
        """The field that only this service reads. Takes 40 ms: not for the event loop."""
        return {ARGON2: {name: _HASHER.hash(text) for name, text in self._digests()}}

    def _digests(self) -> tuple[tuple[str, str], ...]:
        return ((Digest.MD5.value[0], self.md5), (Digest.SHA.value[0], self.sha1))


KAZOO_FIELDS = tuple(digest.value[1] for digest in Digest)

_NOBODYS_RECORD = (
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$8bZXNOFCLZ0+tCLeOePMO1caDWdiwHWAo3K4524c0SM"
)
"""With the parameters above and of the text below, for users who do not exist."""

_NOBODYS_TEXT = "0" * 32


class Verdict(Enum):
    """Whether a digest matches a user's document."""

    WRONG = 0
    RIGHT = 1
    OUTDATED = 2
    """Right by Kazoo's hash alone: a Kazoo node has changed the password since."""


def verify_digest(
    user: Document | None, digest: Digest, text: str, hasher: PasswordHasher | None = None
) -> Verdict:
    """Whether a digest is the user's. Takes 20 ms, also without a user: not for the event loop.

    Kazoo's hash, if there is one, must match too: a Kazoo node may have changed the password.
    """
    hasher = _HASHER if hasher is None else hasher
    name, kazoo_field = digest.value
    document = user if user is not None else {}
    kazoo, argon2 = document.get(kazoo_field), document.get(ARGON2)
    record = argon2.get(name) if isinstance(argon2, dict) else None
    is_kazoos = isinstance(kazoo, str) and hmac.compare_digest(kazoo.encode(), text.encode())
    if isinstance(kazoo, str) and not is_kazoos:
        record = None
    if isinstance(record, str):
        if _verifies(hasher, record, text):
            return Verdict.RIGHT
    elif not is_kazoos:
        # As slow as any other wrong digest.
        _verifies(hasher, _NOBODYS_RECORD, text)
    return Verdict.OUTDATED if is_kazoos else Verdict.WRONG


def _verifies(hasher: PasswordHasher, record: str, text: str) -> bool:
    """Whether a record is of the text: one verification, also for an invalid record."""
    try:
        return hasher.verify(record, text)
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError):
        hasher.verify(_NOBODYS_RECORD, _NOBODYS_TEXT)
        return False
