"""Who asks: where the token of a request is, and what it proves (wire, 6.1 to 6.3)."""

from dataclasses import dataclass

from multidict import CIMultiDictProxy

from faxbox_service.documents.types import Document, Json
from faxbox_service.repositories.accounts import Accounts
from faxbox_service.repositories.errors import BadIdentifier, InvalidCredentials
from faxbox_service.repositories.tokens import Tokens

from .call import Principal
from .target import Query


@dataclass(slots=True)
class Credential:
    """What the request shows: a token, or something that never authenticates."""

    text: str
    is_token: bool
    is_echoed: bool
    """Whether replies repeat it as `auth_token`; a Basic credential never is (contract, 19)."""


def locate_credential(
    headers: CIMultiDictProxy[str], query: Query, envelope: Document
) -> Credential | None:
    """`X-Auth-Token`, else the option `auth_token`, else `Authorization`."""
    token: Json = headers.get("x-auth-token")
    if token is None:
        token = query.first("auth_token") or envelope.get("auth_token")
    if isinstance(token, str) and token:
        return Credential(_well_formed(token), is_token=True, is_echoed=True)
    authorization = headers.get("authorization")
    if not authorization:
        return None
    scheme, _, text = authorization.partition(" ")
    is_bearer = scheme.lower() == "bearer"
    return Credential(_well_formed(text or scheme), is_token=False, is_echoed=is_bearer)


class Authenticator:
    """Turns a credential into a principal."""

    def __init__(self, tokens: Tokens, accounts: Accounts) -> None:
        self._tokens = tokens
        self._accounts = accounts

    async def authenticate(
        self, credential: Credential, claimed_account_id: str | None
    ) -> Principal:
        """The token's account and user. Raises `InvalidCredentials` or `TokenExpired`.

        `claimed_account_id` is the header `X-Auth-Account-ID`, which must name the token's
        account when it is there.
        """
        if not credential.is_token:
            raise InvalidCredentials
        claims = await self._tokens.verify(credential.text)
        if claimed_account_id is not None and claimed_account_id != claims.account_id:
            raise InvalidCredentials
        try:
            account = await self._accounts.find(claims.account_id)
        except BadIdentifier:
            raise InvalidCredentials from None
        return Principal(account, claims.owner_id, claims.payload)


def _well_formed(text: str) -> str:
    """Text that JSON can carry: header bytes that are not UTF-8 are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
