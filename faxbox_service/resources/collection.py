"""What the resource of every collection does: list, create, read, change, preview and restore.

A resource overrides what replies show of a document (`response`, `deletion_response`, `_item`) and
the steps to which it adds something (`_create_document`, `_read`, `_change`).
"""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, cast

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import bad_identifier, not_found
from faxbox_service.crossbar.listing.listing import Batch, ListedResource, Listing, ListingLimits
from faxbox_service.crossbar.listing.paging import PageRequest
from faxbox_service.crossbar.resource import Resource, Routes
from faxbox_service.crossbar.response.invalid_fields import invalid_fields
from faxbox_service.crossbar.response.results import AnyReply, Reply
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.lifecycle import (
    deletion_response,
    document_response,
    revisions_info,
)
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.collection import DocumentCollection
from faxbox_service.stores.values import ViewRow

from .permissions import Permissions


class CollectionResource(Resource):
    """The resource of a collection of documents that belong to an account."""

    has_previews = True
    has_history: ClassVar[bool] = True
    """Reads return former revisions (`rev`, `revs_info`), and admins may `restore` a soft-deleted
    document."""

    def __init__(
        self,
        routes: Routes,
        collection: DocumentCollection,
        permissions: Permissions,
        *,
        page_size: int,
        limits: ListingLimits,
    ) -> None:
        super().__init__(routes)
        self._collection = collection
        self._permissions = permissions
        self._page_size = page_size
        self._listed = ListedResource(self._texts, self.response, self._item, limits)

    def response(self, document: Document) -> Document:
        """A document as replies show it."""
        return document_response(document)

    def deletion_response(self, document: Document) -> Document:
        """A deleted document as the reply to its DELETE shows it."""
        return deletion_response(document)

    async def handle(self, call: Call) -> AnyReply:
        """Dispatch on the method and the shape of the path."""
        account = call.path_account()
        if call.is_preview:
            return await self._preview(call, account)
        if not call.arguments:
            return await (self._list if call.method == "GET" else self._create)(call, account)
        if call.method == "GET":
            return await self._read(call, account, call.arguments[0])
        return await self._change(call, account, call.arguments[0])

    async def _list(self, call: Call, account: Account) -> AnyReply:
        page = PageRequest.of(call, self._page_size)
        fetch = partial(self._collection.listing, account.id)
        return await Listing(call, page, fetch, self._listed).reply()

    async def _create(self, call: Call, account: Account) -> Reply:
        call.precondition.require_absent()
        reply = self._reply(await self._create_document(call, account))
        reply.status, reply.location_id = 201, reply.data["id"]
        return reply

    async def _create_document(self, call: Call, account: Account) -> Document:
        return await self._collection.create(account, call.data(), call.author)

    async def _read(self, call: Call, account: Account, document_id: DocumentId) -> Reply:
        if self.has_history and call.options.is_any:
            return await self._read_with_options(call, account, document_id)
        document = await self._collection.fetch(account.id, document_id)
        call.precondition.require_match(document["_rev"])
        return self._reply(document)

    async def _read_with_options(
        self, call: Call, account: Account, document_id: DocumentId
    ) -> Reply:
        """As it was at a revision, or with its history."""
        revision = call.option("rev")
        if isinstance(revision, str):
            document = await self._collection.fetch_revision(account.id, document_id, revision)
        elif revision is not None:
            raise bad_identifier(encode_json(revision).decode())
        elif _is_on(call, "revs_info"):
            return await self._history(call, account, document_id)
        else:
            document = await self._collection.fetch(account.id, document_id)
        call.precondition.require_match(document["_rev"])
        return self._reply(document)

    async def _history(self, call: Call, account: Account, document_id: DocumentId) -> Reply:
        revisions = await self._collection.history(account.id, document_id)
        call.precondition.require_match(revisions[0]["_rev"])
        reply = self._reply(revisions[0])
        reply.data["_revs_info"] = revisions_info(revisions, self._collection.document_type)
        return reply

    async def _change(
        self,
        call: Call,
        account: Account,
        document_id: DocumentId,
        editor: Editor = Editor.ADMIN,
    ) -> Reply:
        """Replace, patch, restore or delete."""
        if call.method == "DELETE":
            return await self._delete(call, account, document_id)
        if self.has_history and call.method == "POST" and _is_on(call, "restore"):
            return await self._restore(call, account, document_id)
        change = (account.id, document_id, call.data(), call.author, call.precondition, editor)
        if call.method == "POST":
            return self._reply(await self._collection.replace(*change))
        patched = await self._collection.patch(*change)
        return self._reply(patched.document, patched.invalid)

    async def _delete(self, call: Call, account: Account, document_id: DocumentId) -> Reply:
        if call.should_soft_delete():
            document = await self._collection.soft_delete(
                account.id, document_id, call.author, call.precondition
            )
        else:
            document = await self._collection.delete(account.id, document_id, call.precondition)
        return Reply(self.deletion_response(document), revision=document["_rev"])

    async def _restore(self, call: Call, account: Account, document_id: DocumentId) -> Reply:
        """Bring a soft-deleted document back: for admins; the body says nothing."""
        await self._permissions.require_admin(call, f"restore {self.noun}")
        return self._reply(
            await self._collection.restore(account.id, document_id, call.author, call.precondition)
        )

    async def _preview(self, call: Call, account: Account) -> Reply:
        """The result of a change that is not made: a GET has its verb as an option.

        See docs/reference/wire.md, 2.3.
        """
        if not call.arguments:
            await self._collection.preview_creation(account.id, call.data())
            # Kazoo looks for what a PUT would create, and does not find it.
            raise not_found()
        stored = await self._collection.fetch(account.id, call.arguments[0])
        if call.method == "DELETE":
            return Reply(self.deletion_response(stored), revision=stored["_rev"])
        preview = (account.id, stored, call.data())
        if call.method == "POST":
            return self._reply(await self._collection.preview_replacement(*preview))
        patched = await self._collection.preview_patch(*preview)
        return self._reply(patched.document, patched.invalid)

    def _reply(self, document: Document, invalid: tuple[str, ...] = ()) -> Reply:
        """`invalid` are the dotted keys that a PATCH left as they were."""
        headers = invalid_fields(invalid) if invalid else {}
        return Reply(self.response(document), revision=document["_rev"], headers=headers)

    def _item(self, row: ViewRow) -> Document:
        """A document as listings show it."""
        return self.response(cast(Document, row.document))

    def _texts(self, batch: Batch, remember: bool) -> Iterable[bytes]:
        """The same as JSON texts; `remember` says whether to cache them."""
        return (encode_json(self._item(row)) for row in batch.rows)


def _is_on(call: Call, option: str) -> bool:
    return call.option(option) in (True, "true")
