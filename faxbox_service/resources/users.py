"""`/v2/accounts/{A}/users`: users, as far as logging in and owning a box need them (wire, 7)."""

from collections.abc import Iterable
from functools import partial
from typing import cast

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.listing.listing import Batch, ListedResource, Listing, ListingLimits
from faxbox_service.crossbar.listing.paging import PageRequest
from faxbox_service.crossbar.resource import Access
from faxbox_service.crossbar.response.invalid_fields import invalid_fields
from faxbox_service.crossbar.response.results import AnyReply, Reply
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.user import user_response, user_summary
from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.repositories.users.users import Users
from faxbox_service.stores.values import ViewRow

from .permissions import Permissions

_COLLECTION_METHODS = ("PUT", "GET")
_ITEM_METHODS = ("PATCH", "DELETE", "POST", "GET")


class UsersResource:
    """Lists, creates, reads, changes, patches and deletes the users of an account."""

    noun = "users"

    def __init__(
        self,
        users: Users,
        tokens: Tokens,
        rights: Permissions,
        *,
        page_size: int,
        limits: ListingLimits,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._rights = rights
        self._page_size = page_size
        self._kind = ListedResource(_texts, user_response, _summary, limits)

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
        """Users belong to an account."""
        return Access.ACCOUNT

    async def require(self, account: Account, arguments: tuple[str, ...]) -> None:
        """Raise `BadIdentifier` for a user whom the account has not; listings are not filtered."""
        for user_id in arguments[:1]:
            await self._users.fetch(account.id, user_id)

    async def handle(self, call: Call) -> AnyReply:
        """Dispatch on the method and the shape of the path."""
        account = call.path_account()
        if not call.arguments:
            return await (self._list if call.method == "GET" else self._create)(call, account)
        user_id = call.arguments[0]
        match call.method:
            case "GET":
                document = await self._users.fetch(account.id, user_id)
                call.precondition.require_match(document["_rev"])
                return _shown(document)
            case "DELETE":
                return await self._delete(call, account, user_id)
            case _:
                return await self._change(call, account, user_id)

    async def _list(self, call: Call, account: Account) -> AnyReply:
        page = PageRequest.of(call, self._page_size)
        return await Listing(
            call, page, partial(self._users.listing, account.id), self._kind
        ).reply()

    async def _create(self, call: Call, account: Account) -> Reply:
        call.precondition.require_absent()
        editor = await self._rights.editor_of_new(call)
        document = await self._users.create(account, call.data(), call.author, editor)
        reply = _shown(document)
        reply.status, reply.location_id = 201, document["_id"]
        return reply

    async def _change(self, call: Call, account: Account, user_id: DocumentId) -> Reply:
        editor = await self._rights.editor_of(call, user_id)
        data = call.data()
        change = (account.id, user_id, data, call.author, call.precondition, editor)
        if call.method == "POST":
            reply = _shown(await self._users.replace(*change))
        else:
            patched = await self._users.patch(*change)
            reply = _shown(patched.document)
            reply.headers |= invalid_fields(patched.invalid)
        if data.get("password"):
            await self._tokens.publish_reset(account.id, user_id)
        return reply

    async def _delete(self, call: Call, account: Account, user_id: DocumentId) -> Reply:
        await self._rights.editor_of(call, user_id)
        if call.should_soft_delete():
            document = await self._users.soft_delete(
                account.id, user_id, call.author, call.precondition
            )
        else:
            document = await self._users.delete(account.id, user_id, call.precondition)
        await self._tokens.publish_reset(account.id, user_id)
        shown = {**user_response(document), "_read_only": {"deleted": True}}
        return Reply(shown, revision=document["_rev"])


def _shown(document: Document) -> Reply:
    return Reply(user_response(document), revision=document["_rev"])


def _summary(row: ViewRow) -> Document:
    return user_summary(cast(Document, row.document))


def _texts(batch: Batch, _: bool) -> Iterable[bytes]:
    return (encode_json(_summary(row)) for row in batch.rows)
