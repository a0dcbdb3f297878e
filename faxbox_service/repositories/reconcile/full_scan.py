"""The full scan: every faxbox of every account, and everything else in `faxes`."""

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
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentRefused, MissingDatabase

Report: TypeAlias = Callable[[list[Finding]], Awaitable[None]]
"""Receives what was found, batch by batch; may take its time."""

_BATCH = 200
_DATABASES = "account/"


async def ignore_findings(_: list[Finding]) -> None:
    """Report nothing."""


class FullScan:
    """Finds and repairs what no single change reveals.

    After each page of documents it rests `rest` times as long as that took.
    """

    def __init__(
        self,
        store: Store,
        consistency: FaxboxConsistency,
        account_replicas: AccountReplicas,
        *,
        rest: float = 0.0,
    ) -> None:
        self._store = store
        self._consistency = consistency
        self._account_replicas = account_replicas
        self._rest = rest

    async def accounts(self, report: Report) -> list[AccountId]:
        """The accounts that have databases, or are in `accounts`."""
        return sorted({*await self.accounts_with_databases(), *await self.scan_accounts(report)})

    async def accounts_with_databases(self) -> list[AccountId]:
        """The accounts that have databases."""
        found: list[AccountId] = []
        name = ""
        while names := await self._store.databases(_DATABASES, after=name, limit=_BATCH):
            name = names[-1]
            found.extend(filter(None, map(account_of_database, names)))
        return found

    async def scan_accounts(self, report: Report) -> set[AccountId]:
        """The accounts that are in `accounts`; reports documents in conflict."""
        known: set[AccountId] = set()
        async for document in self._documents(ACCOUNTS, None, report):
            if is_account_id(document["_id"]):
                known.add(document["_id"])
                await report(conflict_in(ACCOUNTS, document, document["_id"]))
        return known

    async def scan_system(self, report: Report) -> None:
        """Report documents in conflict in the databases that all accounts share."""
        for database in (SYSTEM_AUTH, SYSTEM_CONFIG, SYSTEM_SCHEMAS):
            async for document in self._documents(database, None, report):
                await report(conflict_in(database, document, None))

    async def repair_account_replica(
        self, account_id: AccountId, report: Report, *, dry_run: bool = False
    ) -> None:
        """Make the replica in `accounts` what the account's document says."""
        try:
            was_stale = await self._account_replicas.rebuild_replica(account_id, dry_run=dry_run)
        except DocumentRefused as error:
            await report([finding_of(error, account_id)])
            return
        if was_stale:
            await report([Finding(Inconsistency.ACCOUNT_REPLICA_STALE, account_id)])

    async def scan_account(
        self, account_id: AccountId, report: Report, *, dry_run: bool = False
    ) -> set[DocumentId]:
        """Repair what the faxboxes of an account need.

        Returns the ids of the documents in `faxes` that belong to them.
        """
        entries: set[DocumentId] = set()
        await self.repair_account_replica(account_id, report, dry_run=dry_run)
        batch: list[DocumentId] = []
        database = account_database(account_id)
        async for document in self._documents(database, account_id, report):
            await report(conflict_in(database, document, account_id))
            if document.get("pvt_type") != FAXBOX:
                continue
            entries.update((document["_id"], *map(claim_id, held_addresses(document))))
            batch.append(document["_id"])
            if len(batch) == _BATCH:
                await report(await self._reconcile(account_id, batch, (), dry_run))
                batch = []
        await report(await self._reconcile(account_id, batch, (), dry_run))
        return entries

    async def scan_faxes(
        self,
        expected: Collection[DocumentId],
        report: Report,
        *,
        only: Collection[AccountId] | None = None,
        dry_run: bool = False,
    ) -> None:
        """Repair replicas and claims that are not `expected`, of all accounts or of some."""
        async for entry in self._documents(FAXES, None, report):
            account_id = entry.get("pvt_account_id")
            if not isinstance(account_id, str) or not is_account_id(account_id):
                account_id = None
            if only is not None and account_id not in only:
                continue
            await report(conflict_in(FAXES, entry, account_id))
            if account_id is not None and entry["_id"] not in expected:
                await report(await self._reconcile_entry(account_id, entry, dry_run))

    async def _reconcile_entry(
        self, account_id: AccountId, entry: Document, dry_run: bool
    ) -> list[Finding]:
        if entry.get("pvt_type") == FAXBOX:
            return await self._reconcile(account_id, [entry["_id"]], (), dry_run)
        if is_claim(entry):
            faxbox_ids, address = [entry["faxbox_id"]], (entry["address"],)
            return await self._reconcile(account_id, faxbox_ids, address, dry_run)
        return []

    async def _reconcile(
        self,
        account_id: AccountId,
        faxbox_ids: list[DocumentId],
        more_addresses: Collection[str],
        dry_run: bool,
    ) -> list[Finding]:
        return await self._consistency.reconcile(
            account_id, faxbox_ids, more_addresses=more_addresses, dry_run=dry_run
        )

    async def _documents(
        self, database: str, account_id: AccountId | None, report: Report
    ) -> AsyncIterator[Document]:
        """All documents that are readable; those that are not are reported."""
        after, started = "", time.monotonic()
        while True:
            try:
                page = await self._store.documents(database, after=after, limit=_BATCH)
            except MissingDatabase:
                return
            except DocumentRefused as error:
                await report([finding_of(error, account_id)])
                after = error.document_id
                continue
            if not page:
                return
            after = page[-1]["_id"]
            for document in page:
                yield document
            await asyncio.sleep(self._rest * (time.monotonic() - started))
            started = time.monotonic()
