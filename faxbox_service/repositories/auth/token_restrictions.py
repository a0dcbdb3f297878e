"""Token restrictions: kept for each account, and found for each request."""

from dataclasses import dataclass

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.json.memory_use import memory_of
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.token_restrictions import ANYTHING, restrictions_for
from faxbox_service.documents.names import account_database, encoded_account_database
from faxbox_service.documents.private_fields import (
    Author,
    is_soft_deleted,
    private_fields,
    public_fields,
    stamp,
)
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.errors import BadIdentifier, StaleRevision
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.repositories.primitives.preconditions import Precondition
from faxbox_service.repositories.primitives.ttl_cache import TtlCache
from faxbox_service.repositories.primitives.validation import validated
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, RevisionConflict

TOKEN_RESTRICTIONS = "token_restrictions"
"""The id of the account's document, and its `pvt_type`."""

_CATEGORY = "crossbar.token_restrictions"

_LONGEST = 32_000
"""Bytes of JSON: each request of the account is checked against them."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The rules that were found; None: there are none."""

    rules: Document | None


class TokenRestrictions:
    """Finds the restrictions of an account; they are cached for `cached_seconds`.

    They have a cache of their own, apart from that of tokens, so that a change is in force for all
    tokens at the same time, and memory is bounded whatever the number of tokens.
    """

    def __init__(
        self,
        store: Store,
        schema: Schema,
        configuration: Configuration,
        clock: Clock,
        *,
        cached_seconds: float,
    ) -> None:
        self._store = store
        self._schema = schema
        self._clock = clock
        self._configuration = configuration
        self._found: TtlCache[tuple[AccountId, str, str], _Found] = TtlCache(cached_seconds, clock)
        self._changes = 0
        """How often restrictions were changed here: what is being read meanwhile may be stale."""

    async def find(self, account: Account, method: str, priv_level: str) -> Document | None:
        """The rules for a token of the account; None: it may be used for everything.

        The account's own come before the system's; superduper admins have none.
        """
        if account.is_superduper_admin:
            return None
        key = (account.id, method, priv_level)
        found = self._found.get(key)
        if found is None:
            changes = self._changes
            found = _Found(await self._read(*key))
            if changes == self._changes:
                size = memory_of([found.rules, *key], self._found.largest)
                self._found.put(key, found, size)
        return found.rules

    async def fetch(self, account_id: AccountId) -> Document:
        """The account's document of restrictions. Raises `BadIdentifier` when it has none."""
        try:
            document = await self._store.get(account_database(account_id), TOKEN_RESTRICTIONS)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(TOKEN_RESTRICTIONS) from None
        if document.get("pvt_type") != TOKEN_RESTRICTIONS or is_soft_deleted(document):
            raise BadIdentifier(TOKEN_RESTRICTIONS)
        return document

    async def replace(
        self, account_id: AccountId, data: Document, author: Author, precondition: Precondition
    ) -> Document:
        """Replace the account's restrictions, or set the first.

        Raises `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`.
        """
        _require_short(data)
        fields = await validated(self._schema, public_fields(data))
        try:
            stored = await self.fetch(account_id)
            precondition.require(stored["_rev"])
        except BadIdentifier:
            precondition.require_absent()
            stored = {
                "_id": TOKEN_RESTRICTIONS,
                "pvt_type": TOKEN_RESTRICTIONS,
                "pvt_account_id": account_id,
                "pvt_account_db": encoded_account_database(account_id),
            }
        document = stamp(
            {**fields, **private_fields(stored)},
            author,
            gregorian_seconds(self._clock()),
            account_id,
        )
        try:
            revision = await self._store.put(account_database(account_id), document)
        except RevisionConflict:
            raise StaleRevision from None
        except MissingDatabase:
            raise BadIdentifier(account_id) from None
        self._invalidate(account_id)
        return {**document, "_rev": revision}

    async def delete(self, account_id: AccountId, precondition: Precondition) -> Document:
        """Delete the account's restrictions for good. Raises as `fetch` and `replace`."""
        stored = await self.fetch(account_id)
        precondition.require(stored["_rev"])
        database = account_database(account_id)
        try:
            revision = await self._store.delete(database, TOKEN_RESTRICTIONS, stored["_rev"])
        except RevisionConflict:
            raise StaleRevision from None
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(TOKEN_RESTRICTIONS) from None
        self._invalidate(account_id)
        return {**stored, "_rev": revision}

    async def _read(self, account_id: AccountId, method: str, priv_level: str) -> Document | None:
        try:
            own = (await self.fetch(account_id)).get("restrictions")
        except BadIdentifier:
            own = None
        if isinstance(own, dict) and (method in own or ANYTHING in own):
            return restrictions_for(own, method, priv_level)
        return restrictions_for(await self._system(method), method, priv_level)

    async def _system(self, method: str) -> Json:
        return {
            name: value
            for name in (method, ANYTHING)
            if (value := await self._configuration.system_value(_CATEGORY, name)) is not None
        }

    def _invalidate(self, account_id: AccountId) -> None:
        self._changes += 1
        for key in [key for key, _ in self._found.items() if key[0] == account_id]:
            self._found.forget(key)


def _require_short(data: Document) -> None:
    """Raise `InvalidDocument` for restrictions that would cost each request too much."""
    size = len(encode_json(data))
    if size > _LONGEST:
        message = f"Restrictions must not be more than {_LONGEST} bytes"
        fault = {"message": message, "target": _LONGEST, "value": size}
        raise InvalidDocument({"restrictions": {"maxSize": fault}})
