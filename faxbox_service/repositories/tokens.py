"""Tokens: the same JWTs that Kazoo issues and accepts (data model, section 8; wire, 6.2)."""

import hmac
import logging
from dataclasses import dataclass

import jwt

from faxbox_service.documents.account import Account
from faxbox_service.documents.identity import ADMIN, identity_signature, priv_level_of
from faxbox_service.documents.types import AccountId, Document, DocumentId, Json
from faxbox_service.stores.base import Store, StoreError

from .accounts import Accounts
from .clock import Clock, new_id
from .errors import BadIdentifier, InvalidCredentials, TokenExpired
from .expiring import Expiring
from .identities import Identities, secret_of
from .revocations import Revocations, fingerprint_of
from .signing_keys import SigningKeys
from .token_restrictions import TokenRestrictions

_log = logging.getLogger(__name__)

_ALGORITHMS = ["RS256", "RS384", "RS512"]
_ISSUER = "kazoo"
_OPTIONAL_TEXTS = ("owner_id", "original_account_id", "original_owner_id")
_REMEMBERED_SECONDS = 24 * 3600.0
"""How long a token's signature stays known to be good."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says, and what follows from it."""

    account_id: AccountId
    """Whom it acts for: with an `as` claim the account named there."""
    owner_id: DocumentId | None
    token_account_id: AccountId
    """Whose token it is."""
    expires: int
    """Unix seconds."""
    payload: Document
    """All claims, `account_id` and `owner_id` as above."""
    priv_level: str
    restrictions: Document | None


@dataclass(slots=True)
class _Verified:
    """A token whose signature is good; its identity may have changed since."""

    payload: Document
    fingerprint: str
    claims: Claims | None = None
    believed_until: float = 0.0


class Tokens:
    """Issues, verifies and ends tokens.

    The signature of a token is verified once. Whether it has been revoked is known from memory,
    whether its identity is still the same is looked up again after `recheck_seconds`, or as soon as
    any worker resets the identity's secret.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        identities: Identities,
        restrictions: TokenRestrictions,
        keys: SigningKeys,
        clock: Clock,
        *,
        lifetime: int,
        recheck_seconds: float,
    ) -> None:
        self._accounts = accounts
        self._identities = identities
        self._restrictions = restrictions
        self._keys = keys
        self._clock = clock
        self._lifetime = lifetime
        self._recheck_seconds = recheck_seconds
        self._verified: Expiring[str, _Verified] = Expiring(_REMEMBERED_SECONDS, clock)
        self._revocations = Revocations(store, clock, self._doubt)

    async def open(self) -> None:
        """Load what is revoked, and follow what will be. Raises `StoreError`."""
        await self._revocations.open()

    async def close(self) -> None:
        """Follow revocations no more."""
        await self._revocations.close()

    async def issue(
        self,
        account: Account,
        owner_id: DocumentId | None,
        method: str,
        *,
        masquerade: Json = None,
    ) -> str:
        """A new token of an account, or of a user of it; `method` names the login module.

        `masquerade` becomes the claim `as`. No two tokens are the same, so that the end of one
        leaves the other (claim `jti`, which Kazoo does not look at; RFC 7519, 4.1.7).
        """
        secret = await self._identities.ensure_secret(account.id, owner_id)
        key_id, key = await self._keys.current()
        payload: Document = {
            "iss": _ISSUER,
            "identity_sig": self._signature(account.id, owner_id, secret),
            "account_id": account.id,
        }
        if owner_id is not None:
            payload["owner_id"] = owner_id
        if masquerade is not None:
            payload["as"] = masquerade
        payload |= {
            "method": method,
            "exp": int(self._clock()) + self._lifetime,
            "jti": new_id(),
        }
        return jwt.encode(payload, key, algorithm="RS256", headers={"kid": key_id})

    async def verify(self, token: str) -> Claims:
        """What the token says, when it is good. Raises `InvalidCredentials`, `TokenExpired`."""
        verified = self._verified.get(token)
        if verified is None:
            verified = await self._signed(token)
            self._verified.put(token, verified)
        claims = verified.claims
        now = self._clock()
        if claims is None or now >= verified.believed_until:
            claims = verified.claims = await self._claims(verified)
            verified.believed_until = now + self._recheck_seconds
        if self._revocations.is_revoked(verified.fingerprint):
            raise InvalidCredentials
        if claims.expires <= now:
            raise TokenExpired
        return claims

    async def revoke(self, token: str) -> None:
        """End a good token, here and in every worker. Raises as `verify`, and `StoreError`."""
        claims = await self.verify(token)
        await self._revocations.revoke(fingerprint_of(token), claims.expires)

    async def reset_secret(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """End all tokens of a user, or of an account without one. Raises `BadIdentifier`."""
        await self._identities.reset_secret(account_id, owner_id)
        await self.tell_reset(account_id, owner_id)

    async def tell_reset(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Let every worker know that an identity has another secret, or is gone.

        Those who cannot be told find out when they look again.
        """
        try:
            await self._revocations.tell_reset(account_id, owner_id)
        except StoreError as error:
            _log.warning("workers will look at an identity again only later: %s", error)

    def _doubt(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Look at the identity of remembered tokens again before they are believed."""
        for verified in self._verified.values():
            payload = verified.payload
            if (payload["account_id"], payload.get("owner_id")) == (account_id, owner_id):
                verified.believed_until = 0.0

    async def _signed(self, token: str) -> _Verified:
        """What a token with a good signature claims, expired or not."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.public_key(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise InvalidCredentials
            # `exp` is judged by our own clock, and only after the signature.
            payload = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=_ISSUER,
                options={"verify_exp": False, "verify_jti": False},
            )
        except (jwt.InvalidTokenError, ValueError):
            raise InvalidCredentials from None
        if not _is_well_formed(payload):
            raise InvalidCredentials
        return _Verified(payload, fingerprint_of(token))

    async def _claims(self, verified: _Verified) -> Claims:
        """What a token means as things are now. Raises `InvalidCredentials`, `TokenExpired`."""
        payload = verified.payload
        if payload["exp"] <= self._clock():
            raise TokenExpired
        if await self._revocations.is_revoked_in_store(verified.fingerprint):
            raise InvalidCredentials
        try:
            identity = await self._genuine_identity(payload)
            return await self._acting(payload, identity)
        except BadIdentifier:
            raise InvalidCredentials from None

    async def _genuine_identity(self, payload: Document) -> Document:
        account_id, owner_id = payload["account_id"], payload.get("owner_id")
        identity = await self._identities.fetch(account_id, owner_id)
        secret = secret_of(identity)
        if secret is None:
            raise InvalidCredentials
        expected = self._signature(account_id, owner_id, secret)
        if not hmac.compare_digest(payload["identity_sig"].encode(), expected.encode()):
            raise InvalidCredentials
        return identity

    async def _acting(self, payload: Document, identity: Document) -> Claims:
        """Whom the token acts for: itself, or a user of a descendant (`as`; wire, 6.2)."""
        own_account = account = await self._accounts.find(payload["account_id"])
        owner_id = payload.get("owner_id")
        target = _masquerade_of(payload)
        if target is not None:
            acting = await self._accounts.find(target[0])
            if account.id not in acting.tree:
                raise InvalidCredentials
            account, owner_id = acting, target[1]
            identity = await self._identities.fetch(account.id, owner_id)
            payload = {**payload, "account_id": account.id, "owner_id": owner_id}
        priv_level = ADMIN if owner_id is None else priv_level_of(identity)
        method = payload.get("method")
        restrictions = await self._restrictions.find(
            account, method if isinstance(method, str) else "", priv_level
        )
        return Claims(
            account_id=account.id,
            owner_id=owner_id,
            token_account_id=own_account.id,
            expires=int(payload["exp"]),
            payload=payload,
            priv_level=priv_level,
            restrictions=restrictions,
        )

    def _signature(self, account_id: AccountId, owner_id: DocumentId | None, secret: str) -> str:
        return identity_signature(owner_id or account_id, secret, self._keys.server_secret)


def _is_well_formed(payload: Document) -> bool:
    maybe = (payload.get(name) for name in _OPTIONAL_TEXTS)
    return (
        isinstance(payload.get("account_id"), str)
        and isinstance(payload.get("exp"), int | float)
        and isinstance(payload.get("identity_sig"), str)
        and all(value is None or isinstance(value, str) for value in maybe)
    )


def _masquerade_of(payload: Document) -> tuple[AccountId, DocumentId] | None:
    """The account and user of `as`; one without the other means nothing, as in Kazoo."""
    target = payload.get("as")
    if not isinstance(target, dict):
        return None
    account_id, owner_id = target.get("account_id"), target.get("owner_id")
    if isinstance(account_id, str) and account_id and isinstance(owner_id, str) and owner_id:
        return account_id, owner_id
    return None
