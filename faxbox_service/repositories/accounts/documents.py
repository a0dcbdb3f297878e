"""The documents of accounts: each in a database of its own, which is named after it."""

from contextlib import suppress

from faxbox_service.documents.model import account
from faxbox_service.documents.names import account_database, is_account_id
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.collection import DocumentCollection, DocumentKind, Edit
from faxbox_service.repositories.document_writes import DocumentWrites
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import StoreError
from faxbox_service.stores.values import View

from .cache import AccountCache
from .replica import AccountReplicas
from .rules import AccountRules

_KIND = DocumentKind(account.ACCOUNT, View("accounts", "listing_by_simple_id"))


class AccountWrites(DocumentWrites):
    """Writes an account's document, invalidates the cache and updates the replica."""

    def __init__(self, store: Store, known: AccountCache, replicas: AccountReplicas) -> None:
        super().__init__(store)
        self._known = known
        self._replicas = replicas

    async def create(self, account_id: AccountId, document: Document) -> Document:
        """Create the account's database and its document there; without the replica."""
        database = account_database(account_id)
        # A crash leaves an empty database, or an account that only lacks its replica.
        await self._store.create_database(database)
        try:
            return await super().create(account_id, document)
        except StoreError:
            with suppress(StoreError):
                await self._store.delete_database(database)
            raise

    async def put(self, account_id: AccountId, document: Document) -> Revision:
        """Write a document that was read and changed. Raises as `Store.put`, or `BadIdentifier`."""
        revision = await super().put(account_id, document)
        self._known.invalidate(account_id)
        await self._replicas.update_replica(account_id)
        return revision


class AccountDocuments(DocumentCollection):
    """A collection of one document for each database: the id of both is the account's.

    `AccountHierarchy` lists them, from their replicas.
    """

    def __init__(
        self,
        store: Store,
        schema: Schema,
        clock: Clock,
        rules: AccountRules,
        writes: AccountWrites,
    ) -> None:
        super().__init__(_KIND, store, lambda: schema, clock, writes)
        self._rules = rules
        self._account_writes = writes

    async def add(self, document: Document, author: Author) -> Document:
        """Stamp and write a new account's document."""
        account_id = document["_id"]
        stamped = self._stamped(Edit(account_id, author), document)
        return await self._account_writes.create(account_id, stamped)

    async def fetch(self, account_id: AccountId, document_id: DocumentId) -> Document:
        """Read a live account's document. Raises `BadIdentifier`."""
        if not is_account_id(account_id):
            raise BadIdentifier(account_id)
        return await super().fetch(account_id, document_id)

    def client_fields(self, data: Document) -> Document:
        """All but private names, and those that replies derive."""
        return account.client_fields(data)

    def stored_fields(self, stored: Document) -> Document:
        """The fields that clients may set."""
        return account.client_fields(stored)

    def posted_fields(self, stored: Document, data: Document) -> Document:
        """Without a realm or time zone an account keeps those it has."""
        return account.posted_fields(stored, data)

    def patched_fields(self, stored: Document, changes: Document) -> Document:
        """As for a POST."""
        return account.patched_fields(stored, changes)

    async def _valid(
        self,
        account_id: AccountId,
        fields: Document,
        stored: Document | None,
        touched: PatchScope | None,
    ) -> Patched:
        return await self._rules.valid(fields, stored, touched)

    async def _replaced(
        self, edit: Edit, stored: Document, fields: Document, valid: Document
    ) -> Document:
        return account.replaced_account(stored, valid, edit.author.account_id)
