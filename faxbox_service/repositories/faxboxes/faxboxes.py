"""Faxboxes of an account: each is its document there, and the copy in `faxes`."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model import faxbox as documents
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.callback_urls import BlockedHosts
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author, public_fields, stamp
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import Clock, new_id
from faxbox_service.repositories.primitives.preconditions import Precondition
from faxbox_service.repositories.primitives.update import Change
from faxbox_service.repositories.primitives.validation import validated, validated_patched
from faxbox_service.repositories.primitives.view_page import FoundRows, RowsWanted, find_rows
from faxbox_service.repositories.users.users import Users
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.values import View

from .address_claims import AddressClaims
from .address_generator import AddressGenerator
from .idempotency import IdempotentCreations
from .writes import FaxboxWrites

CROSSBAR_LISTING = View("faxbox", "crossbar_listing")


class Faxboxes:
    """Creates, finds, changes and deletes faxboxes; with `owners`, those must exist."""

    def __init__(
        self,
        store: Store,
        schema: Callable[[], Schema],
        addresses: AddressGenerator,
        claims: AddressClaims,
        writes: FaxboxWrites,
        creations: IdempotentCreations,
        clock: Clock,
        blocked_hosts: BlockedHosts,
        owners: Users | None,
    ) -> None:
        self._store = store
        self._blocked_hosts = blocked_hosts
        self._owners = owners
        self._schema = schema
        self._addresses = addresses
        self._claims = claims
        self._writes = writes
        self._creations = creations
        self._clock = clock

    async def create(
        self,
        account: Account,
        data: Document,
        author: Author,
        idempotency_key: str | None = None,
    ) -> Document:
        """Store a new faxbox and return its document; with a key, once for that key and `data`.

        Raises `InvalidDocument`, `IdempotencyKeyReused`.
        """
        fields = await self._new_fields(data)
        create = partial(self._create, account, fields, author)
        if idempotency_key is None:
            return await create(new_id())
        find = partial(self._made, account.id)
        return await self._creations.once(account.id, idempotency_key, data, find, create)

    async def _create(
        self, account: Account, fields: Document, author: Author, faxbox_id: DocumentId
    ) -> Document:
        reseller_id = account.id if account.is_master else account.reseller_id
        origin = documents.FaxboxOrigin(
            id=faxbox_id,
            account_id=account.id,
            reseller_id=reseller_id,
            smtp_email_address=await self._addresses.generate(reseller_id),
        )
        document = self._stamped(documents.new_faxbox(fields, origin), author, account.id)
        documents.require_address(document, None)
        await self._require_owner(account.id, document, None)
        return await self._writes.create(
            account.id, document, partial(self._addresses.generate, reseller_id)
        )

    async def _made(self, account_id: AccountId, faxbox_id: DocumentId) -> Document | None:
        """A faxbox as it was made, or as the oldest revision that the store still has of it."""
        with suppress(DocumentNotFound, MissingDatabase):
            found = await self._store.revisions(account_database(account_id), faxbox_id)
            return [*takewhile(lambda former: "_deleted" not in former, found)][-1]
        return None

    async def fetch(self, account_id: AccountId, faxbox_id: DocumentId) -> Document:
        """Read one faxbox. Raises `BadIdentifier`."""
        try:
            document = await self._store.get(account_database(account_id), faxbox_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(faxbox_id) from None
        if not documents.is_faxbox(document):
            raise BadIdentifier(faxbox_id)
        return document

    async def fetch_revision(
        self, account_id: AccountId, faxbox_id: DocumentId, revision: Revision
    ) -> Document:
        """Read a faxbox that is there as it was at a revision. Raises `BadIdentifier`."""
        await self.fetch(account_id, faxbox_id)
        with suppress(DocumentNotFound, MissingDatabase):
            former = await self._store.get_revision(
                account_database(account_id), faxbox_id, revision
            )
            if documents.is_faxbox(former):
                return former
        raise BadIdentifier(revision)

    async def history(self, account_id: AccountId, faxbox_id: DocumentId) -> list[Document]:
        """The revisions of a faxbox that the store has, the current one first.

        Those that hide the box are among them. Raises `BadIdentifier`.
        """
        with suppress(DocumentNotFound, MissingDatabase):
            found = await self._store.revisions(account_database(account_id), faxbox_id)
            if found and documents.is_faxbox(found[0]):
                return found
        raise BadIdentifier(faxbox_id)

    async def listing(self, account_id: AccountId, wanted: RowsWanted) -> FoundRows:
        """Faxboxes in the order of their ids."""
        try:
            return await find_rows(
                self._store, account_database(account_id), CROSSBAR_LISTING, wanted
            )
        except MissingDatabase:
            raise BadIdentifier(account_id) from None

    async def replace(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Replace the public fields (POST). Raises as `patch` does; invalid data comes first."""
        fields = await self._new_fields(data)

        async def replaced(stored: Document) -> Document:
            return documents.replaced_faxbox(stored, fields)

        try:
            return await self._change(account_id, faxbox_id, replaced, author, precondition)
        except BadIdentifier:
            # A taken address is told first, as Kazoo does, also of a box that does not exist.
            documents.require_address(fields, None)
            await self._claims.require_free(documents.addresses(fields), faxbox_id)
            raise

    async def patch(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
    ) -> Patched:
        """Merge `data` into the newest revision and validate the result (contract, 1, 4 and 26).

        Raises `BadIdentifier`, `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`.
        """
        invalid: tuple[str, ...] = ()

        async def patched(stored: Document) -> Document:
            nonlocal invalid
            result = await self._patched(stored, data)
            invalid = result.invalid
            return result.document

        document = await self._change(account_id, faxbox_id, patched, author, precondition)
        return Patched(document, invalid)

    async def soft_delete(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Hide the faxbox, keeping its document; its addresses are free. Raises as `patch` does."""

        async def hidden(stored: Document) -> Document:
            return self._stamped(documents.soft_deleted_faxbox(stored), author, account_id)

        fetch = partial(self.fetch, account_id, faxbox_id)
        return await self._writes.soft_delete(account_id, fetch, faxbox_id, hidden, precondition)

    async def delete(
        self, account_id: AccountId, faxbox_id: DocumentId, precondition: Precondition
    ) -> Document:
        """Delete the faxbox for good; the returned document has the tombstone's revision."""
        fetch = partial(self.fetch, account_id, faxbox_id)
        return await self._writes.delete(account_id, fetch, faxbox_id, precondition)

    async def restore(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Bring a soft-deleted faxbox back as it was; one that is not deleted stays as it is.

        Raises `InvalidDocument` (rule `unique`) when another box has one of its addresses by now,
        and otherwise as `patch` does.
        """
        fetch = partial(self._fetch_hidden, account_id, faxbox_id)
        stored = await fetch()
        if documents.is_faxbox(stored):
            precondition.require(stored["_rev"])
            return stored

        async def restored(stored: Document) -> Document:
            return self._stamped(documents.restored_faxbox(stored), author, account_id)

        return await self._writes.update(account_id, fetch, faxbox_id, restored, precondition)

    async def _fetch_hidden(self, account_id: AccountId, faxbox_id: DocumentId) -> Document:
        """Read a faxbox, also one that was soft-deleted. Raises `BadIdentifier`."""
        with suppress(DocumentNotFound, MissingDatabase):
            document = await self._store.get(account_database(account_id), faxbox_id)
            if document.get("pvt_type") == documents.FAXBOX:
                return document
        raise BadIdentifier(faxbox_id)

    async def _change(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        change: Change,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        async def changed(stored: Document) -> Document:
            document = self._stamped(await change(stored), author, account_id)
            documents.require_address(document, stored)
            await self._require_owner(account_id, document, stored)
            return document

        fetch = partial(self.fetch, account_id, faxbox_id)
        return await self._writes.update(account_id, fetch, faxbox_id, changed, precondition)

    async def _require_consistent(
        self, account_id: AccountId, document: Document, stored: Document
    ) -> None:
        """Raise `InvalidDocument` when the box would go against other documents."""
        documents.require_address(document, stored)
        await self._require_owner(account_id, document, stored)
        new = documents.held_addresses(document) - documents.held_addresses(stored)
        await self._claims.require_free(new, document["_id"])

    async def _require_owner(
        self, account_id: AccountId, document: Document, stored: Document | None
    ) -> None:
        """Look for the owner, only when he is new to the box."""
        owner_id = document.get("owner_id")
        present = stored.get("owner_id") if stored is not None else None
        if self._owners is None or owner_id is None or owner_id == present:
            return
        if isinstance(owner_id, str):
            with suppress(BadIdentifier):
                await self._owners.fetch(account_id, owner_id)
                return
        fault = {"message": "The owner was not found in the account", "cause": owner_id}
        raise InvalidDocument({"owner_id": {"not_found": fault}})

    async def check_creation(self, data: Document) -> None:
        """Raise what `create` would; nothing is stored."""
        fields = await self._new_fields(data)
        documents.require_address(fields, None)
        await self._claims.require_free(documents.addresses(fields), "")

    async def preview_replacement(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Document:
        """What `replace` would make of a document; nothing is stored."""
        document = documents.replaced_faxbox(stored, await self._new_fields(data))
        await self._require_consistent(account_id, document, stored)
        return document

    async def preview_patch(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Patched:
        """What `patch` would make of a document; nothing is stored."""
        patched = await self._patched(stored, data)
        await self._require_consistent(account_id, patched.document, stored)
        return patched

    async def _new_fields(self, data: Document) -> Document:
        return documents.with_attempts_reset(await self._valid(documents.client_fields(data)))

    async def _patched(self, stored: Document, data: Document) -> Patched:
        """The document with what was merged in, judged by that."""
        touched = PatchScope.by(documents.client_fields(data), public_fields(stored))
        fields = documents.patched_fields(stored, data)
        patched = await validated_patched(self._schema(), fields, touched)
        blocked = self._blocked_hosts.errors(patched.document)
        invalid = patched.invalid
        if blocked:
            faults = {key: blocked[key] for key in blocked if touched.covers(key.split("."))}
            if faults:
                raise InvalidDocument(faults)
            invalid = tuple(dict.fromkeys((*invalid, *blocked)))
        document = documents.replaced_faxbox(stored, documents.normalised(patched.document))
        return Patched(document, invalid)

    async def _valid(self, fields: Document) -> Document:
        valid = await validated(self._schema(), fields)
        self._blocked_hosts.require_allowed(valid)
        return documents.normalised(valid)

    def _stamped(self, document: Document, author: Author, account_id: AccountId) -> Document:
        return stamp(document, author, gregorian_seconds(self._clock()), account_id)
