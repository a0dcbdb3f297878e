"""`/v2/accounts/{A}/faxboxes`: the six operations of the specification."""

from collections.abc import Iterable

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.listing.listing import Batch, ListingLimits
from faxbox_service.crossbar.request.negotiation import Representation
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.faxbox import faxbox_response
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.faxboxes.faxboxes import Faxboxes
from faxbox_service.routes import FAXBOXES

from .collection import CollectionResource
from .faxbox_cache import FaxboxCache
from .permissions import Permissions


class FaxboxesResource(CollectionResource):
    """A collection whose creations can be repeated, and whose JSON is cached."""

    def __init__(
        self, faxboxes: Faxboxes, permissions: Permissions, *, page_size: int, limits: ListingLimits
    ) -> None:
        super().__init__(FAXBOXES, faxboxes, permissions, page_size=page_size, limits=limits)
        self._faxboxes = faxboxes
        self._cache = FaxboxCache()

    def response(self, document: Document) -> Document:
        """With the generated address."""
        return faxbox_response(document)

    async def _create_document(self, call: Call, account: Account) -> Document:
        return await self._faxboxes.create(
            account, call.data(), call.author, idempotency_key=call.idempotency_key
        )

    async def _read(self, call: Call, account: Account, document_id: DocumentId) -> Reply:
        if call.options.is_any or call.representation is not Representation.JSON:
            return await super()._read(call, account, document_id)
        document = await self._faxboxes.fetch(account.id, document_id)
        revision = document["_rev"]
        call.precondition.require_match(revision)
        return Reply(self._cache.text(document), revision=revision)

    def _texts(self, batch: Batch, remember: bool) -> Iterable[bytes]:
        return self._cache.texts(batch, remember)
