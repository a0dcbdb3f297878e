"""The public field `descendants_count`, which Kazoo updates when a child is added or removed.

Kazoo counts all descendants anew each time; adding costs the same whatever their number.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from faxbox_service.documents.model.account import with_descendants
from faxbox_service.documents.types import AccountId, Document
from faxbox_service.repositories.errors import RepositoryError
from faxbox_service.stores.errors import StoreError

ChangeAccount: TypeAlias = Callable[
    [AccountId, Callable[[Document], Document]], Awaitable[Document]
]

_log = logging.getLogger(__name__)


class DescendantCounts:
    """Adds to the counts of accounts; children created at the same moment are added together."""

    def __init__(self, change: ChangeAccount) -> None:
        self._change = change
        self._pending: dict[AccountId, int] = {}
        self._locks: dict[AccountId, asyncio.Lock] = {}

    async def add(self, account_id: AccountId, difference: int) -> None:
        """Add `difference` to the count; a failure is only logged, since the children exist."""
        self._pending[account_id] = self._pending.get(account_id, 0) + difference
        lock = self._locks.setdefault(account_id, asyncio.Lock())
        async with lock:
            await self._write(account_id, self._pending.pop(account_id, 0))
        if account_id not in self._pending:
            self._locks.pop(account_id, None)

    async def _write(self, account_id: AccountId, difference: int) -> None:
        if not difference:
            return
        try:
            await self._change(account_id, lambda stored: with_descendants(stored, difference))
        except asyncio.CancelledError:
            # The next call adds it.
            self._pending[account_id] = self._pending.get(account_id, 0) + difference
            raise
        except (StoreError, RepositoryError) as error:
            _log.warning("the descendants of account %s are not counted: %r", account_id, error)
