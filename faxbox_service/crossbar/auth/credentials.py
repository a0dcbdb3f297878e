"""The credentials of requests: where they are found, and what the text of each kind says.

A Basic credential is `account_id:` and then a hash, or a user name and a password
(docs/reference/wire.md, 6.1).
"""

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, field
from enum import Enum, auto

from multidict import CIMultiDictProxy

from faxbox_service.crossbar.request.parsed import Options
from faxbox_service.documents.model.passwords import Digest
from faxbox_service.documents.model.signed_token import LONGEST_CREDENTIAL
from faxbox_service.documents.names import is_account_id
from faxbox_service.documents.types import AccountId, Json

_HASHES = {
    Digest.MD5: re.compile(r"[0-9A-Fa-f]{32}\Z"),
    Digest.SHA: re.compile(r"[0-9A-Fa-f]{40}\Z"),
}


class CredentialKind(Enum):
    """How a credential proves an identity."""

    TOKEN = auto()
    BASIC = auto()
    OTHER = auto()
    """It never does: a scheme that is unknown, or too long a text."""


_KINDS = {"basic": CredentialKind.BASIC, "bearer": CredentialKind.TOKEN}
"""By the scheme of `Authorization`. To Kazoo a bearer only names a JWT (docs/contract.md, 31)."""


@dataclass(slots=True)
class Credential:
    """What a request shows to prove who sent it."""

    text: str = field(repr=False)
    kind: CredentialKind
    is_echoed: bool
    """Whether replies repeat it as `auth_token`; a Basic credential never is
    (docs/contract.md, 19)."""
    claimed_account_id: str | None = None
    """The header `X-Auth-Account-ID`, which must name the credential's account when it is there."""

    @property
    def token(self) -> str | None:
        """The token, when it is one."""
        return self.text if self.kind is CredentialKind.TOKEN else None


_TOO_LONG = Credential("", CredentialKind.OTHER, is_echoed=False)


def locate_credential(headers: CIMultiDictProxy[str], options: Options) -> Credential | None:
    """`X-Auth-Token`, else `auth_token`, else `Authorization`, else the option of that name.

    What is too long for a credential proves nothing: it is neither looked at nor repeated.
    """
    token: Json = headers.get("x-auth-token")
    if token is None:
        token = _option(options, "auth_token")
    if isinstance(token, str) and token:
        if len(token) > LONGEST_CREDENTIAL:
            return _TOO_LONG
        kind, claimed = CredentialKind.TOKEN, headers.get("x-auth-account-id")
        return Credential(_well_formed(token), kind, is_echoed=True, claimed_account_id=claimed)
    authorization: Json = headers.get("authorization")
    if not authorization:
        authorization = _option(options, "authorization")
    if not isinstance(authorization, str) or not authorization:
        return None
    if len(authorization) > LONGEST_CREDENTIAL:
        return _TOO_LONG
    scheme, _, text = authorization.partition(" ")
    kind = _KINDS.get(scheme.lower(), CredentialKind.OTHER)
    text = text.strip(" ") if kind is CredentialKind.TOKEN else text
    return Credential(
        _well_formed(text or scheme),
        kind,
        is_echoed=kind is CredentialKind.TOKEN,
        claimed_account_id=headers.get("x-auth-account-id"),
    )


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
    """What a Basic credential says, by its form; None for one that cannot be valid."""
    account_id, _, rest = _decoded(text).partition(":")
    if not is_account_id(account_id):
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


def _option(options: Options, name: str) -> Json:
    """An option; one that is empty in the query string does not hide the envelope's."""
    return options.query.first(name) or options.envelope.get(name)


def _well_formed(text: str) -> str:
    """Text that JSON can carry: header bytes that are not UTF-8 are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _decoded(base64: str) -> str:
    try:
        return b64decode(base64, validate=True).decode()
    except (Error, ValueError):
        return ""
