"""Tokens: the same JWTs that Kazoo issues and accepts (data model, section 8; wire, 6.2)."""

import hmac
from dataclasses import dataclass

import jwt

from faxbox_service.documents.account import Account
from faxbox_service.documents.identity import identity_signature
from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.stores.base import DocumentNotFound, MissingDatabase, RevisionConflict, Store

from .accounts import Accounts
from .clock import Clock, new_id
from .errors import BadIdentifier, InvalidCredentials, TokenExpired
from .expiring import Expiring
from .signing_keys import SigningKeys

_ALGORITHMS = ["RS256", "RS384", "RS512"]
_ISSUER = "kazoo"
_SECRET = "pvt_signature_secret"
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    account_id: AccountId
    owner_id: DocumentId | None
    expires: int
    """Unix seconds."""
    payload: Document
    """All claims as they stand in the token."""


class Tokens:
    """Issues and verifies tokens.

    A verified token is remembered for `recheck_seconds`; only after that are its signature and
    its identity's secret looked at again.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        keys: SigningKeys,
        clock: Clock,
        *,
        lifetime: int,
        recheck_seconds: float,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._keys = keys
        self._clock = clock
        self._lifetime = lifetime
        self._verified: Expiring[str, Claims] = Expiring(recheck_seconds, clock)

    async def issue(self, account: Account, owner_id: DocumentId | None, method: str) -> str:
        """A new token of an account, or of a user of it; `method` names the login module."""
        secret = await self._ensure_secret(account.id, owner_id)
        key_id, key = self._keys.current
        payload: Document = {
            "iss": _ISSUER,
            "identity_sig": self._signature(account.id, owner_id, secret),
            "account_id": account.id,
        }
        if owner_id is not None:
            payload["owner_id"] = owner_id
        payload["method"] = method
        payload["exp"] = int(self._clock()) + self._lifetime
        return jwt.encode(payload, key, algorithm="RS256", headers={"kid": key_id})

    async def verify(self, token: str) -> Claims:
        """What the token says, when it is good. Raises `InvalidCredentials`, `TokenExpired`."""
        claims = self._verified.get(token)
        if claims is None:
            claims = await self._verify(token)
            self._verified.put(token, claims)
        if claims.expires <= self._clock():
            raise TokenExpired
        return claims

    async def _verify(self, token: str) -> Claims:
        payload = await self._signed_payload(token)
        account_id, owner_id = payload.get("account_id"), payload.get("owner_id")
        expires, signature = payload.get("exp"), payload.get("identity_sig")
        if (
            not isinstance(account_id, str)
            or not isinstance(expires, int | float)
            or not isinstance(signature, str)
            or not (owner_id is None or isinstance(owner_id, str))
            or "as" in payload
        ):
            raise InvalidCredentials
        if expires <= self._clock():
            raise TokenExpired
        secret = await self._secret(account_id, owner_id)
        expected = self._signature(account_id, owner_id, secret)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise InvalidCredentials
        return Claims(account_id, owner_id, int(expires), payload)

    async def _signed_payload(self, token: str) -> Document:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.public_key(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise InvalidCredentials
            # `exp` is judged by our own clock, and only after the signature.
            return jwt.decode(
                token, key, algorithms=_ALGORITHMS, issuer=_ISSUER, options={"verify_exp": False}
            )
        except (jwt.InvalidTokenError, ValueError):
            raise InvalidCredentials from None

    def _signature(self, account_id: AccountId, owner_id: DocumentId | None, secret: str) -> str:
        return identity_signature(owner_id or account_id, secret, self._keys.server_secret)

    async def _secret(self, account_id: AccountId, owner_id: DocumentId | None) -> str:
        """The secret of a live identity. Raises `InvalidCredentials` when there is none."""
        try:
            document = await self._identity(account_id, owner_id)
        except BadIdentifier:
            raise InvalidCredentials from None
        secret = document.get(_SECRET)
        if not isinstance(secret, str) or not secret:
            raise InvalidCredentials
        return secret

    async def _ensure_secret(self, account_id: AccountId, owner_id: DocumentId | None) -> str:
        """The secret of an identity, made when it has none yet."""
        for _ in range(_TRIES):
            document = await self._identity(account_id, owner_id)
            secret = document.get(_SECRET)
            if isinstance(secret, str) and secret:
                return secret
            changes = {_SECRET: new_id()}
            if owner_id is None:
                await self._accounts.add_private(account_id, changes)
                continue
            try:
                await self._store.put(account_database(account_id), {**document, **changes})
            except RevisionConflict:
                continue
        raise InvalidCredentials

    async def _identity(self, account_id: AccountId, owner_id: DocumentId | None) -> Document:
        account_document = await self._accounts.fetch(account_id)
        if owner_id is None:
            return account_document
        try:
            document = await self._store.get(account_database(account_id), owner_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(owner_id) from None
        if document.get("pvt_type") != "user" or document.get("pvt_deleted"):
            raise BadIdentifier(owner_id)
        return document
