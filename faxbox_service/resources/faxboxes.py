"""`/v2/accounts/{A}/faxboxes`: the six operations of the specification."""

from functools import partial
from typing import cast

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import bad_identifier, not_found
from faxbox_service.crossbar.listing.listing import ListedResource, Listing, ListingLimits
from faxbox_service.crossbar.listing.paging import PageRequest
from faxbox_service.crossbar.request.negotiation import Representation
from faxbox_service.crossbar.resource import Access
from faxbox_service.crossbar.response.invalid_fields import invalid_fields
from faxbox_service.crossbar.response.results import AnyReply, Reply
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.lifecycle import deletion_response, revisions_info
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.faxbox import FAXBOX, faxbox_response
from faxbox_service.documents.schema.schema import Patched
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.faxboxes.faxboxes import Faxboxes
from faxbox_service.stores.values import ViewRow

from .faxbox_cache import FaxboxCache
from .permissions import Permissions

_COLLECTION_METHODS = ("PUT", "GET")
_ITEM_METHODS = ("PATCH", "POST", "GET", "DELETE")


class FaxboxesResource:
    """Lists, creates, reads, changes, patches and deletes the faxboxes of an account."""

    noun = "faxboxes"
    has_previews = True

    def __init__(
        self, faxboxes: Faxboxes, rights: Permissions, *, page_size: int, limits: ListingLimits
    ) -> None:
        self._faxboxes = faxboxes
        self._rights = rights
        self._page_size = page_size
        self._rendered = FaxboxCache()
        self._kind = ListedResource(self._rendered.texts, faxbox_response, _item, limits)

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Collection, item, nothing below."""
        match len(arguments):
            case 0:
                return _COLLECTION_METHODS
            case 1:
                return _ITEM_METHODS
            case _:
                return None

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Faxboxes belong to an account."""
        return Access.ACCOUNT

    async def handle(self, call: Call) -> AnyReply:
        """Dispatch on the method and the shape of the path."""
        account = call.path_account()
        if call.is_preview:
            return await self._preview(call, account)
        if not call.arguments:
            return await (self._list if call.method == "GET" else self._create)(call, account)
        faxbox_id = call.arguments[0]
        match call.method:
            case "GET" if call.options.is_any:
                return await self._fetch_as_asked(call, account, faxbox_id)
            case "GET":
                document = await self._faxboxes.fetch(account.id, faxbox_id)
                revision = document["_rev"]
                call.precondition.require_match(revision)
                if call.representation is Representation.JSON:
                    return Reply(self._rendered.text(document), revision=revision)
                return _shown(document)
            case "POST" if call.option("restore") in (True, "true"):
                return _shown(await self._restore(call, account, faxbox_id))
            case "POST":
                return _shown(await self._replace(call, account, faxbox_id))
            case "PATCH":
                return _shown_patched(await self._patch(call, account, faxbox_id))
            case _:
                return await self._delete(call, account, faxbox_id)

    async def _fetch_as_asked(self, call: Call, account: Account, faxbox_id: DocumentId) -> Reply:
        """As it is, as it was, or with its history."""
        revision = call.option("rev")
        if isinstance(revision, str):
            document = await self._faxboxes.fetch_revision(account.id, faxbox_id, revision)
        elif revision is not None:
            raise bad_identifier(encode_json(revision).decode())
        elif call.option("revs_info") in (True, "true"):
            return await self._history(call, account, faxbox_id)
        else:
            document = await self._faxboxes.fetch(account.id, faxbox_id)
        call.precondition.require_match(document["_rev"])
        return _shown(document)

    async def _history(self, call: Call, account: Account, faxbox_id: DocumentId) -> Reply:
        revisions = await self._faxboxes.history(account.id, faxbox_id)
        current = revisions[0]["_rev"]
        call.precondition.require_match(current)
        shown = faxbox_response(revisions[0])
        shown["_revs_info"] = revisions_info(revisions, FAXBOX)
        return Reply(shown, revision=current)

    async def _list(self, call: Call, account: Account) -> AnyReply:
        page = PageRequest.of(call, self._page_size)
        fetch = partial(self._faxboxes.listing, account.id)
        return await Listing(call, page, fetch, self._kind).reply()

    async def _create(self, call: Call, account: Account) -> Reply:
        call.precondition.require_absent()
        document = await self._faxboxes.create(
            account, call.data(), call.author, idempotency_key=call.idempotency_key
        )
        return Reply(
            faxbox_response(document),
            status=201,
            revision=document["_rev"],
            location_id=document["_id"],
        )

    async def _replace(self, call: Call, account: Account, faxbox_id: DocumentId) -> Document:
        return await self._faxboxes.replace(
            account.id, faxbox_id, call.data(), call.author, call.precondition
        )

    async def _patch(self, call: Call, account: Account, faxbox_id: DocumentId) -> Patched:
        return await self._faxboxes.patch(
            account.id, faxbox_id, call.data(), call.author, call.precondition
        )

    async def _restore(self, call: Call, account: Account, faxbox_id: DocumentId) -> Document:
        """Bring a soft-deleted faxbox back: for admins; the body says nothing."""
        await self._rights.require_admin(call, "restore faxboxes")
        return await self._faxboxes.restore(account.id, faxbox_id, call.author, call.precondition)

    async def _preview(self, call: Call, account: Account) -> Reply:
        """What a change would do, as Kazoo shows it when the verb is tunnelled through a GET."""
        if not call.arguments:
            await self._faxboxes.preview_creation(account.id, call.data())
            # Kazoo looks for what a PUT would create, and does not find it.
            raise not_found()
        stored = await self._faxboxes.fetch(account.id, call.arguments[0])
        match call.method:
            case "POST":
                return _shown(
                    await self._faxboxes.preview_replacement(account.id, stored, call.data())
                )
            case "PATCH":
                return _shown_patched(
                    await self._faxboxes.preview_patch(account.id, stored, call.data())
                )
            case _:
                return Reply(deletion_response(stored), revision=stored["_rev"])

    async def _delete(self, call: Call, account: Account, faxbox_id: DocumentId) -> Reply:
        if call.should_soft_delete():
            document = await self._faxboxes.soft_delete(
                account.id, faxbox_id, call.author, call.precondition
            )
        else:
            document = await self._faxboxes.delete(account.id, faxbox_id, call.precondition)
        return Reply(deletion_response(document), revision=document["_rev"])


def _item(row: ViewRow) -> Document:
    return faxbox_response(cast(Document, row.document))


def _shown(document: Document) -> Reply:
    return Reply(faxbox_response(document), revision=document["_rev"])


def _shown_patched(patched: Patched) -> Reply:
    reply = _shown(patched.document)
    reply.headers |= invalid_fields(patched.invalid)
    return reply
