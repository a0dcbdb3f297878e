"""Writing a faxbox: the account's document, its replica in `faxes` and the claims of its addresses.

Every write has the same steps, in this order (docs/architecture.md, "A faxbox in two databases"):
read, check the precondition, change, claim new addresses, write the account's document (the commit
point), write the replica and release claims. What a crash leaves undone the reconciler does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeAlias

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.model.address_claim import claim_id, is_held_by
from faxbox_service.documents.model.faxbox import addresses, held_addresses
from faxbox_service.documents.names import account_database
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.errors import BadIdentifier, RepositoryError
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition
from faxbox_service.repositories.primitives.soft_delete import put_with_leaves
from faxbox_service.repositories.primitives.update import (
    Change,
    Read,
    optimistic_update,
    unchanged,
)
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    RevisionConflict,
    StoreError,
)

from .address_claims import AddressClaims
from .replica import FaxboxReplicas

NewAddress: TypeAlias = Callable[[], Awaitable[str]]
"""Generates another address."""


class FaxboxWrites:
    """Creates, updates and deletes the documents of faxboxes, with all that depends on them."""

    def __init__(self, store: Store, replicas: FaxboxReplicas, claims: AddressClaims) -> None:
        self._store = store
        self._replicas = replicas
        self._claims = claims

    async def create(
        self, account_id: AccountId, document: Document, new_address: NewAddress
    ) -> Document:
        """The document as it was written, or as it is when it is there already.

        Raises `InvalidDocument` for an address that is taken, and `DocumentRefused`.
        """
        database = account_database(account_id)
        await self._store.require_storable(database, document)
        faxbox_id, generated = document["_id"], document["pvt_smtp_email_address"]
        custom = held_addresses(document) - {generated}
        reservation = self._claims.new_reservation(account_id, faxbox_id)
        await self._claims.claim(reservation, custom)
        try:
            async with reservation.within_deadline():
                revision = await self._store.put(database, document)
        except MissingDatabase:
            await self._claims.release(reservation)
            raise BadIdentifier(account_id) from None
        except DocumentRefused:
            await self._claims.release(reservation)
            raise
        except RevisionConflict:
            # A creation that is repeated names the faxbox that the first one made.
            await self._claims.release(reservation)
            return await self._store.get(database, faxbox_id)
        written = {**document, "_rev": revision}
        # No client knows the generated address yet, so it need not be claimed before.
        claim = self._claims.claim_in_use(account_id, faxbox_id, generated)
        if not await self._replicas.update_replica(account_id, written, None, [claim]):
            return await self._with_own_address(account_id, written, new_address)
        return written

    async def update(
        self,
        account_id: AccountId,
        fetch: Read,
        faxbox_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that hides no faxbox. Raises as `optimistic_update` does."""
        update = _Update(
            self._store, self._replicas, self._claims, account_id, faxbox_id, fetch, change
        )
        try:
            written = await optimistic_update(
                update.read, update.change, update.write, precondition
            )
        except (RepositoryError, InvalidDocument, DocumentRefused):
            await self._claims.release(update.reservation)
            raise
        await self._replicas.update_replica(
            account_id, written, update.replica, update.tombstones()
        )
        return written

    async def soft_delete(
        self,
        account_id: AccountId,
        fetch: Read,
        faxbox_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that hides the faxbox. Raises as `optimistic_update` does."""
        removal = _Removal(self._replicas, faxbox_id, fetch)
        write = partial(_put, self._store, account_id)
        written = await optimistic_update(removal.read, change, write, precondition)
        await self._replicas.update_replica(
            account_id, written, removal.replica, removal.tombstones()
        )
        return written

    async def delete(
        self, account_id: AccountId, fetch: Read, faxbox_id: DocumentId, precondition: Precondition
    ) -> Document:
        """Delete for good; the returned document has the tombstone's revision."""
        removal = _Removal(self._replicas, faxbox_id, fetch)
        write = partial(_delete, self._store, account_id)
        deleted = await optimistic_update(removal.read, unchanged, write, precondition)
        await self._replicas.delete_replica(
            account_id, faxbox_id, removal.replica, removal.tombstones()
        )
        return deleted

    async def _with_own_address(
        self, account_id: AccountId, written: Document, new_address: NewAddress
    ) -> Document:
        """Claim the generated address after all, or give the new faxbox another one."""
        faxbox_id, address = written["_id"], written["pvt_smtp_email_address"]
        reservation = self._claims.new_reservation(account_id, faxbox_id)
        try:
            await self._claims.claim(reservation, {address})
        except InvalidDocument:
            fetch = partial(self._store.get, account_database(account_id), faxbox_id)
            change = partial(_with_new_address, new_address)
            return await self.update(account_id, fetch, faxbox_id, change, NO_PRECONDITION)
        except StoreError as error:
            self._replicas.count_failure(faxbox_id, error)
        return written


class _Update:
    """One change of a faxbox: the steps of an attempt, and what the latest attempt found out.

    `optimistic_update` takes the steps, and checks the precondition between reading and changing.
    """

    def __init__(
        self,
        store: Store,
        replicas: FaxboxReplicas,
        claims: AddressClaims,
        account_id: AccountId,
        faxbox_id: DocumentId,
        fetch: Read,
        change: Change,
    ) -> None:
        self._store = store
        self._replicas = replicas
        self._claims = claims
        self._account_id = account_id
        self._faxbox_id = faxbox_id
        self._fetch = fetch
        self._change = change
        self.reservation = claims.new_reservation(account_id, faxbox_id)
        """The addresses that were claimed, by all attempts."""
        self.replica: Document | None = None
        """The replica as it was before the write."""
        self._unused_claims: list[Document] = []

    async def read(self) -> Document:
        """Read the document and, concurrently, the replica."""
        stored, self.replica = await asyncio.gather(
            self._fetch(), self._replicas.read(self._faxbox_id)
        )
        return stored

    async def change(self, stored: Document) -> Document:
        """Change the document, and claim the addresses that are new to it."""
        document = await self._change(stored)
        await self._store.require_storable(account_database(self._account_id), document)
        before, after = held_addresses(stored), held_addresses(document)
        claiming = self._claims.claim(self.reservation, after - before)
        if before <= after:
            # As in nearly all changes: two tasks would cost more than the rest of this method.
            self._unused_claims = []
            await claiming
        else:
            self._unused_claims, _ = await asyncio.gather(
                self._claims.held_by(self._faxbox_id, before - after), claiming
            )
        return document

    async def write(self, document: Document) -> Revision:
        """Write the account's document: the commit point."""
        async with self.reservation.within_deadline():
            return await _put(self._store, self._account_id, document)

    def tombstones(self) -> list[Document]:
        """What releases the claims of addresses that the faxbox does not have any more."""
        return list(map(tombstone_of, self._unused_claims))


class _Removal:
    """A faxbox that is about to be hidden or deleted, and what `faxes` holds of it.

    `faxes` is read after the document and before its write, so that an entry that another request
    writes later makes our write of that entry conflict.
    """

    def __init__(self, replicas: FaxboxReplicas, faxbox_id: DocumentId, fetch: Read) -> None:
        self._replicas = replicas
        self._faxbox_id = faxbox_id
        self._fetch = fetch
        self._entries: Mapping[DocumentId, Document] = {}

    async def read(self) -> Document:
        """Read the document, then its replica and claims."""
        stored = await self._fetch()
        claim_ids = map(claim_id, addresses(stored))
        self._entries = await self._replicas.read_many((stored["_id"], *claim_ids))
        return stored

    @property
    def replica(self) -> Document | None:
        """The replica as it was before the write."""
        return self._entries.get(self._faxbox_id)

    def tombstones(self) -> list[Document]:
        """What releases the claims of the faxbox."""
        claims = [entry for entry in self._entries.values() if is_held_by(entry, self._faxbox_id)]
        return list(map(tombstone_of, claims))


async def _put(store: Store, account_id: AccountId, document: Document) -> Revision:
    try:
        return await put_with_leaves(store, account_database(account_id), document)
    except MissingDatabase:
        raise BadIdentifier(document["_id"]) from None


async def _delete(store: Store, account_id: AccountId, stored: Document) -> Revision:
    faxbox_id, leaves = stored["_id"], stored.get("_conflicts", ())
    try:
        return await store.delete(account_database(account_id), faxbox_id, stored["_rev"], leaves)
    except (DocumentNotFound, MissingDatabase):
        raise BadIdentifier(faxbox_id) from None


async def _with_new_address(new_address: NewAddress, stored: Document) -> Document:
    return {**stored, "pvt_smtp_email_address": await new_address()}
