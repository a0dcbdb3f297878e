"""Tokens: the same JWTs that Kazoo issues and accepts.

See docs/reference/data-model.md, 8; docs/reference/wire.md, 6.2.
"""

import hmac
import logging
from dataclasses import dataclass

from faxbox_service.documents.json.memory_use import memory_of
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.identity import USER, Bearer, identity_signature, masquerade_of
from faxbox_service.documents.model.signed_token import (
    fingerprint_of,
    key_id_of,
    signed_payload,
    signed_token,
)
from faxbox_service.documents.names import is_account_id
from faxbox_service.documents.types import AccountId, Document, DocumentId, Json
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.errors import BadIdentifier, InvalidCredentials, TokenExpired
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.repositories.primitives.ttl_cache import TtlCache
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import StoreError

from .identities import Identities, secret_of
from .revocations import Revocations
from .signing_keys import SigningKeys

_log = logging.getLogger(__name__)

_ISSUER = "kazoo"
_OPTIONAL_IDS = ("owner_id", "original_account_id", "original_owner_id")
_LONGEST_ID = 256
_LATEST_EXPIRY = 2**53
"""Unix seconds; the largest integer that every JSON library represents exactly."""

_VERIFIED_SECONDS = 24 * 3600.0
"""How long a token's signature stays known to be valid."""

_VERIFIED_BYTES = 16_000_000

_REVOCATIONS_IN_MEMORY = 20_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says, and what follows from it."""

    bearers: tuple[Bearer, ...]
    """On whose behalf: the impersonator, the owner, and last the masked user (claim `as`)."""
    token_account_id: AccountId
    """The account of its owner."""
    expires: int
    """Unix seconds."""
    payload: Document
    """All claims, `account_id` and `owner_id` those of the last bearer."""
    method: str
    """The login module that issued it."""


@dataclass(slots=True)
class _Verified:
    """A token whose signature is valid; its identity may have changed since."""

    payload: Document
    fingerprint: str
    claims: Claims | None = None
    checked_at: float = 0.0
    """When the claims were read from the store; 0: they must be read again."""

    def acts_for(self, account_id: AccountId, owner_id: DocumentId | None) -> bool:
        if self.claims is None:
            return True
        return any(
            (bearer.account_id, bearer.user_id) == (account_id, owner_id)
            for bearer in self.claims.bearers
        )


class Tokens:
    """Issues, verifies and ends tokens.

    The signature of a token is verified once. Whether it is revoked is known from memory; its
    identity is read again after `recheck_seconds`, or as soon as any worker resets the identity's
    secret. A token that is refused is not cached.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        identities: Identities,
        keys: SigningKeys,
        clock: Clock,
        ids: IdGenerator,
        *,
        lifetime: int,
        recheck_seconds: float,
        revocations_in_memory: int = _REVOCATIONS_IN_MEMORY,
    ) -> None:
        self._accounts = accounts
        self._identities = identities
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._lifetime = lifetime
        self._recheck_seconds = recheck_seconds
        self._verified: TtlCache[str, _Verified] = TtlCache(
            _VERIFIED_SECONDS, clock, size=_VERIFIED_BYTES
        )
        self._invalidations = 0
        """How often an identity changed: what is being read meanwhile may be stale."""
        self._revocations = Revocations(
            store,
            clock,
            ids,
            entries=revocations_in_memory,
            on_revoked=self._forget,
            on_reset=self._invalidate,
        )

    async def open(self) -> None:
        """Load what is revoked, and follow what will be. Raises `StoreError`."""
        await self._revocations.open()

    async def close(self) -> None:
        """Stop following revocations."""
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

        Of `masquerade`, what names a user becomes the claim `as`, and nothing else. No two tokens
        are the same, so that revoking one leaves the other (claim `jti`, which Kazoo
        ignores; RFC 7519, 4.1.7).
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
        target = masquerade_of(masquerade)
        if target is not None:
            payload["as"] = {"account_id": target[0], "owner_id": target[1]}
        payload |= {
            "method": method,
            "exp": int(self._clock()) + self._lifetime,
            "jti": self._ids.new_id(),
        }
        return signed_token(payload, key_id, key)

    async def verify(self, token: str) -> Claims:
        """What the token says, when it is valid. Raises `InvalidCredentials`, `TokenExpired`."""
        verified = self._verified.get(token)
        if verified is None:
            verified = await self._signed(token)
        now = self._clock()
        claims = verified.claims
        # A clock that was set back makes nothing younger.
        if claims is None or not 0 <= now - verified.checked_at < self._recheck_seconds:
            claims = await self._checked(token, verified, now)
        if self._revocations.is_revoked(verified.fingerprint):
            raise InvalidCredentials
        if claims.expires <= now:
            raise TokenExpired
        return claims

    async def revoke(self, token: str) -> None:
        """Revoke a valid token, in every worker. Raises as `verify`, and `StoreError`."""
        claims = await self.verify(token)
        await self._revocations.revoke(fingerprint_of(token), claims.expires)

    async def reset_secret(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """End all tokens of a user, or of an account without one. Raises `BadIdentifier`."""
        await self._identities.reset_secret(account_id, owner_id)
        await self.publish_reset(account_id, owner_id)

    async def publish_reset(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Inform every worker that an identity has another secret, or is gone.

        Workers that this does not reach notice when they read the identity again.
        """
        try:
            await self._revocations.publish_reset(account_id, owner_id)
        except StoreError as error:
            _log.warning("workers will read an identity again only later: %s", error)

    def _invalidate(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Read the identity of cached tokens again before they are accepted."""
        self._invalidations += 1
        for _, verified in self._verified.items():
            if verified.acts_for(account_id, owner_id):
                verified.checked_at = 0.0

    def _forget(self, fingerprint: str) -> None:
        """Drop a token that has been revoked."""
        self._invalidations += 1
        revoked = [
            token for token, known in self._verified.items() if known.fingerprint == fingerprint
        ]
        for token in revoked:
            self._verified.forget(token)

    async def _checked(self, token: str, verified: _Verified, now: float) -> Claims:
        """What a token means now; that is cached, unless the token is refused."""
        invalidations = self._invalidations
        try:
            verified.claims = claims = await self._claims(verified)
        except (InvalidCredentials, TokenExpired):
            self._verified.forget(token)
            raise
        verified.checked_at = now if invalidations == self._invalidations else 0.0
        if self._verified.get(token) is not verified and invalidations == self._invalidations:
            size = 2 * len(token) + memory_of(verified.payload, self._verified.largest)
            self._verified.put(token, verified, size)
        return claims

    async def _signed(self, token: str) -> _Verified:
        """The claims of a token with a valid signature, expired or not."""
        key_id = key_id_of(token)
        key = await self._keys.public_key(key_id) if key_id is not None else None
        payload = signed_payload(token, key) if key is not None else None
        if payload is None or not _is_well_formed(payload):
            raise InvalidCredentials
        return _Verified(payload, fingerprint_of(token))

    async def _claims(self, verified: _Verified) -> Claims:
        """What a token means now. Raises `InvalidCredentials`, `TokenExpired`."""
        payload = verified.payload
        now = self._clock()
        if payload["exp"] <= now:
            raise TokenExpired
        if (payload.get("nbf") or 0) > now or await self._revocations.is_revoked_in_store(
            verified.fingerprint
        ):
            raise InvalidCredentials
        try:
            bearers = await self._bearers(payload, await self._genuine_bearer(payload))
        except BadIdentifier:
            raise InvalidCredentials from None
        acting, method = bearers[-1], payload.get("method")
        if masquerade_of(payload.get("as")) is not None:
            payload = {**payload, "account_id": acting.account_id, "owner_id": acting.user_id}
        return Claims(
            bearers,
            token_account_id=verified.payload["account_id"],
            expires=int(payload["exp"]),
            payload=payload,
            method=method if isinstance(method, str) else "",
        )

    async def _genuine_bearer(self, payload: Document) -> Bearer:
        """The owner of the token, if its secret still is the one that the token was made with."""
        account_id, owner_id = payload["account_id"], payload.get("owner_id")
        identity = await self._identities.fetch(account_id, owner_id)
        secret = secret_of(identity)
        if secret is None:
            raise InvalidCredentials
        expected = self._signature(account_id, owner_id, secret)
        if not hmac.compare_digest(payload["identity_sig"].encode(), expected.encode()):
            raise InvalidCredentials
        return Bearer.of(account_id, owner_id, identity)

    async def _bearers(self, payload: Document, own: Bearer) -> tuple[Bearer, ...]:
        """All on whose behalf the token acts. Raises `BadIdentifier`, `InvalidCredentials`."""
        bearers: tuple[Bearer, ...] = (own,)
        if payload.get("original_account_id") is not None:
            bearers = (await self._impersonator(payload, own), own)
        target = masquerade_of(payload.get("as"))
        if target is not None:
            bearers = (*bearers, await self._masked(own, *target))
        return bearers

    async def _masked(self, own: Bearer, account_id: AccountId, owner_id: DocumentId) -> Bearer:
        """The user of a descendant account that a token acts as (`as`;
        docs/reference/wire.md, 6.2)."""
        account = await self._accounts.find(account_id)
        if own.account_id not in account.tree:
            raise InvalidCredentials
        return Bearer.of(account_id, owner_id, await self._identities.fetch(account_id, owner_id))

    async def _impersonator(self, payload: Document, own: Bearer) -> Bearer:
        """Who logged in as the token's user at a Kazoo node; one that is gone has no privileges."""
        account_id, owner_id = payload["original_account_id"], payload.get("original_owner_id")
        try:
            identity = await self._identities.fetch(account_id, owner_id)
        except BadIdentifier:
            return Bearer(own.account_id, own.user_id, USER)
        return Bearer.of(account_id, owner_id, identity)

    def _signature(self, account_id: AccountId, owner_id: DocumentId | None, secret: str) -> str:
        return identity_signature(owner_id or account_id, secret, self._keys.server_secret)


def _is_well_formed(payload: Document) -> bool:
    """Whether the claims that are used have the right types; Kazoo's always have."""
    account_id, expires, not_before = (payload.get(n) for n in ("account_id", "exp", "nbf"))
    return (
        payload.get("iss") == _ISSUER
        and isinstance(account_id, str)
        and is_account_id(account_id)
        and _is_time(expires)
        and (not_before is None or _is_time(not_before))
        and isinstance(payload.get("identity_sig"), str)
        and all(_is_id(payload.get(name)) for name in _OPTIONAL_IDS)
    )


def _is_time(value: Json) -> bool:
    return isinstance(value, int | float) and 0 <= value <= _LATEST_EXPIRY


def _is_id(value: Json) -> bool:
    """Whether a claim may name a document, or is absent."""
    return value is None or (isinstance(value, str) and 0 < len(value) <= _LONGEST_ID)
