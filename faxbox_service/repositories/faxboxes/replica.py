"""What `faxes` holds of faxboxes: the copies that route mail, and the claims written with them.

The account's document is the truth. A copy is written from it in the same request; when that
cannot be done the request has succeeded all the same, and the copy is mended later (contract, 5),
unless the store will not have it.
"""

import logging
from collections.abc import Sequence

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.model.faxbox import replica_of
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.primitives.mirror import mirror
from faxbox_service.stores.base import (
    DocumentRefused,
    MissingDatabase,
    RevisionConflict,
    Store,
    StoreError,
)

_log = logging.getLogger(__name__)


class FaxboxReplicas:
    """Keeps copies equal to the documents they mirror."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        """Copies that a request could not bring up to date."""
        self.refusals = 0
        """Copies and claims that the store will not have: nobody tries them again by himself."""

    async def read(self, faxbox_id: DocumentId) -> Document | None:
        """The present copy, or None when there is none or it cannot be read now."""
        return (await self.read_with((faxbox_id,))).get(faxbox_id)

    async def read_with(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, Document]:
        """A copy and claims by their ids, as far as they exist and can be read now."""
        try:
            if len(document_ids) == 1:
                return {document_ids[0]: await self._store.get(FAXES, document_ids[0])}
            return await self._store.get_many(FAXES, document_ids)
        except StoreError:
            return {}

    async def follow(
        self,
        account_id: AccountId,
        written: Document,
        copy: Document | None,
        claims: Sequence[Document] = (),
    ) -> bool:
        """Bring the copy up to date with a document just written; never raises a store's error.

        `copy` is the one read before that write, so that a younger writer's copy is not
        overwritten: on a conflict both are read again. `claims`, or tombstones of claims, are
        written with it; False when one of them conflicts with another's.
        """
        wanted = replica_of(written, account_id, copy)
        return await self._write(account_id, written["_id"], wanted, claims)

    async def vanish(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        copy: Document | None,
        claims: Sequence[Document] = (),
    ) -> None:
        """Remove the copy of a document just deleted for good; never raises a store's error."""
        wanted = None if copy is None else tombstone_of(copy)
        await self._write(account_id, faxbox_id, wanted, claims)

    async def synchronise(self, account_id: AccountId, faxbox_id: DocumentId) -> None:
        """Make the copy what the account's document says now. Idempotent, safe in parallel."""

        def make(document: Document, copy: Document | None) -> Document:
            return replica_of(document, account_id, copy)

        await mirror(self._store, account_database(account_id), FAXES, faxbox_id, make)

    def count_failure(self, faxbox_id: DocumentId, error: StoreError) -> None:
        """Say that what `faxes` holds of a box is not what it should be."""
        if isinstance(error, DocumentRefused):
            self.refusals += 1
        else:
            self.failures += 1
        _log.error("faxbox %s is not up to date in %s: %s", faxbox_id, FAXES, error)

    async def _write(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        copy: Document | None,
        claims: Sequence[Document],
    ) -> bool:
        documents = [*claims] if copy is None else [copy, *claims]
        try:
            try:
                outcomes = await self._store.put_many(FAXES, documents)
            except MissingDatabase:
                await self.synchronise(account_id, faxbox_id)
                return True
            for outcome in outcomes:
                if isinstance(outcome, DocumentRefused):
                    self.count_failure(faxbox_id, outcome)
            if copy is None or isinstance(outcomes[0], RevisionConflict):
                await self.synchronise(account_id, faxbox_id)
        except StoreError as error:
            self.count_failure(faxbox_id, error)
            return True
        of_claims = outcomes[len(documents) - len(claims) :]
        return not any(isinstance(outcome, RevisionConflict) for outcome in of_claims)
