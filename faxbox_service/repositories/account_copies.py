"""The copies of accounts in the shared database `accounts`, which finds them (data model, 1.4).

The account's own database is the truth. A copy is written in the same request; when that cannot be
done the request has succeeded all the same, and the copy is mended later.
"""

import logging

from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.types import AccountId, Document
from faxbox_service.stores.base import (
    DocumentNotFound,
    MissingDatabase,
    RevisionConflict,
    Store,
    StoreError,
)

_log = logging.getLogger(__name__)

_TRIES = 8


class AccountCopies:
    """Keeps copies equal to the documents they mirror."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        """Copies that a request could not bring up to date."""

    async def follow(self, account_id: AccountId) -> None:
        """Bring the copy up to date with what was just written; never raises a store's error."""
        try:
            await self.synchronise(account_id)
        except StoreError as error:
            self.failures += 1
            _log.error("the copy of account %s in %s is stale: %s", account_id, ACCOUNTS, error)

    async def synchronise(self, account_id: AccountId) -> None:
        """Make the copy what the account's document says now. Idempotent, safe in parallel."""
        for _ in range(_TRIES):
            # The copy is read first, so that a younger writer's copy makes ours conflict.
            copy = await self._present(ACCOUNTS, account_id)
            document = await self._present(account_database(account_id), account_id)
            try:
                if document is None:
                    if copy is not None:
                        await self._store.delete(ACCOUNTS, account_id, copy["_rev"])
                    return
                wanted = {name: value for name, value in document.items() if name != "_rev"}
                if copy is not None:
                    wanted["_rev"] = copy["_rev"]
                if wanted != copy:
                    await self._store.put(ACCOUNTS, wanted)
            except (RevisionConflict, DocumentNotFound):
                continue
            return
        raise RevisionConflict(f"the copy of {account_id} keeps changing")

    async def _present(self, database: str, account_id: AccountId) -> Document | None:
        try:
            return await self._store.get(database, account_id)
        except (DocumentNotFound, MissingDatabase):
            return None
