"""A lease in a local document: of all workers on a store, one at a time does a job.

CouchDB overwrites local documents whatever their revisions, so a worker that takes the lease reads
it again to see whether it has it. The job must be safe in parallel all the same. No two clocks are
compared: a lease has ended when, by the worker's own clock, it was not renewed for a while.
"""

import asyncio
import logging
import time
from contextlib import suppress

from faxbox_service.documents.types import Document
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import StoreError

_log = logging.getLogger(__name__)

_BEATS_MISSED = 3
"""Beats without a renewal after which a lease has ended."""


class Lease:
    """Takes and renews a lease every `beat_seconds`, from `start` to `stop`.

    `holder` tells this worker from all others.
    """

    def __init__(
        self, store: Store, database: str, name: str, holder: str, *, beat_seconds: float
    ) -> None:
        self._store = store
        self._database = database
        self._name = name
        self._beat_seconds = beat_seconds
        self._holder = holder
        self._beat = 0
        self._latest: Document | None = None
        self._latest_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self.is_held = False
        self.was_abandoned = False
        """Whether the holder before us ended without releasing the lease."""

    def start(self) -> None:
        """Begin to compete for the lease."""
        self._task = asyncio.create_task(self._keep(), name=f"lease {self._name}")

    async def stop(self) -> None:
        """Compete no longer, and release the lease."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.is_held:
            self.is_held = False
            # If this fails the next holder waits until the lease has ended.
            with suppress(StoreError):
                await self._store.put_local(self._database, self._name, {"holder": None})

    async def _keep(self) -> None:
        while True:
            try:
                await self._renew_or_take()
            except StoreError as error:
                if self.is_held:
                    _log.warning("the lease %s is released: %s", self._name, error)
                self.is_held = False
                self._latest = None
            await asyncio.sleep(self._beat_seconds)

    async def _renew_or_take(self) -> None:
        found = await self._store.get_local(self._database, self._name) or {"holder": None}
        if self.is_held:
            self.is_held = found.get("holder") == self._holder
            if self.is_held:
                await self._write()
        elif self._has_ended(found):
            self.was_abandoned = found.get("holder") is not None
            await self._write()
            # Others may take it at the same moment; the last of them has it.
            await asyncio.sleep(self._beat_seconds / 2)
            found = await self._store.get_local(self._database, self._name) or {}
            self.is_held = found.get("holder") == self._holder

    def _has_ended(self, found: Document) -> bool:
        now = time.monotonic()
        if found != self._latest:
            self._latest, self._latest_at = found, now
        return (
            found.get("holder") in (None, self._holder)
            or now - self._latest_at >= _BEATS_MISSED * self._beat_seconds
        )

    async def _write(self) -> None:
        self._beat += 1
        document = {"holder": self._holder, "beat": self._beat}
        await self._store.put_local(self._database, self._name, document)
