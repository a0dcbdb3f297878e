"""Who asks: where the token of a request is, and what it proves (wire, 6.1 to 6.3)."""

from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256

from multidict import CIMultiDictProxy

from faxbox_service.documents.account import Account
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.identity import ADMIN, priv_level_of
from faxbox_service.documents.schema import InvalidDocument
from faxbox_service.documents.types import AccountId, Json
from faxbox_service.repositories.accounts import Accounts
from faxbox_service.repositories.clock import Clock
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.errors import BadIdentifier, InvalidCredentials
from faxbox_service.repositories.expiring import Expiring
from faxbox_service.repositories.token_restrictions import TokenRestrictions
from faxbox_service.repositories.tokens import Claims, Tokens
from faxbox_service.repositories.users import Users

from .basic import PlainCredential, is_of_type, parse_basic
from .call import Principal
from .options import Options

_AUTH_CATEGORY = "crossbar.auth"
_BASIC_METHOD = "cb_basic_auth"


class CredentialKind(Enum):
    """How a credential proves who asks."""

    TOKEN = auto()
    BASIC = auto()
    OTHER = auto()
    """It never does: a scheme that is unknown, or a bearer (wire, 6.1)."""


@dataclass(slots=True)
class Credential:
    """What the request shows."""

    text: str = field(repr=False)
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
    """Turns a credential into a principal. A good Basic one is known for `remembered_seconds`."""

    def __init__(
        self,
        tokens: Tokens,
        accounts: Accounts,
        users: Users,
        restrictions: TokenRestrictions,
        configuration: Configuration,
        clock: Clock,
        *,
        remembered_seconds: float,
    ) -> None:
        self._tokens = tokens
        self._accounts = accounts
        self._users = users
        self._restrictions = restrictions
        self._configuration = configuration
        self._clock = clock
        self._basic: Expiring[bytes, Principal] = Expiring(remembered_seconds, clock)

    async def authenticate(
        self, credential: Credential, claimed_account_id: str | None
    ) -> Principal:
        """The token's account and user. Raises `InvalidCredentials` or `TokenExpired`.

        `claimed_account_id` is the header `X-Auth-Account-ID`, which must name the token's
        account when it is there. An account whose trial is over raises `InvalidDocument`.
        """
        match credential.kind:
            case CredentialKind.TOKEN:
                claims = await self._tokens.verify(credential.text)
                principal = await self._of_claims(claims)
                token_account_id = claims.token_account_id
            case CredentialKind.BASIC:
                principal = await self._of_basic(credential.text)
                token_account_id = principal.account.id
            case CredentialKind.OTHER:
                raise InvalidCredentials
        if claimed_account_id not in (None, token_account_id):
            raise InvalidCredentials
        require_running(principal.account, self._clock())
        return principal

    async def _of_claims(self, claims: Claims) -> Principal:
        return Principal(
            await self._account(claims.account_id),
            claims.owner_id,
            claims.payload,
            is_admin=claims.priv_level == ADMIN,
            restrictions=claims.restrictions,
        )

    async def _of_basic(self, text: str) -> Principal:
        digest = sha256(text.encode()).digest()
        principal = self._basic.get(digest)
        if principal is None:
            principal = await self._proved(text)
            self._basic.put(digest, principal)
        return principal

    async def _proved(self, text: str) -> Principal:
        credential = parse_basic(text)
        if credential is None:
            raise InvalidCredentials
        account_id = credential.account_id
        if not is_of_type(credential, await self._basic_type(account_id)):
            raise InvalidCredentials
        # The account is looked up last: an unknown one takes no less time than a wrong password.
        if isinstance(credential, PlainCredential):
            user = await self._users.find_by_password(
                account_id, credential.username, credential.password
            )
        else:
            user = await self._users.find_by_credentials(
                account_id, credential.digest, credential.text
            )
        if user is None:
            raise InvalidCredentials
        account = await self._account(account_id)
        priv_level = priv_level_of(user)
        return Principal(
            account,
            user["_id"],
            {
                "account_id": account.id,
                "iss": "kazoo",
                "method": _BASIC_METHOD,
                "owner_id": user["_id"],
            },
            is_admin=priv_level == ADMIN,
            restrictions=await self._restrictions.find(account, _BASIC_METHOD, priv_level),
        )

    async def _basic_type(self, account_id: AccountId) -> str | None:
        setting = (_AUTH_CATEGORY, "basic_auth_type")
        value = await self._configuration.account_value(account_id, *setting)
        if not isinstance(value, str):
            value = await self._configuration.system_value(*setting)
        return value if isinstance(value, str) else None

    async def _account(self, account_id: AccountId) -> Account:
        try:
            return await self._accounts.find(account_id)
        except BadIdentifier:
            raise InvalidCredentials from None


def require_running(account: Account, now: float) -> None:
    """Raise `InvalidDocument` for an account whose trial is over (wire, 6.3)."""
    expires = account.trial_expires
    if expires is not None and expires <= gregorian_seconds(now):
        error = {"message": "account expired", "cause": expires}
        raise InvalidDocument({"account": {"expired": error}})


def _well_formed(text: str) -> str:
    """Text that JSON can carry: header bytes that are not UTF-8 are replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
