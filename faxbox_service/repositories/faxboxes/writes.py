"""Writing a faxbox: its document is the truth, its copy and its claims in `faxes` go with it.

Addresses are claimed before the document is written, which is what counts; then one request to
`faxes` writes the copy and frees claims. What a crash leaves behind is the reconciler's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.model import faxbox as documents
from faxbox_service.documents.model.address_claim import claim_id, is_held_by
from faxbox_service.documents.names import account_database
from faxbox_service.documents.schema.schema import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.errors import BadIdentifier, RepositoryError
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition
from faxbox_service.repositories.primitives.soft_delete import put_with_leaves
from faxbox_service.repositories.primitives.update import (
    Change,
    Read,
    Write,
    optimistic_update,
    unchanged,
)
from faxbox_service.stores.base import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    RevisionConflict,
    Store,
    StoreError,
)

from .address_claims import AddressClaims
from .replica import FaxboxReplicas
from .reservation import Reservation

NewAddress: TypeAlias = Callable[[], Awaitable[str]]
"""Makes another address up."""


class FaxboxWrites:
    """Creates, changes and removes the documents of faxboxes, with all that depends on them."""

    def __init__(self, store: Store, copies: FaxboxReplicas, claims: AddressClaims) -> None:
        self._store = store
        self._copies = copies
        self._claims = claims

    async def create(
        self, account_id: AccountId, document: Document, new_address: NewAddress
    ) -> Document:
        """The document as it was written, or as it is when it is there already.

        Raises `InvalidDocument` for an address that is taken, and `DocumentRefused`.
        """
        await self._store.require_storable(account_database(account_id), document)
        faxbox_id, generated = document["_id"], document["pvt_smtp_email_address"]
        chosen = documents.held_addresses(document) - {generated}
        reservation = Reservation(account_id, faxbox_id)
        await self._claims.claim(reservation, chosen)
        try:
            async with reservation.in_time():
                revision = await self._store.put(account_database(account_id), document)
        except MissingDatabase:
            await self._claims.release(reservation)
            raise BadIdentifier(account_id) from None
        except DocumentRefused:
            await self._claims.release(reservation)
            raise
        except RevisionConflict:
            # Who repeats a creation names the box that the first one made.
            await self._claims.release(reservation)
            return await self._store.get(account_database(account_id), faxbox_id)
        written = {**document, "_rev": revision}
        # Nobody has been told of the generated address yet, so it need not be claimed before.
        claim = self._claims.settled(account_id, faxbox_id, generated)
        if not await self._copies.follow(account_id, written, None, [claim]):
            return await self._with_own_address(account_id, written, new_address)
        return written

    async def change(
        self,
        account_id: AccountId,
        fetch: Read,
        faxbox_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that hides no box. Raises as `optimistic_update` does."""
        copy: Document | None = None
        freed: list[Document] = []
        reservation = Reservation(account_id, faxbox_id)
        put = self._put(account_id)

        async def read() -> Document:
            nonlocal copy
            stored, copy = await asyncio.gather(fetch(), self._copies.read(faxbox_id))
            return stored

        async def changed(stored: Document) -> Document:
            nonlocal freed
            document = await change(stored)
            await self._store.require_storable(account_database(account_id), document)
            before, after = documents.held_addresses(stored), documents.held_addresses(document)
            claimed = self._claims.claim(reservation, after - before)
            if before <= after:
                # As in nearly all changes: the two tasks would cost more than the rest of this.
                freed = []
                await claimed
            else:
                freed, _ = await asyncio.gather(
                    self._claims.held_by(faxbox_id, before - after), claimed
                )
            return document

        async def write(document: Document) -> Revision:
            async with reservation.in_time():
                return await put(document)

        try:
            written = await optimistic_update(read, changed, write, precondition)
        except (RepositoryError, InvalidDocument, DocumentRefused):
            await self._claims.release(reservation)
            raise
        await self._copies.follow(account_id, written, copy, list(map(tombstone_of, freed)))
        return written

    async def hide(
        self,
        account_id: AccountId,
        fetch: Read,
        faxbox_id: DocumentId,
        change: Change,
        precondition: Precondition,
    ) -> Document:
        """The document after a change that hides the box. Raises as `optimistic_update` does."""
        entries = _Entries(fetch, self._copies)
        written = await optimistic_update(entries.read, change, self._put(account_id), precondition)
        copy, tombstones = entries.copy_and_tombstones(faxbox_id)
        await self._copies.follow(account_id, written, copy, tombstones)
        return written

    async def remove(
        self, account_id: AccountId, fetch: Read, faxbox_id: DocumentId, precondition: Precondition
    ) -> Document:
        """Delete for good; the returned document has the tombstone's revision."""
        database = account_database(account_id)

        async def remove(stored: Document) -> Revision:
            try:
                leaves = stored.get("_conflicts", ())
                return await self._store.delete(database, faxbox_id, stored["_rev"], leaves)
            except (DocumentNotFound, MissingDatabase):
                raise BadIdentifier(faxbox_id) from None

        entries = _Entries(fetch, self._copies)
        deleted = await optimistic_update(entries.read, unchanged, remove, precondition)
        copy, tombstones = entries.copy_and_tombstones(faxbox_id)
        await self._copies.vanish(account_id, faxbox_id, copy, tombstones)
        return deleted

    async def _with_own_address(
        self, account_id: AccountId, written: Document, new_address: NewAddress
    ) -> Document:
        """Claim the generated address after all, or give the new box another one."""
        faxbox_id = written["_id"]

        async def fetch() -> Document:
            return await self._store.get(account_database(account_id), faxbox_id)

        async def readdressed(stored: Document) -> Document:
            return {**stored, "pvt_smtp_email_address": await new_address()}

        try:
            address = written["pvt_smtp_email_address"]
            await self._claims.claim(Reservation(account_id, faxbox_id), {address})
        except InvalidDocument:
            return await self.change(account_id, fetch, faxbox_id, readdressed, NO_PRECONDITION)
        except StoreError as error:
            self._copies.count_failure(faxbox_id, error)
        return written

    def _put(self, account_id: AccountId) -> Write:
        async def put(document: Document) -> Revision:
            try:
                return await put_with_leaves(self._store, account_database(account_id), document)
            except MissingDatabase:
                raise BadIdentifier(document["_id"]) from None

        return put


class _Entries:
    """What `faxes` holds of a box that is about to go, read after the box and before its write.

    Whoever writes one of them later makes our write of it conflict.
    """

    def __init__(self, fetch: Read, copies: FaxboxReplicas) -> None:
        self._fetch = fetch
        self._copies = copies
        self._found: Mapping[DocumentId, Document] = {}

    async def read(self) -> Document:
        stored = await self._fetch()
        ids = map(claim_id, documents.addresses(stored))
        self._found = await self._copies.read_with((stored["_id"], *ids))
        return stored

    def copy_and_tombstones(self, faxbox_id: DocumentId) -> tuple[Document | None, list[Document]]:
        """The copy, and what frees the box's claims."""
        claims = [entry for entry in self._found.values() if is_held_by(entry, faxbox_id)]
        return self._found.get(faxbox_id), list(map(tombstone_of, claims))
