"""The replica of a faxbox in `faxes`, which routes mail, and the claims written in one request.

The account's document is the truth. The replica is made from it in the same request; when it
cannot be written the request has succeeded all the same, and the replica is repaired later
(docs/contract.md, 5), unless the store refuses it.
"""

import logging
from collections.abc import Sequence

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.model.faxbox import replica_of
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.primitives.mirror import mirror
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentRefused,
    MissingDatabase,
    RevisionConflict,
    StoreError,
)

_log = logging.getLogger(__name__)


class FaxboxReplicas:
    """Keeps replicas equal to the documents they are made from."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        """Replicas that a request could not bring up to date."""
        self.refusals = 0
        """Replicas and claims that the store refuses; they are not tried again by themselves."""

    async def read(self, faxbox_id: DocumentId) -> Document | None:
        """The present replica, or None when there is none or it cannot be read now."""
        return (await self.read_many((faxbox_id,))).get(faxbox_id)

    async def read_many(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, Document]:
        """A replica and claims by their ids, as far as they exist and can be read now."""
        try:
            if len(document_ids) == 1:
                return {document_ids[0]: await self._store.get(FAXES, document_ids[0])}
            return await self._store.get_many(FAXES, document_ids)
        except StoreError:
            return {}

    async def update_replica(
        self,
        account_id: AccountId,
        written: Document,
        replica: Document | None,
        claims: Sequence[Document] = (),
    ) -> bool:
        """Make the replica of a document that was just written; never raises a store's error.

        `replica` is the one read before that write, so that the replica of a later writer is not
        overwritten: on a conflict both are read again. `claims`, or tombstones of claims, are
        written with it; False when one of them conflicts with another faxbox's.
        """
        wanted = replica_of(written, account_id, replica)
        return await self._write(account_id, written["_id"], wanted, claims)

    async def delete_replica(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        replica: Document | None,
        claims: Sequence[Document] = (),
    ) -> None:
        """Delete the replica of a document just deleted for good; never raises a store's error."""
        wanted = None if replica is None else tombstone_of(replica)
        await self._write(account_id, faxbox_id, wanted, claims)

    async def rebuild_replica(self, account_id: AccountId, faxbox_id: DocumentId) -> None:
        """Make the replica what the account's document says now. Idempotent, safe in parallel."""

        def make(document: Document, replica: Document | None) -> Document:
            return replica_of(document, account_id, replica)

        await mirror(self._store, account_database(account_id), FAXES, faxbox_id, make)

    def count_failure(self, document_id: DocumentId, error: StoreError) -> None:
        """Count and log that `faxes` does not hold what it should of a faxbox or an account."""
        if isinstance(error, DocumentRefused):
            self.refusals += 1
        else:
            self.failures += 1
        _log.error("faxbox %s is not up to date in %s: %s", document_id, FAXES, error)

    async def _write(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        replica: Document | None,
        claims: Sequence[Document],
    ) -> bool:
        documents = [*claims] if replica is None else [replica, *claims]
        try:
            try:
                outcomes = await self._store.put_many(FAXES, documents)
            except MissingDatabase:
                await self.rebuild_replica(account_id, faxbox_id)
                return True
            for outcome in outcomes:
                if isinstance(outcome, DocumentRefused):
                    self.count_failure(faxbox_id, outcome)
            if replica is None or isinstance(outcomes[0], RevisionConflict):
                await self.rebuild_replica(account_id, faxbox_id)
        except StoreError as error:
            self.count_failure(faxbox_id, error)
            return True
        of_claims = outcomes[len(documents) - len(claims) :]
        return not any(isinstance(outcome, RevisionConflict) for outcome in of_claims)
