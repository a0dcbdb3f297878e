"""What every collection of documents in the accounts' databases does, once.

A change takes these steps, all of them again when another writer came first: the document is read,
the client's precondition checked, the new public fields made (`posted_fields`, `patched_fields`),
validated (`_valid`), put into the document (`_replaced`), stamped and written (`Writes`).

A kind of document overrides what it does differently: those methods, `client_fields` (which names
clients may set), `_new` (what a new document gets once), `_insert` (how that is written).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from faxbox_service.documents import lifecycle
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.lifecycle import is_visible
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author, public_fields, stamp
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.values import View

from .document_writes import DocumentWrites, Writes
from .errors import BadIdentifier
from .primitives.clock import Clock, IdGenerator, system_ids
from .primitives.preconditions import NO_PRECONDITION, Precondition
from .primitives.update import Change
from .primitives.validation import validated_as
from .primitives.view_page import FoundRows, RowsWanted, find_rows


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """How the documents of a collection differ from others in the same database."""

    document_type: str
    """Their `pvt_type`."""
    by_id: View
    """Lists those that are not deleted; the keys are their ids."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Who makes a change, in which account, and with which rights."""

    account_id: AccountId
    author: Author
    editor: Editor = Editor.ADMIN


class DocumentCollection:
    """Creates, finds, changes, deletes and restores documents of one kind."""

    def __init__(
        self,
        kind: DocumentKind,
        store: Store,
        schema: Callable[[], Schema],
        clock: Clock,
        writes: Writes | None = None,
        *,
        ids: IdGenerator = system_ids,
    ) -> None:
        """`schema` is asked for each time, since operators may put another one in force."""
        self._kind = kind
        self._store = store
        self._schema = schema
        self._clock = clock
        self.ids = ids
        """Makes the ids of new documents."""
        self._inserts = DocumentWrites(store)
        self._writes: Writes = self._inserts if writes is None else writes

    @property
    def document_type(self) -> str:
        """The documents' `pvt_type`."""
        return self._kind.document_type

    async def fetch(self, account_id: AccountId, document_id: DocumentId) -> Document:
        """Read a document. Raises `BadIdentifier`."""
        if not document_id or document_id.startswith("_"):
            # For CouchDB these name other things than documents.
            raise BadIdentifier(document_id)
        try:
            document = await self._store.get(account_database(account_id), document_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(document_id) from None
        if not is_visible(document, self._kind.document_type):
            raise BadIdentifier(document_id)
        return document

    async def fetch_revision(
        self, account_id: AccountId, document_id: DocumentId, revision: Revision
    ) -> Document:
        """Read a document that exists as it was at a revision. Raises `BadIdentifier`."""
        await self.fetch(account_id, document_id)
        with suppress(DocumentNotFound, MissingDatabase):
            former = await self._store.get_revision(
                account_database(account_id), document_id, revision
            )
            if is_visible(former, self._kind.document_type):
                return former
        raise BadIdentifier(revision)

    async def history(self, account_id: AccountId, document_id: DocumentId) -> list[Document]:
        """The revisions of a document that the store has, the current one first.

        Soft-deleted ones are among them. Raises `BadIdentifier`.
        """
        with suppress(DocumentNotFound, MissingDatabase):
            found = await self._store.revisions(account_database(account_id), document_id)
            if found and is_visible(found[0], self._kind.document_type):
                return found
        raise BadIdentifier(document_id)

    async def listing(self, account_id: AccountId, wanted: RowsWanted) -> FoundRows:
        """Documents in the order of their ids, which are unique as names are not."""
        try:
            return await find_rows(
                self._store, account_database(account_id), self._kind.by_id, wanted
            )
        except MissingDatabase:
            raise BadIdentifier(account_id) from None

    async def create(
        self, account: Account, data: Document, author: Author, editor: Editor = Editor.ADMIN
    ) -> Document:
        """Store a new document and return it. Raises `InvalidDocument`, `BadIdentifier`."""
        edit = Edit(account.id, author, editor)
        fields = await self._new_fields(account.id, data)
        return await self._create(account, edit, fields, self.ids.new_id())

    async def replace(
        self,
        account_id: AccountId,
        document_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
        editor: Editor = Editor.ADMIN,
    ) -> Document:
        """Replace the public fields (POST). Raises as `patch` does."""
        edit = Edit(account_id, author, editor)
        make = partial(self._replacement, edit, data)
        return await self.change(edit, document_id, make, precondition)

    async def patch(
        self,
        account_id: AccountId,
        document_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
        editor: Editor = Editor.ADMIN,
    ) -> Patched:
        """Merge `data` into the newest revision and validate the result.

        See docs/contract.md, 1, 4 and 26.

        Raises `BadIdentifier`, `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`.
        """
        edit = Edit(account_id, author, editor)
        patch = _Patch(self, edit, data)
        document = await self.change(edit, document_id, patch.apply, precondition)
        return Patched(document, patch.invalid)

    async def change(
        self,
        edit: Edit,
        document_id: DocumentId,
        change: Change,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Document:
        """The document after a change that does not hide it. Raises as `patch` does."""

        async def changed(stored: Document) -> Document:
            return self._stamped(edit, await change(stored))

        fetch = partial(self.fetch, edit.account_id, document_id)
        return await self._writes.update(edit.account_id, fetch, document_id, changed, precondition)

    async def soft_delete(
        self,
        account_id: AccountId,
        document_id: DocumentId,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Hide the document, and keep it. Raises as `patch` does."""
        edit = Edit(account_id, author)

        async def hidden(stored: Document) -> Document:
            return self._stamped(edit, lifecycle.soft_deleted_document(stored))

        fetch = partial(self.fetch, account_id, document_id)
        return await self._writes.soft_delete(account_id, fetch, document_id, hidden, precondition)

    async def delete(
        self, account_id: AccountId, document_id: DocumentId, precondition: Precondition
    ) -> Document:
        """Delete the document for good; the one returned has the tombstone's revision."""
        fetch = partial(self.fetch, account_id, document_id)
        return await self._writes.delete(account_id, fetch, document_id, precondition)

    async def restore(
        self,
        account_id: AccountId,
        document_id: DocumentId,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Bring a soft-deleted document back as it was; one that is not deleted stays as it is.

        Raises as `patch` does.
        """
        fetch = partial(self._fetch_deleted_too, account_id, document_id)
        stored = await fetch()
        if is_visible(stored, self._kind.document_type):
            precondition.require(stored["_rev"])
            return stored
        edit = Edit(account_id, author)

        async def restored(stored: Document) -> Document:
            return self._stamped(edit, lifecycle.restored_document(stored))

        return await self._writes.update(account_id, fetch, document_id, restored, precondition)

    async def preview_creation(self, account_id: AccountId, data: Document) -> None:
        """Raise what `create` would; nothing is stored."""
        await self._new_fields(account_id, data)

    async def preview_replacement(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Document:
        """What `replace` would make of a document; nothing is stored."""
        return await self._replacement(Edit(account_id, _NO_AUTHOR), data, stored)

    async def preview_patch(
        self, account_id: AccountId, stored: Document, data: Document
    ) -> Patched:
        """What `patch` would make of a document; nothing is stored."""
        return await self.patched(Edit(account_id, _NO_AUTHOR), stored, data)

    async def patched(self, edit: Edit, stored: Document, data: Document) -> Patched:
        """The document with `data` merged in, and what stays invalid of it."""
        changes = self.client_fields(data)
        touched = PatchScope.by(changes, self.stored_fields(stored))
        fields = self.patched_fields(stored, changes)
        valid = await self._valid(edit.account_id, fields, stored, touched)
        document = await self._replaced(edit, stored, fields, valid.document)
        return Patched(document, valid.invalid)

    def client_fields(self, data: Document) -> Document:
        """What of a request's `data` may become part of a document."""
        return lifecycle.client_fields(data)

    def stored_fields(self, stored: Document) -> Document:
        """What of a stored document a PATCH is merged into."""
        return public_fields(stored)

    def posted_fields(self, stored: Document, data: Document) -> Document:
        """The public fields after a POST, to be validated."""
        return self.client_fields(data)

    def patched_fields(self, stored: Document, changes: Document) -> Document:
        """The public fields after a PATCH, to be validated."""
        return lifecycle.patched_fields(stored, changes)

    async def _valid(
        self,
        account_id: AccountId,
        fields: Document,
        stored: Document | None,
        touched: PatchScope | None,
    ) -> Patched:
        """The fields with defaults. Raises `InvalidDocument`.

        `stored` is the document before the change, None for a new one; `touched` is what a PATCH
        gives, None for any other change.
        """
        return await validated_as(self._schema(), fields, touched)

    async def _new(
        self, account: Account, edit: Edit, fields: Document, document_id: DocumentId
    ) -> Document:
        """A new document of valid fields, not yet stamped. Raises `InvalidDocument`."""
        return lifecycle.new_document(self._kind.document_type, document_id, account.id, fields)

    async def _replaced(
        self, edit: Edit, stored: Document, fields: Document, valid: Document
    ) -> Document:
        """The stored document with other public fields, not yet stamped. Raises `InvalidDocument`.

        `valid` are the `fields` with defaults, which clients did not name.
        """
        return lifecycle.replaced_document(stored, valid)

    async def _insert(self, account: Account, document: Document) -> Document:
        """Write a new document; the one returned has its revision."""
        return await self._inserts.create(account.id, document)

    async def _create(
        self, account: Account, edit: Edit, fields: Document, document_id: DocumentId
    ) -> Document:
        document = await self._new(account, edit, fields, document_id)
        return await self._insert(account, self._stamped(edit, document))

    async def _new_fields(self, account_id: AccountId, data: Document) -> Document:
        return (await self._valid(account_id, self.client_fields(data), None, None)).document

    async def _replacement(self, edit: Edit, data: Document, stored: Document) -> Document:
        fields = self.posted_fields(stored, data)
        valid = await self._valid(edit.account_id, fields, stored, None)
        return await self._replaced(edit, stored, fields, valid.document)

    async def _fetch_deleted_too(self, account_id: AccountId, document_id: DocumentId) -> Document:
        """Read a document, also a soft-deleted one. Raises `BadIdentifier`."""
        with suppress(DocumentNotFound, MissingDatabase):
            document = await self._store.get(account_database(account_id), document_id)
            if document.get("pvt_type") == self._kind.document_type:
                return document
        raise BadIdentifier(document_id)

    def _stamped(self, edit: Edit, document: Document) -> Document:
        now = gregorian_seconds(self._clock())
        return stamp(document, edit.author, now, edit.account_id)


class _Patch:
    """A PATCH, applied to whatever revision is the newest."""

    def __init__(self, collection: DocumentCollection, edit: Edit, data: Document) -> None:
        self._collection = collection
        self._edit = edit
        self._data = data
        self.invalid: tuple[str, ...] = ()
        """What was invalid before the last revision it was applied to, and still is."""

    async def apply(self, stored: Document) -> Document:
        patched = await self._collection.patched(self._edit, stored, self._data)
        self.invalid = patched.invalid
        return patched.document


_NO_AUTHOR = Author("")
"""The author of a preview, which shows no private fields."""
