"""Faxboxes of an account: each is its document there, and the replica in `faxes`."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import takewhile

from faxbox_service.documents.model import faxbox
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.callback_urls import BlockedHosts
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.collection import DocumentCollection, DocumentKind, Edit
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator, system_ids
from faxbox_service.repositories.primitives.preconditions import Precondition
from faxbox_service.repositories.primitives.validation import validated_as
from faxbox_service.repositories.users.users import Users
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.values import View

from .address_claims import AddressClaims
from .address_generator import AddressGenerator
from .idempotency import IdempotentCreations
from .writes import FaxboxWrites

CROSSBAR_LISTING = View("faxbox", "crossbar_listing")

_KIND = DocumentKind(faxbox.FAXBOX, CROSSBAR_LISTING)


class Faxboxes(DocumentCollection):
    """A collection whose documents claim addresses; with `owners`, those must exist."""

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
        *,
        ids: IdGenerator = system_ids,
    ) -> None:
        super().__init__(_KIND, store, schema, clock, writes, ids=ids)
        self._faxbox_writes = writes
        self._blocked_hosts = blocked_hosts
        self._owners = owners
        self._addresses = addresses
        self._claims = claims
        self._creations = creations

    async def create(
        self,
        account: Account,
        data: Document,
        author: Author,
        editor: Editor = Editor.ADMIN,
        *,
        idempotency_key: str | None = None,
    ) -> Document:
        """Store a new faxbox and return its document; with a key, once for that key and `data`.

        Raises `InvalidDocument`, `BadIdentifier`, `IdempotencyKeyReused`.
        """
        if idempotency_key is None:
            return await super().create(account, data, author, editor)
        edit = Edit(account.id, author, editor)
        fields = await self._new_fields(account.id, data)
        create = partial(self._create, account, edit, fields)
        find = partial(self._as_created, account.id)
        return await self._creations.once(account.id, idempotency_key, data, find, create)

    async def _as_created(self, account_id: AccountId, faxbox_id: DocumentId) -> Document | None:
        """A faxbox as it was created, or as the oldest revision that the store still has of it."""
        with suppress(DocumentNotFound, MissingDatabase):
            found = await self._store.revisions(account_database(account_id), faxbox_id)
            return [*takewhile(lambda former: "_deleted" not in former, found)][-1]
        return None

    async def replace(
        self,
        account_id: AccountId,
        document_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
        editor: Editor = Editor.ADMIN,
    ) -> Document:
        """Replace the public fields (POST). Raises as `patch` does; invalid data comes first."""
        edit = Edit(account_id, author, editor)
        fields = await self._new_fields(account_id, data)

        async def replaced(stored: Document) -> Document:
            return await self._replaced(edit, stored, fields, fields)

        try:
            return await self.change(edit, document_id, replaced, precondition)
        except BadIdentifier:
            # As in Kazoo, a taken address is reported first, also of a faxbox that does not exist.
            faxbox.require_address(fields, None)
            await self._claims.require_free(faxbox.addresses(fields), document_id)
            raise

    async def preview_creation(self, account_id: AccountId, data: Document) -> None:
        """Raise what `create` would but for the owner, as Kazoo; nothing is stored."""
        fields = await self._new_fields(account_id, data)
        faxbox.require_address(fields, None)
        await self._claims.require_free(faxbox.addresses(fields), "")

    async def preview_replacement(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Document:
        """What `replace` would make of a document; nothing is stored."""
        document = await super().preview_replacement(account_id, stored, data)
        await self._require_new_addresses_free(document, stored)
        return document

    async def preview_patch(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Patched:
        """What `patch` would make of a document; nothing is stored."""
        patched = await super().preview_patch(account_id, stored, data)
        await self._require_new_addresses_free(patched.document, stored)
        return patched

    def client_fields(self, data: Document) -> Document:
        """All but private names, and those that replies derive."""
        return faxbox.client_fields(data)

    async def _valid(
        self,
        account_id: AccountId,
        fields: Document,
        stored: Document | None,
        touched: PatchScope | None,
    ) -> Patched:
        """By the schema and the operator's blocked hosts, as they are stored."""
        valid = await validated_as(self._schema(), fields, touched)
        if touched is None:
            self._blocked_hosts.require_allowed(valid.document)
            return Patched(faxbox.with_attempts_reset(faxbox.normalised(valid.document)), ())
        invalid = valid.invalid
        blocked = self._blocked_hosts.errors(valid.document)
        if blocked:
            errors = {key: blocked[key] for key in blocked if touched.covers(key.split("."))}
            if errors:
                raise InvalidDocument(errors)
            invalid = tuple(dict.fromkeys((*invalid, *blocked)))
        return Patched(faxbox.normalised(valid.document), invalid)

    async def _new(
        self, account: Account, edit: Edit, fields: Document, document_id: DocumentId
    ) -> Document:
        reseller_id = _reseller_of(account)
        origin = faxbox.FaxboxOrigin(
            id=document_id,
            account_id=account.id,
            reseller_id=reseller_id,
            smtp_email_address=await self._addresses.generate(reseller_id),
        )
        document = faxbox.new_faxbox(fields, origin)
        faxbox.require_address(document, None)
        await self._require_owner(account.id, document, None)
        return document

    async def _replaced(
        self, edit: Edit, stored: Document, fields: Document, valid: Document
    ) -> Document:
        document = await super()._replaced(edit, stored, fields, valid)
        faxbox.require_address(document, stored)
        await self._require_owner(edit.account_id, document, stored)
        return document

    async def _insert(self, account: Account, document: Document) -> Document:
        new_address = partial(self._addresses.generate, _reseller_of(account))
        return await self._faxbox_writes.create(account.id, document, new_address)

    async def _require_new_addresses_free(self, document: Document, stored: Document) -> None:
        """Raise `InvalidDocument` for an address that another faxbox has."""
        new = faxbox.held_addresses(document) - faxbox.held_addresses(stored)
        await self._claims.require_free(new, document["_id"])

    async def _require_owner(
        self, account_id: AccountId, document: Document, stored: Document | None
    ) -> None:
        """Look for the owner, only one that is new to the faxbox. Raises `InvalidDocument`."""
        owner_id = document.get("owner_id")
        present = stored.get("owner_id") if stored is not None else None
        if self._owners is None or owner_id is None or owner_id == present:
            return
        if isinstance(owner_id, str):
            with suppress(BadIdentifier):
                await self._owners.fetch(account_id, owner_id)
                return
        error = {"message": "The owner was not found in the account", "cause": owner_id}
        raise InvalidDocument({"owner_id": {"not_found": error}})


def _reseller_of(account: Account) -> AccountId | None:
    """Whose settings make the addresses of an account's faxboxes."""
    return account.id if account.is_master else account.reseller_id
