"""Follows the changes feed of a database in the background."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from faxbox_service.retry import CHANGES_FEED, Backoff, RetryPolicy
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import StoreError
from faxbox_service.stores.values import NOW, Change, UpdateSequence

_log = logging.getLogger(__name__)

_WAIT_SECONDS = 30.0


class ChangesFollower:
    """Hands every change of a database, with its document, to `take`, until it is stopped.

    While the store is unavailable it tries again, ever less often, and continues where it was. With
    `since` as `NOW`, only what changes from the start on is handed over, without documents.
    """

    def __init__(
        self,
        store: Store,
        database: str,
        take: Callable[[list[Change]], None],
        since: UpdateSequence | None = None,
        *,
        retries: RetryPolicy = CHANGES_FEED,
    ) -> None:
        self._store = store
        self._database = database
        self._take = take
        self._include_docs = since != NOW
        self._sequence = since
        self._backoff = Backoff(retries)
        self._task: asyncio.Task[None] | None = None
        self.is_following = False
        """Whether changes arrive: not before the start, and not while the store is unavailable."""

    async def start(self) -> None:
        """Hand over what there is, and begin to follow. Raises `StoreError`."""
        await self._step(0)
        self._task = asyncio.create_task(self._follow(), name=f"follow {self._database}")

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.is_following = False

    async def _follow(self) -> None:
        while True:
            try:
                await self._step(_WAIT_SECONDS)
                if self._backoff.is_failing:
                    _log.warning("following %s again", self._database)
                self._backoff.succeeded()
                continue
            except StoreError as error:
                if not self._backoff.is_failing:
                    _log.warning("cannot follow %s, trying again: %s", self._database, error)
            except Exception:
                # The outermost edge of the task, whose end nothing would report.
                _log.exception("following %s failed, trying again", self._database)
            self.is_following = False
            await self._backoff.wait()

    async def _step(self, wait: float) -> None:
        found = await self._store.changes(
            self._database, self._sequence, include_docs=self._include_docs, wait=wait
        )
        if found.changes:
            self._take(found.changes)
        self._sequence = found.last_sequence
        self.is_following = True
