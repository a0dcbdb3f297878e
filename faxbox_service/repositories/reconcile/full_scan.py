"""Looking at everything: every box of every account, and whatever else lies in `faxes`."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import TypeAlias

from faxbox_service.documents.model.address_claim import claim_id, is_claim
from faxbox_service.documents.model.faxbox import FAXBOX, held_addresses
from faxbox_service.documents.names import (
    ACCOUNTS,
    FAXES,
    SYSTEM_AUTH,
    SYSTEM_CONFIG,
    SYSTEM_SCHEMAS,
    account_database,
    account_of_database,
    is_account_id,
)
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.accounts.replica import AccountReplicas
from faxbox_service.repositories.faxboxes.consistency import FaxboxConsistency
from faxbox_service.repositories.inconsistency import (
    Finding,
    Inconsistency,
    conflict_in,
    finding_of,
)
from faxbox_service.stores.base import DocumentRefused, MissingDatabase, Store

Found: TypeAlias = Callable[[list[Finding]], Awaitable[None]]
"""Is told what was found, batch by batch; may take its time."""

_AT_ONCE = 200
_DATABASES = "account/"


async def unheard(_: list[Finding]) -> None:
    """Tell nobody."""


class FullScan:
    """Finds and mends what no single change tells of.

    After each page of documents it rests `rest` times as long as that took.
    """

    def __init__(
        self,
        store: Store,
        reconciliation: FaxboxConsistency,
        account_copies: AccountReplicas,
        *,
        rest: float = 0.0,
    ) -> None:
        self._store = store
        self._reconciliation = reconciliation
        self._account_copies = account_copies
        self._rest = rest

    async def accounts(self, found: Found) -> list[AccountId]:
        """The accounts that have databases, or that `accounts` knows."""
        return sorted({*await self.accounts_with_databases(), *await self.look_at_accounts(found)})

    async def accounts_with_databases(self) -> list[AccountId]:
        """The accounts that have databases."""
        found: list[AccountId] = []
        name = ""
        while names := await self._store.databases(_DATABASES, after=name, limit=_AT_ONCE):
            name = names[-1]
            found.extend(filter(None, map(account_of_database, names)))
        return found

    async def look_at_accounts(self, found: Found) -> set[AccountId]:
        """The accounts that `accounts` knows; says which documents there are in conflict."""
        known: set[AccountId] = set()
        async for document in self._documents(ACCOUNTS, None, found):
            if is_account_id(document["_id"]):
                known.add(document["_id"])
                await found(conflict_in(ACCOUNTS, document, document["_id"]))
        return known

    async def look_at_system(self, found: Found) -> None:
        """Say which documents that all accounts share are in conflict."""
        for database in (SYSTEM_AUTH, SYSTEM_CONFIG, SYSTEM_SCHEMAS):
            async for document in self._documents(database, None, found):
                await found(conflict_in(database, document, None))

    async def repair_account_replica(
        self, account_id: AccountId, found: Found, *, dry_run: bool = False
    ) -> None:
        """Make the copy in `accounts` what the account's document says."""
        try:
            was_stale = await self._account_copies.rebuild_replica(account_id, dry_run=dry_run)
        except DocumentRefused as error:
            await found([finding_of(error, account_id)])
            return
        if was_stale:
            await found([Finding(Inconsistency.ACCOUNT_COPY_STALE, account_id)])

    async def scan_account(
        self, account_id: AccountId, found: Found, *, dry_run: bool = False
    ) -> set[DocumentId]:
        """Mend what the boxes of an account need.

        Returns the ids of the documents in `faxes` that belong to them.
        """
        entries: set[DocumentId] = set()
        await self.repair_account_replica(account_id, found, dry_run=dry_run)
        batch: list[DocumentId] = []
        database = account_database(account_id)
        async for box in self._documents(database, account_id, found):
            await found(conflict_in(database, box, account_id))
            if box.get("pvt_type") != FAXBOX:
                continue
            entries.update((box["_id"], *map(claim_id, held_addresses(box))))
            batch.append(box["_id"])
            if len(batch) == _AT_ONCE:
                await found(await self._reconcile(account_id, batch, (), dry_run))
                batch = []
        await found(await self._reconcile(account_id, batch, (), dry_run))
        return entries

    async def scan_faxes(
        self,
        expected: Collection[DocumentId],
        found: Found,
        *,
        only: Collection[AccountId] | None = None,
        dry_run: bool = False,
    ) -> None:
        """Mend copies and claims that are not `expected`, of all accounts or of some."""
        async for entry in self._documents(FAXES, None, found):
            account_id = entry.get("pvt_account_id")
            if not isinstance(account_id, str) or not is_account_id(account_id):
                account_id = None
            if only is not None and account_id not in only:
                continue
            await found(conflict_in(FAXES, entry, account_id))
            if account_id is not None and entry["_id"] not in expected:
                await found(await self._reconcile_entry(account_id, entry, dry_run))

    async def _reconcile_entry(
        self, account_id: AccountId, entry: Document, dry_run: bool
    ) -> list[Finding]:
        if entry.get("pvt_type") == FAXBOX:
            return await self._reconcile(account_id, [entry["_id"]], (), dry_run)
        if is_claim(entry):
            box, address = [entry["faxbox_id"]], (entry["address"],)
            return await self._reconcile(account_id, box, address, dry_run)
        return []

    async def _reconcile(
        self,
        account_id: AccountId,
        faxbox_ids: list[DocumentId],
        more_addresses: Collection[str],
        dry_run: bool,
    ) -> list[Finding]:
        return await self._reconciliation.reconcile(
            account_id, faxbox_ids, more_addresses=more_addresses, dry_run=dry_run
        )

    async def _documents(
        self, database: str, account_id: AccountId | None, found: Found
    ) -> AsyncIterator[Document]:
        """All documents; `found` hears of those that cannot be read."""
        after, started = "", time.monotonic()
        while True:
            try:
                page = await self._store.documents(database, after=after, limit=_AT_ONCE)
            except MissingDatabase:
                return
            except DocumentRefused as error:
                await found([finding_of(error, account_id)])
                after = error.document_id
                continue
            if not page:
                return
            after = page[-1]["_id"]
            for document in page:
                yield document
            await asyncio.sleep(self._rest * (time.monotonic() - started))
            started = time.monotonic()
