"""What a credential proves: the account and the user that a request is from.

See docs/reference/wire.md, 6.1 to 6.3.
"""

from dataclasses import replace
from hashlib import sha256

from faxbox_service.documents.model.account import Account, require_open, require_running
from faxbox_service.documents.model.identity import Bearer, levels_of
from faxbox_service.documents.model.token_restrictions import Restriction
from faxbox_service.documents.types import AccountId, Document
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.auth.token_restrictions import TokenRestrictions
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.errors import BadIdentifier, InvalidCredentials
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.repositories.primitives.ttl_cache import TtlCache
from faxbox_service.repositories.users.users import Users

from .credentials import Credential, CredentialKind, PlainCredential, is_of_type, parse_basic
from .principal import Principal

_AUTH_CATEGORY = "crossbar.auth"
_BASIC_METHOD = "cb_basic_auth"
_BEARER_BYTES = 1000


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
        self._basic: TtlCache[bytes, Bearer] = TtlCache(remembered_seconds, clock)

    async def authenticate(self, credential: Credential) -> Principal:
        """The credential's account and user. Raises `InvalidCredentials` or `TokenExpired`.

        An account whose state forbids it raises `InvalidDocument`.
        """
        match credential.kind:
            case CredentialKind.TOKEN:
                claims = await self._tokens.verify(credential.text)
                _require_claimed(credential, claims.token_account_id)
                if len(claims.bearers) == 1:
                    (bearer,) = claims.bearers
                    return await self._ordinary_principal(bearer, claims.payload, claims.method)
                return await self._principal(claims.bearers, claims.payload, claims.method)
            case CredentialKind.BASIC:
                bearer = await self._basic_bearer(credential.text)
                _require_claimed(credential, bearer.account_id)
                require_open(await self._account(bearer.account_id), self._clock())
                return await self._ordinary_principal(bearer, _claims_of(bearer), _BASIC_METHOD)
            case CredentialKind.OTHER:
                raise InvalidCredentials

    async def _principal(
        self, bearers: tuple[Bearer, ...], claims: Document, method: str
    ) -> Principal:
        """Who asks, by the accounts and restrictions of all bearers as they are now."""
        accounts = [await self._account(bearer.account_id) for bearer in bearers]
        now = self._clock()
        for account in accounts:
            require_running(account, now)
        acting = accounts[-1]
        if acting.is_superduper_admin and not all(a.is_superduper_admin for a in accounts):
            # Acting as another account does not lead to more accounts than one's own does.
            acting = accounts[-1] = replace(acting, is_superduper_admin=False)
        return Principal(
            acting,
            bearers[-1].user_id,
            claims,
            bearers,
            await self._restrictions_of(bearers, accounts, method),
        )

    async def _ordinary_principal(self, bearer: Bearer, claims: Document, method: str) -> Principal:
        """The same for one bearer, as nearly every request has: in a third of the time."""
        account = await self._account(bearer.account_id)
        require_running(account, self._clock())
        rules = await self._restrictions.find(account, method, bearer.priv_level)
        restrictions = () if rules is None else (Restriction(account, rules),)
        return Principal(account, bearer.user_id, claims, (bearer,), restrictions)

    async def _restrictions_of(
        self, bearers: tuple[Bearer, ...], accounts: list[Account], method: str
    ) -> tuple[Restriction, ...]:
        return tuple(
            [
                Restriction(account, rules)
                for account, levels in zip(accounts, levels_of(bearers), strict=True)
                for level in levels
                if (rules := await self._restrictions.find(account, method, level)) is not None
            ]
        )

    async def _basic_bearer(self, text: str) -> Bearer:
        digest = sha256(text.encode()).digest()
        bearer = self._basic.get(digest)
        if bearer is None:
            bearer = await self._bearer_of(text)
            self._basic.put(digest, bearer, _BEARER_BYTES)
        return bearer

    async def _bearer_of(self, text: str) -> Bearer:
        credential = parse_basic(text)
        if credential is None:
            raise InvalidCredentials
        account_id = credential.account_id
        if isinstance(credential, PlainCredential):
            user = await self._users.find_by_password(
                account_id, credential.username, credential.password
            )
        else:
            user = await self._users.find_by_credentials(
                account_id, credential.digest, credential.text
            )
        # The account is looked at last: one that does not exist takes as long to refuse as a wrong
        # password, and anonymous clients do not choose what is looked up and cached.
        if user is None or not is_of_type(credential, await self._basic_type(account_id)):
            raise InvalidCredentials
        return Bearer.of(account_id, user["_id"], user)

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


def _require_claimed(credential: Credential, account_id: AccountId) -> None:
    if credential.claimed_account_id not in (None, account_id):
        raise InvalidCredentials


def _claims_of(bearer: Bearer) -> Document:
    """What a token of the same bearer would say."""
    return {
        "account_id": bearer.account_id,
        "iss": "kazoo",
        "method": _BASIC_METHOD,
        "owner_id": bearer.user_id,
    }
