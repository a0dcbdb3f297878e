"""`/v2/accounts/{A}/users`: users, as far as logging in and owning a faxbox need them.

See docs/reference/wire.md, 7.
"""

from typing import cast

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.listing.listing import ListingLimits
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.user import Editor, user_response, user_summary
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.repositories.users.users import Users
from faxbox_service.routes import USERS
from faxbox_service.stores.values import ViewRow

from .collection import CollectionResource
from .permissions import Permissions


class UsersResource(CollectionResource):
    """A collection that only some may change, and whose changes revoke tokens."""

    has_previews = False
    has_history = False
    is_enclosing = True

    def __init__(
        self,
        users: Users,
        tokens: Tokens,
        permissions: Permissions,
        *,
        page_size: int,
        limits: ListingLimits,
    ) -> None:
        super().__init__(USERS, users, permissions, page_size=page_size, limits=limits)
        self._users = users
        self._tokens = tokens

    def response(self, document: Document) -> Document:
        """Without credentials."""
        return user_response(document)

    def deletion_response(self, document: Document) -> Document:
        """Without credentials."""
        return {**user_response(document), "_read_only": {"deleted": True}}

    async def require(self, account: Account, arguments: tuple[str, ...]) -> None:
        """Raise `BadIdentifier` for a user that the account does not have."""
        for user_id in arguments[:1]:
            await self._users.fetch(account.id, user_id)

    async def _create_document(self, call: Call, account: Account) -> Document:
        editor = await self._permissions.editor_of_new(call)
        return await self._users.create(account, call.data(), call.author, editor)

    async def _change(
        self,
        call: Call,
        account: Account,
        document_id: DocumentId,
        editor: Editor = Editor.ADMIN,
    ) -> Reply:
        editor = await self._permissions.editor_of(call, document_id)
        reply = await super()._change(call, account, document_id, editor)
        if call.method == "DELETE" or call.data().get("password"):
            await self._tokens.publish_reset(account.id, document_id)
        return reply

    def _item(self, row: ViewRow) -> Document:
        """A summary, as Kazoo's view emits it; filters look at the whole user."""
        return user_summary(cast(Document, row.document))
