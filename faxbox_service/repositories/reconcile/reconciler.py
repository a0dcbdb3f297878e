"""The reconciler: follows the changes of all accounts, and repairs what is wrong in `faxes`.

One is active at a time for each store. It continues where the one before it ended: a local document
of `faxes` has the sequence of the database updates that were processed, and one in each account
that of its changes.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from faxbox_service.documents.model.account import is_hidden_account
from faxbox_service.documents.model.faxbox import FAXBOX
from faxbox_service.documents.names import FAXES, account_database, account_of_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.faxboxes.consistency import FaxboxConsistency
from faxbox_service.repositories.faxboxes.idempotency import IdempotentCreations
from faxbox_service.repositories.inconsistency import (
    Finding,
    Inconsistency,
    conflict_in,
    finding_of,
)
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.retry import BACKGROUND_REPAIR, Backoff
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import MissingDatabase, StoreError
from faxbox_service.stores.values import NOW, Change, UpdateSequence

from .failures import AccountFailures
from .full_scan import FullScan, ignore_findings
from .lease import Lease

_log = logging.getLogger(__name__)

_CHECKPOINT = "faxbox_reconciler"
_LEASE = "faxbox_reconciler_lease"
_BATCH = 200
_BEAT = 2.5
"""Intervals between renewals of the lease: each is a write, also while nothing happens."""
_SETTLE_SECONDS = 1.0
"""Time that a request gets to finish what it has begun."""
_WAIT_SECONDS = 30.0
_EARLY_SCAN_SECONDS = 600.0
"""Between full scans while something is known to be left to repair."""
_REST = 9
"""Times as long as following all accounts took, where CouchDB does not record which changed."""


class Reconciler:
    """Works in the background from `start` to `stop`, while it has the lease.

    It follows changes every `interval` seconds, and makes a full scan every `full_scan_interval`.
    """

    def __init__(
        self,
        store: Store,
        consistency: FaxboxConsistency,
        full_scan: FullScan,
        creations: IdempotentCreations,
        clock: Clock,
        ids: IdGenerator,
        *,
        interval: float,
        full_scan_interval: float,
    ) -> None:
        self._store = store
        self._consistency = consistency
        self._full_scan = full_scan
        self._creations = creations
        self._clock = clock
        self._interval = interval
        self._full_scan_interval = full_scan_interval
        self._lease = Lease(store, FAXES, _LEASE, ids.new_id(), beat_seconds=_BEAT * interval)
        self._task: asyncio.Task[None] | None = None
        self._behind_since: float | None = None
        self._has_skipped_accounts = False
        self.findings: Counter[Inconsistency] = Counter()
        """What was found since the start; repaired, unless it needs an operator."""

    @property
    def is_active(self) -> bool:
        """Whether it holds the lease."""
        return self._lease.is_held

    @property
    def lag(self) -> float:
        """Seconds for which there has been something to do; 0 while another one is active."""
        if self._behind_since is None or not self.is_active:
            return 0.0
        return time.monotonic() - self._behind_since

    def start(self) -> None:
        """Compete for the lease, and work while it is held."""
        self._lease.start()
        self._task = asyncio.create_task(self._work(), name="reconciler")

    async def stop(self) -> None:
        """End, and let another worker take over at once."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._lease.stop()

    async def _work(self) -> None:
        backoff = Backoff(BACKGROUND_REPAIR)
        while True:
            await asyncio.sleep(self._interval)
            if not self.is_active:
                self._behind_since = None
                continue
            try:
                await self._pass()
                backoff.succeeded()
                continue
            except StoreError as error:
                _log.warning("the reconciler waits: %s", error)
            except Exception:
                # The outermost edge of the task, whose end nothing would report.
                _log.exception("the reconciler failed, trying again")
            self._fall_behind()
            await backoff.wait()

    async def _pass(self) -> None:
        """Follow what changed since the checkpoint, or wait for it; scan everything when due."""
        checkpoint = await self._store.get_local(FAXES, _CHECKPOINT) or {}
        sequence: UpdateSequence | None = checkpoint.get("updates")
        if self._is_full_scan_due(checkpoint):
            sequence = sequence or await self._current_sequence()
            started = self._clock()
            if await self._scan_everything():
                checkpoint |= {"updates": sequence, "swept": started}
                await self._store.put_local(FAXES, _CHECKPOINT, checkpoint)
                # What changed meanwhile counts as behind again as soon as it is found.
                self._behind_since = None
        sequence = await self._follow_updates(sequence)
        self._behind_since = None
        if sequence != checkpoint.get("updates"):
            await self._store.put_local(FAXES, _CHECKPOINT, {**checkpoint, "updates": sequence})

    async def _current_sequence(self) -> UpdateSequence | None:
        try:
            return (await self._store.database_updates(NOW)).last_sequence
        except MissingDatabase:
            return None

    async def _follow_updates(self, since: UpdateSequence | None) -> UpdateSequence | None:
        """Follow the accounts that changed after a sequence; return the one to continue from."""
        try:
            updates = await self._store.database_updates(since, wait=_WAIT_SECONDS if since else 0)
        except MissingDatabase:
            # This CouchDB does not record which databases change, so all of them are followed.
            started = time.monotonic()
            await self._follow_all(await self._full_scan.accounts(ignore_findings))
            await asyncio.sleep(_REST * (time.monotonic() - started))
            return since
        changed = filter(None, map(account_of_database, sorted(updates.databases)))
        deleted = await self._follow_all(changed)
        if deleted:
            await self._clean_up(deleted)
        return updates.last_sequence if self.is_active else since

    async def _follow_all(self, account_ids: Iterable[AccountId]) -> set[AccountId]:
        """Follow them while the lease is held; return those that have no database.

        One that fails delays no others, unless the store is unavailable. Raises `StoreError`.
        """
        deleted: set[AccountId] = set()
        failures = AccountFailures()
        for account_id in account_ids:
            if not self.is_active:
                break
            self._fall_behind()
            try:
                await self._follow(account_id)
            except MissingDatabase:
                deleted.add(account_id)
            except StoreError as error:
                failures.note(account_id, error)
            else:
                failures.note_success()
        failures.raise_any()
        return deleted

    async def _clean_up(self, account_ids: set[AccountId]) -> None:
        """Remove what is left of accounts whose databases were deleted."""
        for account_id in account_ids:
            await self._full_scan.repair_account_replica(account_id, self._record)
        await self._full_scan.scan_faxes((), self._record, only=account_ids)

    async def _follow(self, account_id: AccountId) -> None:
        """Check what changed in an account since its checkpoint."""
        database = account_database(account_id)
        since = (await self._store.get_local(database, _CHECKPOINT) or {}).get("since")
        while True:
            found = await self._store.changes(database, since, limit=_BATCH, include_docs=True)
            await self._check(account_id, found.changes)
            if found.last_sequence != since:
                since = found.last_sequence
                await self._store.put_local(database, _CHECKPOINT, {"since": since})
            if len(found.changes) < _BATCH:
                return

    async def _check(self, account_id: AccountId, changes: list[Change]) -> None:
        database = account_database(account_id)
        faxbox_ids: list[DocumentId] = []
        for change in changes:
            if change.error is not None:
                await self._record([finding_of(change.error, account_id)])
                continue
            if change.document is not None:
                await self._record(conflict_in(database, change.document, account_id))
            if change.id == account_id:
                await self._check_account(account_id, change.document)
            elif change.is_deleted or _is_faxbox(change.document):
                faxbox_ids.append(change.id)
        found = await self._consistency.reconcile(account_id, faxbox_ids, dry_run=True)
        await self._record([finding for finding in found if finding.location is not None])
        revisions = {finding.faxbox_id: finding.revision for finding in found if finding.faxbox_id}
        if not revisions:
            return
        # A request may be between its writes; only what it leaves undone is still as it was then.
        await asyncio.sleep(_SETTLE_SECONDS)
        await self._record(
            await self._consistency.reconcile(account_id, revisions, revisions=revisions)
        )

    async def _check_account(self, account_id: AccountId, document: Document | None) -> None:
        await self._full_scan.repair_account_replica(account_id, self._record)
        if is_hidden_account(document):
            await self._full_scan.scan_account(account_id, self._record)

    def _is_full_scan_due(self, checkpoint: Document) -> bool:
        age: float = self._clock() - checkpoint.get("swept", 0.0)
        interval = self._full_scan_interval
        if self._lease.was_abandoned or self._has_skipped_accounts:
            interval = min(interval, _EARLY_SCAN_SECONDS)
        # A clock that was set back makes the latest scan lie in the future.
        return not 0 <= age < interval

    async def _scan_everything(self) -> bool:
        """Make a full scan; False if it was ended, because the lease was lost.

        What belongs to accounts without databases stays: the databases may be being replicated
        here, and our deletions would be replicated, too.
        """
        self._fall_behind()
        self._lease.was_abandoned = False
        expected: set[DocumentId] = set()
        scanned: set[AccountId] = set()
        failures = AccountFailures()
        await self._full_scan.scan_system(self._record)
        await self._full_scan.scan_accounts(self._record)
        for account_id in await self._full_scan.accounts_with_databases():
            if not self.is_active:
                return False
            try:
                expected |= await self._full_scan.scan_account(account_id, self._record)
            except StoreError as error:
                failures.note(account_id, error)
                continue
            failures.note_success()
            scanned.add(account_id)
        self._has_skipped_accounts = failures.any
        await self._full_scan.scan_faxes(expected, self._record, only=scanned)
        await self._creations.purge()
        return True

    def _fall_behind(self) -> None:
        if self._behind_since is None:
            self._behind_since = time.monotonic()

    async def _record(self, findings: list[Finding]) -> None:
        for finding in findings:
            self.findings[finding.inconsistency] += 1
            needs_operator = finding.inconsistency.needs_operator
            _log.log(logging.ERROR if needs_operator else logging.INFO, "%s", finding)


def _is_faxbox(document: Document | None) -> bool:
    return document is not None and document.get("pvt_type") == FAXBOX
