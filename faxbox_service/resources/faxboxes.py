"""`/v2/accounts/{A}/faxboxes`: the six operations of the specification."""

from collections.abc import Iterable
from hashlib import sha256

from faxbox_service import __version__
from faxbox_service.crossbar.call import Access, Call, Reply
from faxbox_service.crossbar.paging import PageRequest
from faxbox_service.documents.account import Account
from faxbox_service.documents.faxbox import shown_deletion, shown_faxbox
from faxbox_service.documents.json_text import encode_json, encoded_list
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.repositories.faxboxes import Faxboxes
from faxbox_service.stores.base import ViewRow

from .rendered_faxboxes import RenderedFaxboxes

_HASH_LENGTH = 32
_COLLECTION_METHODS = ("PUT", "GET")
_ITEM_METHODS = ("PATCH", "POST", "GET", "DELETE")


class FaxboxesResource:
    """Lists, creates, reads, changes, patches and deletes the faxboxes of an account."""

    noun = "faxboxes"

    def __init__(self, faxboxes: Faxboxes, *, page_size: int) -> None:
        self._faxboxes = faxboxes
        self._rendered = RenderedFaxboxes()
        self._page_size = page_size

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

    async def handle(self, call: Call) -> Reply:
        """Dispatch on the method and the shape of the path."""
        account = call.path_account()
        if not call.arguments:
            return await (self._list if call.method == "GET" else self._create)(call, account)
        faxbox_id = call.arguments[0]
        match call.method:
            case "GET":
                document = await self._faxboxes.fetch(account.id, faxbox_id)
                call.precondition.require_match(document["_rev"])
                return _shown(document)
            case "POST":
                return _shown(await self._replace(call, account, faxbox_id))
            case "PATCH":
                return _shown(await self._patch(call, account, faxbox_id))
            case _:
                return await self._delete(call, account, faxbox_id)

    async def _list(self, call: Call, account: Account) -> Reply:
        page = PageRequest.of(call, self._page_size)
        listing = await self._faxboxes.listing(
            account.id, limit=page.size, start_key=page.start_key
        )
        shown = self._rendered.texts(listing.rows)
        paging = page.envelope(len(shown), listing.next_key)
        # An empty listing has neither revision nor etag (wire, 3.1).
        revision = _revision_of(listing.rows, paging) if shown else None
        return Reply(encoded_list(shown), revision=revision, paging=paging)

    async def _create(self, call: Call, account: Account) -> Reply:
        call.precondition.require_absent()
        document = await self._faxboxes.create(account, call.data(), call.author)
        return Reply(
            shown_faxbox(document),
            status=201,
            revision=document["_rev"],
            location_id=document["_id"],
        )

    async def _replace(self, call: Call, account: Account, faxbox_id: DocumentId) -> Document:
        return await self._faxboxes.replace(
            account.id, faxbox_id, call.data(), call.author, call.precondition
        )

    async def _patch(self, call: Call, account: Account, faxbox_id: DocumentId) -> Document:
        return await self._faxboxes.patch(
            account.id, faxbox_id, call.data(), call.author, call.precondition
        )

    async def _delete(self, call: Call, account: Account, faxbox_id: DocumentId) -> Reply:
        if call.should_soft_delete():
            document = await self._faxboxes.soft_delete(
                account.id, faxbox_id, call.author, call.precondition
            )
        else:
            document = await self._faxboxes.delete(account.id, faxbox_id, call.precondition)
        return Reply(shown_deletion(document), revision=document["_rev"])


def _revision_of(rows: Iterable[ViewRow], paging: Document) -> Revision:
    """32 hex that stay as long as the listing does (contract, 14).

    The ids and revisions of the boxes tell their content, and are far shorter than it.
    """
    content = [part for row in rows for part in (row.id, row.revision)]
    return sha256(encode_json([__version__, paging, content])).hexdigest()[:_HASH_LENGTH]


def _shown(document: Document) -> Reply:
    return Reply(shown_faxbox(document), revision=document["_rev"])
