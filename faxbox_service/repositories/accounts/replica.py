"""The replicas of accounts in the shared database `accounts`, which finds them.

See docs/reference/data-model.md, 1.4.

The account's own database is the truth. A replica is written in the same request; when that cannot
be done the request has succeeded all the same, and the replica is repaired later.
"""

import logging

from faxbox_service.documents.model.account import account_replica
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.types import AccountId
from faxbox_service.repositories.primitives.mirror import mirror
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentRefused, StoreError

_log = logging.getLogger(__name__)


class AccountReplicas:
    """Keeps replicas equal to the documents they are made from."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        """Replicas that a request could not bring up to date."""
        self.refusals = 0
        """Replicas that the store refuses."""

    async def update_replica(self, account_id: AccountId) -> None:
        """Make the replica of what was just written or deleted; never raises a store's error."""
        try:
            await self.rebuild_replica(account_id)
        except StoreError as error:
            if isinstance(error, DocumentRefused):
                self.refusals += 1
            else:
                self.failures += 1
            _log.error("the replica of account %s in %s is stale: %s", account_id, ACCOUNTS, error)

    async def rebuild_replica(self, account_id: AccountId, *, dry_run: bool = False) -> bool:
        """Make the replica what the account's document says now. Idempotent, safe in parallel.

        Returns whether it was anything else; in a `dry_run` it is left as it is.
        """
        source = account_database(account_id)
        return await mirror(
            self._store, source, ACCOUNTS, account_id, account_replica, dry_run=dry_run
        )
