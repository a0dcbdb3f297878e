"""`/v2/accounts/{A}/children` and the other accounts around one (docs/reference/wire.md, 7)."""

from functools import partial

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import forbidden
from faxbox_service.crossbar.listing.listing import ListedResource, Listing, ListingLimits
from faxbox_service.crossbar.listing.paging import PageRequest
from faxbox_service.crossbar.response.results import AnyReply, Reply
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.private_fields import public_fields
from faxbox_service.documents.types import AccountId, Document
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.accounts.hierarchy import CHILDREN, DESCENDANTS, AccountHierarchy
from faxbox_service.stores.values import View


class HierarchyListings:
    """Lists the accounts around one, and nothing above the caller's own account."""

    def __init__(
        self,
        accounts: Accounts,
        listings: AccountHierarchy,
        *,
        page_size: int,
        limits: ListingLimits,
    ) -> None:
        self._accounts = accounts
        self._listings = listings
        self._page_size = page_size
        self._listed = ListedResource.of_summaries(_filtered_fields, limits)

    async def reply(self, call: Call, relation: str) -> AnyReply:
        """The accounts in that relation to the one of the path, the last segment of which it is."""
        account = call.path_account()
        match relation:
            case "children":
                return await self._list(call, CHILDREN, account.id)
            case "descendants":
                return await self._list(call, DESCENDANTS, account.id)
            case "siblings":
                return await self._siblings(call, account)
            case "parents":
                ancestors = await self._ancestors(call, account)
                return Reply(ancestors, paging={"page_size": len(ancestors)})
            case _:
                return Reply(await self._ancestors(call, account))

    async def _list(self, call: Call, view: View, account_id: AccountId) -> AnyReply:
        page = PageRequest.within(call, self._page_size, [account_id])
        fetch = partial(self._listings.rows, view)
        return await Listing(call, page, fetch, self._listed).reply()

    async def _siblings(self, call: Call, account: Account) -> AnyReply:
        """The children of the parent, the account itself among them, as in Kazoo.

        Kazoo lists them for the parent's ancestors too, or by a setting for no one else; here the
        caller must be allowed to act on the parent.
        """
        if call.principal is None:
            raise forbidden()
        if not account.tree:
            return Reply([], paging={"page_size": 0})
        parent = await self._accounts.find(account.tree[-1])
        if not call.principal.account.may_act_on(parent):
            raise forbidden()
        return await self._list(call, CHILDREN, parent.id)

    async def _ancestors(self, call: Call, account: Account) -> list[Document]:
        if call.principal is None:
            raise forbidden()
        ancestors = await self._listings.ancestors(account, call.principal.account)
        return [{"id": ancestor.id, "name": ancestor.name} for ancestor in ancestors]


def _filtered_fields(document: Document) -> Document:
    return {**public_fields(document), "id": document["_id"]}
