"""Who asks: where the token of a request is, and what it proves (wire, 6.1 to 6.3)."""

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from enum import Enum, auto

from multidict import CIMultiDictProxy

from faxbox_service.documents.account import Account
from faxbox_service.documents.types import AccountId, Json
from faxbox_service.repositories.accounts import Accounts
from faxbox_service.repositories.errors import BadIdentifier, InvalidCredentials
from faxbox_service.repositories.tokens import Tokens
from faxbox_service.repositories.users import CredentialMethod, Users

from .call import Principal
from .options import Options

_BASIC = re.compile(r"([0-9a-f]{32}):([0-9A-Fa-f]{32})\Z")
"""An account's id, and the MD5 of `username:password`."""


class CredentialKind(Enum):
    """How a credential proves who asks."""

    TOKEN = auto()
    BASIC = auto()
    OTHER = auto()
    """It never does: a scheme that is unknown, or a bearer (wire, 6.1)."""


@dataclass(slots=True)
class Credential:
    """What the request shows."""

    text: str
    kind: CredentialKind
    is_echoed: bool
    """Whether replies repeat it as `auth_token`; a Basic credential never is (contract, 19)."""


def locate_credential(headers: CIMultiDictProxy[str], options: Options) -> Credential | None:
    """`X-Auth-Token`, else `auth_token`, else `Authorization`, else the option of that name."""
    token: Json = headers.get("x-auth-token")
    if token is None:
        token = _option(options, "auth_token")
    if isinstance(token, str) and token:
        return Credential(_well_formed(token), CredentialKind.TOKEN, is_echoed=True)
    authorization: Json = headers.get("authorization")
    if not authorization:
        authorization = _option(options, "authorization")
    if not isinstance(authorization, str) or not authorization:
        return None
    scheme, _, text = authorization.partition(" ")
    kind = CredentialKind.BASIC if scheme.lower() == "basic" else CredentialKind.OTHER
    is_bearer = scheme.lower() == "bearer"
    return Credential(_well_formed(text or scheme), kind, is_echoed=is_bearer)


def _option(options: Options, name: str) -> Json:
    """An option; one that is empty in the query string does not hide the envelope's."""
    return options.query.first(name) or options.envelope.get(name)


class Authenticator:
    """Turns a credential into a principal."""

    def __init__(self, tokens: Tokens, accounts: Accounts, users: Users) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._users = users

    async def authenticate(
        self, credential: Credential, claimed_account_id: str | None
    ) -> Principal:
        """The token's account and user. Raises `InvalidCredentials` or `TokenExpired`.

        `claimed_account_id` is the header `X-Auth-Account-ID`, which must name the token's
        account when it is there.
        """
        match credential.kind:
            case CredentialKind.TOKEN:
                principal = await self._of_token(credential.text)
            case CredentialKind.BASIC:
                principal = await self._of_basic(credential.text)
            case CredentialKind.OTHER:
                raise InvalidCredentials
        if claimed_account_id not in (None, principal.account.id):
            raise InvalidCredentials
        return principal

    async def _of_token(self, token: str) -> Principal:
        claims = await self._tokens.verify(token)
        account = await self._account(claims.account_id)
        return Principal(account, claims.owner_id, claims.payload)

    async def _of_basic(self, text: str) -> Principal:
        match = _BASIC.match(_decoded(text))
        if match is None:
            raise InvalidCredentials
        account = await self._account(match[1])
        user_id = await self._users.find_by_credentials(
            account.id, CredentialMethod.MD5, match[2].lower()
        )
        if user_id is None:
            raise InvalidCredentials
        return Principal(account, user_id, {"account_id": account.id, "owner_id": user_id})

    async def _account(self, account_id: AccountId) -> Account:
        try:
            return await self._accounts.find(account_id)
        except BadIdentifier:
            raise InvalidCredentials from None


def _decoded(base64: str) -> str:
    """The text behind a Basic credential; none for what is not one."""
    try:
        return b64decode(base64, validate=True).decode()
    except (Error, ValueError):
        return ""


def _well_formed(text: str) -> str:
    """Text that JSON can carry: header bytes that are not UTF-8 are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
