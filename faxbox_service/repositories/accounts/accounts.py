"""Accounts: the document in the account's own database, and its replica in `accounts`.

The account's database is authoritative (docs/reference/data-model.md, 1.4 and 11). What every
request needs of an account is cached, so that it costs no round trip.
"""

import hmac
from collections.abc import Callable
from functools import partial

from faxbox_service.documents.model.account import (
    DEFAULT_TIMEZONE,
    Account,
    AccountSecrets,
    client_fields,
    new_account,
)
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.private_fields import Author, alphanum_name
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.collection import Edit
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.faxboxes.consistency import FaxboxConsistency
from faxbox_service.repositories.faxboxes.faxboxes import CROSSBAR_LISTING
from faxbox_service.repositories.faxboxes.replica import FaxboxReplicas
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator, system_ids
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import StoreError
from faxbox_service.stores.values import View, ViewRange

from .cache import AccountCache
from .descendant_counts import DescendantCounts
from .documents import AccountDocuments, AccountWrites
from .replica import AccountReplicas
from .rules import LISTING_BY_NAME, LISTING_BY_REALM, AccountRules

LISTING_BY_API = View("accounts", "listing_by_api")

_AT_ONCE = 200

_LONGEST_NAME = 1024
"""Characters: no account has a longer name or realm."""


class Accounts:
    """Creates, finds, changes and deletes accounts."""

    def __init__(
        self,
        store: Store,
        schema: Schema,
        faxbox_replicas: FaxboxReplicas,
        consistency: FaxboxConsistency,
        clock: Clock,
        *,
        realm_suffix: str,
        known: AccountCache,
        ids: IdGenerator = system_ids,
    ) -> None:
        self._store = store
        self._rules = AccountRules(store, schema)
        self._faxbox_replicas = faxbox_replicas
        self._consistency = consistency
        self.ids = ids
        """Makes the ids of new accounts, and API keys."""
        self._realm_suffix = realm_suffix
        self._known = known
        self.replicas = AccountReplicas(store)
        self._writes = AccountWrites(store, known, self.replicas)
        self._documents = AccountDocuments(store, schema, clock, self._rules, self._writes)
        self._descendants = DescendantCounts(self.change_private)

    async def find(self, account_id: AccountId) -> Account:
        """The facts about a live account, as fresh as the changes feed. Raises `BadIdentifier`."""
        return await self._known.find(account_id, self._load)

    async def fetch(self, account_id: AccountId) -> Document:
        """Read a live account's document. Raises `BadIdentifier`."""
        return await self._documents.fetch(account_id, account_id)

    async def find_by_api_key(self, api_key: str) -> Account | None:
        """The account that has this API key now; None for a former key."""
        account = await self._search(LISTING_BY_API, api_key)
        if account is None:
            return None
        current = (await self.fetch(account.id)).get("pvt_api_key")
        # The replica, which was searched, may be older than the account's document.
        if not isinstance(current, str) or not _is_same_secret(current, api_key):
            return None
        return account

    async def find_by_name(self, name: str) -> Account | None:
        """The account of this name, letters and digits compared only."""
        if len(name) > _LONGEST_NAME:
            return None
        return await self._search(LISTING_BY_NAME, alphanum_name(name))

    async def find_by_realm(self, realm: str) -> Account | None:
        """The account of this realm, case ignored."""
        if len(realm) > _LONGEST_NAME:
            return None
        return await self._search(LISTING_BY_REALM, realm.lower())

    async def is_empty(self) -> bool:
        """Whether the store holds no account yet."""
        rows = ViewRange(limit=1)
        return not await self._store.view(ACCOUNTS, LISTING_BY_NAME, rows)

    async def create_master(
        self, name: str, author: Author, *, realm: str | None = None, api_key: str | None = None
    ) -> Document:
        """Create the root of all accounts and return its document. Raises `InvalidDocument`.

        Raises `StoreError` without its replica: the store would seem empty, and get another root.
        """
        fields: Document = {"name": name} if realm is None else {"name": name, "realm": realm}
        document = await self._create(fields, None, author, api_key or self.ids.new_secret())
        await self.replicas.rebuild_replica(document["_id"])
        return document

    async def create_child(self, parent: Account, data: Document, author: Author) -> Document:
        """Create an account below `parent` and return its document. Raises `InvalidDocument`."""
        document = await self._create(data, parent, author, self.ids.new_secret())
        await self.replicas.update_replica(document["_id"])
        await self._descendants.add(parent.id, 1)
        return document

    async def replace(
        self, account_id: AccountId, data: Document, author: Author, precondition: Precondition
    ) -> Document:
        """Replace the public fields but realm and time zone (POST). Raises as `patch` does."""
        return await self._documents.replace(account_id, account_id, data, author, precondition)

    async def patch(
        self, account_id: AccountId, data: Document, author: Author, precondition: Precondition
    ) -> Patched:
        """Merge `data` into the newest revision and validate the result.

        See docs/contract.md, 1, 4 and 26.

        Raises `BadIdentifier`, `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`.
        """
        return await self._documents.patch(account_id, account_id, data, author, precondition)

    async def renew_api_key(self, account_id: AccountId, author: Author) -> Document:
        """Give the account another API key; the old one is invalid at once."""

        async def renewed(stored: Document) -> Document:
            return {**stored, "pvt_api_key": self.ids.new_secret()}

        return await self._documents.change(Edit(account_id, author), account_id, renewed)

    async def change_private(
        self, account_id: AccountId, change: Callable[[Document], Document]
    ) -> Document:
        """Change fields of the account that clients cannot set; `change` gets its document."""

        async def changed(stored: Document) -> Document:
            return change(stored)

        return await self._writes.update(
            account_id, partial(self.fetch, account_id), account_id, changed, NO_PRECONDITION
        )

    async def soft_delete(
        self, account: Account, author: Author, precondition: Precondition = NO_PRECONDITION
    ) -> Document:
        """Hide the account, and every replica of its faxboxes in `faxes` (docs/contract.md, 7).

        Raises `AccountHasDescendants`. The account's database stays, so that nothing is lost.
        """
        await self._rules.require_no_descendants(account.id)

        written = await self._documents.soft_delete(account.id, account.id, author, precondition)
        await self._reconcile(account.id, await self._faxbox_ids(account.id))
        await self._uncount(account)
        return written

    async def delete(
        self, account: Account, precondition: Precondition = NO_PRECONDITION
    ) -> Document:
        """Delete the account's database and every replica of its documents.

        See docs/contract.md, 7.
        """
        await self._rules.require_no_descendants(account.id)
        document = await self.fetch(account.id)
        precondition.require(document["_rev"])
        faxbox_ids = await self._faxbox_ids(account.id)
        self._known.invalidate(account.id)
        await self._store.delete_database(account_database(account.id))
        await self._reconcile(account.id, faxbox_ids)
        await self.replicas.update_replica(account.id)
        await self._uncount(account)
        return document

    async def _load(self, account_id: AccountId) -> Account:
        return Account.of(await self.fetch(account_id))

    async def _create(
        self, data: Document, parent: Account | None, author: Author, api_key: str
    ) -> Document:
        fields = client_fields(data)
        if not fields.get("realm"):
            fields["realm"] = await self._rules.free_realm(self._realm_suffix)
        fields.setdefault("timezone", parent.timezone if parent else DEFAULT_TIMEZONE)
        valid = (await self._rules.valid(fields, None)).document
        secrets = AccountSecrets(api_key=api_key, cpaas_token=self.ids.new_secret())
        document = new_account(valid, self.ids.new_id(), parent, secrets)
        return await self._documents.add(document, author)

    async def _uncount(self, account: Account) -> None:
        if account.tree:
            await self._descendants.add(account.tree[-1], -1)

    async def _search(self, view: View, key: str) -> Account | None:
        rows = await self._store.view(ACCOUNTS, view, ViewRange(key=key, limit=1))
        if not rows:
            return None
        try:
            return await self.find(rows[0].id)
        except BadIdentifier:
            return None

    async def _faxbox_ids(self, account_id: AccountId) -> list[DocumentId]:
        rows = await self._store.view(account_database(account_id), CROSSBAR_LISTING, ViewRange())
        return [row.id for row in rows]

    async def _reconcile(self, account_id: AccountId, faxbox_ids: list[DocumentId]) -> None:
        """Hide or delete the replicas and claims of faxboxes; never raises `StoreError`."""
        try:
            for start in range(0, len(faxbox_ids), _AT_ONCE):
                await self._consistency.reconcile(account_id, faxbox_ids[start : start + _AT_ONCE])
        except StoreError as error:
            self._faxbox_replicas.count_failure(account_id, error)


def _is_same_secret(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())
