"""The reconciler: follows the changes of all accounts, and mends what is not right in `faxes`.

One is active at a time for each store. It goes on from where the last one was: a local document
of `faxes` says up to which update of databases, and one in each account up to which change.
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
from faxbox_service.stores.base import NOW, Change, MissingDatabase, Sequence, Store, StoreError

from .failures import Failures
from .full_scan import FullScan, unheard
from .lease import Lease

_log = logging.getLogger(__name__)

_CHECKPOINT = "faxbox_reconciler"
_LEASE = "faxbox_reconciler_lease"
_AT_ONCE = 200
_BEAT = 2.5
"""Intervals between renewals of the lease: each is a write, also while nothing happens."""
_SETTLING = 1.0
"""Seconds that a request gets to finish what it has begun."""
_WAIT_SECONDS = 30.0
_SHORTEST_SWEEP_PAUSE = 600.0


class Reconciler:
    """Works in the background from `start` to `stop`, while it has the lease.

    It looks for changes every `interval` seconds, and at everything every `sweep_interval`.
    """

    def __init__(
        self,
        store: Store,
        reconciliation: FaxboxConsistency,
        sweeping: FullScan,
        creations: IdempotentCreations,
        clock: Clock,
        ids: IdGenerator,
        *,
        interval: float,
        sweep_interval: float,
    ) -> None:
        self._store = store
        self._reconciliation = reconciliation
        self._sweeping = sweeping
        self._creations = creations
        self._clock = clock
        self._interval = interval
        self._sweep_interval = sweep_interval
        self._lease = Lease(store, FAXES, _LEASE, ids.new_id(), beat_seconds=_BEAT * interval)
        self._task: asyncio.Task[None] | None = None
        self._behind_since: float | None = None
        self._has_left_accounts = False
        self.repairs: Counter[Inconsistency] = Counter()
        """What was found since the start; all but what is for people was mended."""

    @property
    def is_active(self) -> bool:
        """Whether it is the one that works."""
        return self._lease.is_held

    @property
    def lag(self) -> float:
        """Seconds for which there has been something to do; 0 while another one is active."""
        if self._behind_since is None or not self.is_active:
            return 0.0
        return time.monotonic() - self._behind_since

    def start(self) -> None:
        """Begin to want the lease, and to work while it is held."""
        self._lease.start()
        self._task = asyncio.create_task(self._work(), name="reconciler")

    async def stop(self) -> None:
        """End, and let another one take over at once."""
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
                # The task's outermost edge: nobody would see it end.
                _log.exception("the reconciler failed, trying again")
            self._fall_behind()
            await backoff.wait()

    async def _pass(self) -> None:
        """Follow what changed since the checkpoint, or wait for it; sweep when it is time."""
        checkpoint = await self._store.get_local(FAXES, _CHECKPOINT) or {}
        place: Sequence | None = checkpoint.get("updates")
        if self._must_sweep(checkpoint):
            place = place or await self._present_place()
            swept = self._clock()
            if await self._sweep():
                checkpoint |= {"updates": place, "swept": swept}
                await self._store.put_local(FAXES, _CHECKPOINT, checkpoint)
                # What changed meanwhile is behind again as soon as it is found.
                self._behind_since = None
        place = await self._follow_updates(place)
        self._behind_since = None
        if place != checkpoint.get("updates"):
            await self._store.put_local(FAXES, _CHECKPOINT, {**checkpoint, "updates": place})

    async def _present_place(self) -> Sequence | None:
        try:
            return (await self._store.database_updates(NOW)).last_sequence
        except MissingDatabase:
            return None

    async def _follow_updates(self, place: Sequence | None) -> Sequence | None:
        """Follow the accounts that changed after a place; return the place after that."""
        try:
            updates = await self._store.database_updates(place, wait=_WAIT_SECONDS if place else 0)
        except MissingDatabase:
            # A CouchDB that does not note which databases change: look into all of them.
            started = time.monotonic()
            await self._follow_all(await self._sweeping.accounts(unheard))
            await asyncio.sleep(9 * (time.monotonic() - started))
            return place
        changed = filter(None, map(account_of_database, sorted(updates.databases)))
        vanished = await self._follow_all(changed)
        if vanished:
            await self._clear_up_after(vanished)
        return updates.last_sequence if self.is_active else place

    async def _follow_all(self, account_ids: Iterable[AccountId]) -> set[AccountId]:
        """Follow them while the lease is held; return those that have no database.

        One that fails holds up no others, unless it is the store that is away. Raises `StoreError`.
        """
        vanished: set[AccountId] = set()
        failures = Failures()
        for account_id in account_ids:
            if not self.is_active:
                break
            self._fall_behind()
            try:
                await self._follow(account_id)
            except MissingDatabase:
                vanished.add(account_id)
            except StoreError as error:
                failures.note(account_id, error)
            else:
                failures.note_success()
        failures.raise_any()
        return vanished

    async def _clear_up_after(self, account_ids: set[AccountId]) -> None:
        """Remove what is left of accounts whose databases were deleted."""
        for account_id in account_ids:
            await self._sweeping.repair_account_replica(account_id, self._take)
        await self._sweeping.scan_faxes((), self._take, only=account_ids)

    async def _follow(self, account_id: AccountId) -> None:
        """Look at what changed in an account since its checkpoint."""
        database = account_database(account_id)
        since = (await self._store.get_local(database, _CHECKPOINT) or {}).get("since")
        while True:
            found = await self._store.changes(database, since, limit=_AT_ONCE, include_docs=True)
            await self._look_at(account_id, found.changes)
            if found.last_sequence != since:
                since = found.last_sequence
                await self._store.put_local(database, _CHECKPOINT, {"since": since})
            if len(found.changes) < _AT_ONCE:
                return

    async def _look_at(self, account_id: AccountId, changes: list[Change]) -> None:
        database = account_database(account_id)
        boxes: list[DocumentId] = []
        for change in changes:
            if change.fault is not None:
                await self._take([finding_of(change.fault, account_id)])
                continue
            if change.document is not None:
                await self._take(conflict_in(database, change.document, account_id))
            if change.id == account_id:
                await self._look_at_account(account_id, change.document)
            elif change.is_deleted or _is_box(change.document):
                boxes.append(change.id)
        seen = await self._reconciliation.reconcile(account_id, boxes, dry_run=True)
        await self._take([finding for finding in seen if finding.place is not None])
        at = {finding.faxbox_id: finding.revision for finding in seen if finding.faxbox_id}
        if not at:
            return
        # A request may be between its writes; what it leaves undone stays as it is.
        await asyncio.sleep(_SETTLING)
        await self._take(await self._reconciliation.reconcile(account_id, at, at=at))

    async def _look_at_account(self, account_id: AccountId, document: Document | None) -> None:
        await self._sweeping.repair_account_replica(account_id, self._take)
        if is_hidden_account(document):
            await self._sweeping.scan_account(account_id, self._take)

    def _must_sweep(self, checkpoint: Document) -> bool:
        swept: float = self._clock() - checkpoint.get("swept", 0.0)
        pause = self._sweep_interval
        if self._lease.was_abandoned or self._has_left_accounts:
            pause = min(pause, _SHORTEST_SWEEP_PAUSE)
        # A clock that was set back may have swept in what is the future now.
        return not 0 <= swept < pause

    async def _sweep(self) -> bool:
        """Look at everything; whether that was done, because the lease was held all the time.

        What belongs to accounts without databases stays: these may be on their way, by
        replication, and what we delete here would be replicated, too.
        """
        self._fall_behind()
        self._lease.was_abandoned = False
        expected: set[DocumentId] = set()
        swept: set[AccountId] = set()
        failures = Failures()
        await self._sweeping.look_at_system(self._take)
        await self._sweeping.look_at_accounts(self._take)
        for account_id in await self._sweeping.accounts_with_databases():
            if not self.is_active:
                return False
            try:
                expected |= await self._sweeping.scan_account(account_id, self._take)
            except StoreError as error:
                failures.note(account_id, error)
                continue
            failures.note_success()
            swept.add(account_id)
        self._has_left_accounts = failures.any
        await self._sweeping.scan_faxes(expected, self._take, only=swept)
        await self._creations.purge()
        return True

    def _fall_behind(self) -> None:
        if self._behind_since is None:
            self._behind_since = time.monotonic()

    async def _take(self, findings: list[Finding]) -> None:
        for finding in findings:
            self.repairs[finding.fault] += 1
            is_for_people = finding.fault.is_for_people
            _log.log(logging.ERROR if is_for_people else logging.INFO, "%s", finding)


def _is_box(document: Document | None) -> bool:
    return document is not None and document.get("pvt_type") == FAXBOX
