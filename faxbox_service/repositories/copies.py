"""The copies of faxboxes in the shared database `faxes`, which route mail (contract, 5).

The account's document is the truth. A copy is written from it in the same request; when that
cannot be done the request has succeeded all the same, and the copy is mended later.
"""

import logging

from faxbox_service.documents.faxbox import copy_in_faxes
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.stores.base import (
    MissingDatabase,
    RevisionConflict,
    Store,
    StoreError,
)

from .mirroring import mirror

_log = logging.getLogger(__name__)


class FaxboxCopies:
    """Keeps copies equal to the documents they mirror."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        """Copies that a request could not bring up to date."""

    async def read(self, faxbox_id: DocumentId) -> Document | None:
        """The present copy, or None when there is none or it cannot be read now."""
        try:
            return await self._store.get(FAXES, faxbox_id)
        except StoreError:
            return None

    async def follow(self, account_id: AccountId, written: Document, copy: Document | None) -> None:
        """Bring the copy up to date with a document just written; never raises a store's error.

        `copy` is the one read before that write, so that a younger writer's copy is not
        overwritten: on a conflict both are read again.
        """
        try:
            try:
                await self._store.put(FAXES, copy_in_faxes(written, account_id, copy))
            except (RevisionConflict, MissingDatabase):
                await self.synchronise(account_id, written["_id"])
        except StoreError as error:
            self._count_failure(written["_id"], error)

    async def vanish(self, account_id: AccountId, faxbox_id: DocumentId) -> None:
        """Remove the copy of a document just deleted for good; never raises a store's error."""
        try:
            await self.synchronise(account_id, faxbox_id)
        except StoreError as error:
            self._count_failure(faxbox_id, error)

    async def synchronise(self, account_id: AccountId, faxbox_id: DocumentId) -> None:
        """Make the copy what the account's document says now. Idempotent, safe in parallel."""

        def make(document: Document, copy: Document | None) -> Document:
            return copy_in_faxes(document, account_id, copy)

        await mirror(self._store, account_database(account_id), FAXES, faxbox_id, make)

    def _count_failure(self, faxbox_id: DocumentId, error: StoreError) -> None:
        self.failures += 1
        _log.error("the copy of faxbox %s in %s is stale: %s", faxbox_id, FAXES, error)
