"""A lease in a local document: of all who want to do a job on a store, one does it at a time.

CouchDB writes local documents over each other without looking at revisions, so whoever takes the
lease looks again whether it is his. The job must be safe in parallel all the same. Nobody's clock
counts but one's own: a lease has ended when nobody has renewed it for a while.
"""

import asyncio
import logging
import time
from contextlib import suppress

from faxbox_service.documents.types import Document
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.stores.base import Store, StoreError

_log = logging.getLogger(__name__)

_PATIENCE = 3
"""Beats without a renewal after which a lease has ended."""


class Lease:
    """Takes and renews a lease every `beat_seconds`, from `start` to `stop`."""

    def __init__(self, store: Store, database: str, name: str, *, beat_seconds: float) -> None:
        self._store = store
        self._database = database
        self._name = name
        self._beat_seconds = beat_seconds
        self._holder = new_id()
        self._beat = 0
        self._seen: Document | None = None
        self._seen_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self.is_held = False
        self.was_left_behind = False
        """Whether the holder before us ended without giving the lease back."""

    def start(self) -> None:
        """Begin to want the lease."""
        self._task = asyncio.create_task(self._keep(), name=f"lease {self._name}")

    async def stop(self) -> None:
        """Want it no more, and give it back."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.is_held:
            self.is_held = False
            # Without it the next one waits until the lease has ended.
            with suppress(StoreError):
                await self._store.put_local(self._database, self._name, {"holder": None})

    async def _keep(self) -> None:
        while True:
            try:
                await self._renew_or_take()
            except StoreError as error:
                if self.is_held:
                    _log.warning("the lease %s is given up: %s", self._name, error)
                self.is_held = False
                self._seen = None
            await asyncio.sleep(self._beat_seconds)

    async def _renew_or_take(self) -> None:
        found = await self._store.get_local(self._database, self._name) or {"holder": None}
        if self.is_held:
            self.is_held = found.get("holder") == self._holder
            if self.is_held:
                await self._write()
        elif self._has_ended(found):
            self.was_left_behind = found.get("holder") is not None
            await self._write()
            # Others may take it in the same moment; the last of them has it.
            await asyncio.sleep(self._beat_seconds / 2)
            found = await self._store.get_local(self._database, self._name) or {}
            self.is_held = found.get("holder") == self._holder

    def _has_ended(self, found: Document) -> bool:
        now = time.monotonic()
        if found != self._seen:
            self._seen, self._seen_at = found, now
        return (
            found.get("holder") in (None, self._holder)
            or now - self._seen_at >= _PATIENCE * self._beat_seconds
        )

    async def _write(self) -> None:
        self._beat += 1
        document = {"holder": self._holder, "beat": self._beat}
        await self._store.put_local(self._database, self._name, document)
