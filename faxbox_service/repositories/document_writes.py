"""Writing the documents of a collection, each at the revision it was read at.

A kind of document on which others depend has writes of its own (`faxboxes/writes.py`: the replica
and the address claims); these write nothing but the document.
"""

from typing import Protocol

from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase

from .errors import BadIdentifier
from .primitives.preconditions import Precondition
from .primitives.soft_delete import put_with_leaves
from .primitives.update import Change, Read, optimistic_update, unchanged


class Writes(Protocol):
    """How a collection writes what exists already."""

    async def update(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that does not hide it. Raises as `optimistic_update`."""

    async def soft_delete(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that hides it. Raises as `optimistic_update` does."""

    async def delete(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        precondition: Precondition,
    ) -> Document:
        """Delete for good; the returned document has the tombstone's revision."""


class DocumentWrites:
    """Writes documents that nothing else depends on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, account_id: AccountId, document: Document) -> Document:
        """The new document as it was written. Raises `BadIdentifier` without such an account."""
        try:
            revision = await self._store.put(account_database(account_id), document)
        except MissingDatabase:
            raise BadIdentifier(account_id) from None
        return {**document, "_rev": revision}

    async def update(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change. Raises as `optimistic_update` does."""

        async def write(document: Document) -> Revision:
            return await self.put(account_id, document)

        return await optimistic_update(fetch, change, write, precondition)

    async def soft_delete(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """As any other change."""
        return await self.update(account_id, fetch, document_id, change, precondition)

    async def delete(
        self,
        account_id: AccountId,
        fetch: Read,
        document_id: DocumentId,
        precondition: Precondition,
    ) -> Document:
        """Delete for good; the returned document has the tombstone's revision."""
        database = account_database(account_id)

        async def write_tombstone(stored: Document) -> Revision:
            try:
                leaves = stored.get("_conflicts", ())
                return await self._store.delete(database, document_id, stored["_rev"], leaves)
            except (DocumentNotFound, MissingDatabase):
                raise BadIdentifier(document_id) from None

        return await optimistic_update(fetch, unchanged, write_tombstone, precondition)

    async def put(self, account_id: AccountId, document: Document) -> Revision:
        """Write a document that was read and changed. Raises as `Store.put`, or `BadIdentifier`."""
        try:
            return await put_with_leaves(self._store, account_database(account_id), document)
        except MissingDatabase:
            raise BadIdentifier(document["_id"]) from None
