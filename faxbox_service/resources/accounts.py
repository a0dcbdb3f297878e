"""`/v2/accounts`: making a child account, removing one, and its API key."""

from faxbox_service.crossbar.call import Access, Call, Reply
from faxbox_service.crossbar.errors import method_not_allowed
from faxbox_service.documents.account import Account, shown_account
from faxbox_service.documents.faxbox import shown_deletion
from faxbox_service.repositories.accounts import Accounts

_API_KEY = "api_key"
_ITEM_METHODS = ("PUT", "DELETE")
_MASTER_METHODS = ("PUT",)


class AccountsResource:
    """Creates and deletes accounts."""

    noun = "accounts"

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The collection takes new children of the caller's account, an item its own."""
        match arguments:
            case ():
                return ("PUT",)
            case (_,):
                return _ITEM_METHODS
            case (_, api_key) if api_key == _API_KEY:
                return ("GET",)
            case _:
                return None

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Anyone with a token may make a child of the token's account (wire, 6.4)."""
        return Access.ACCOUNT if arguments else Access.TOKEN

    async def handle(self, call: Call) -> Reply:
        """Dispatch on the method."""
        match call.method:
            case "PUT":
                return await self._create(call)
            case "GET":
                return await self._api_key(call.path_account())
            case _:
                return await self._delete(call, call.path_account())

    async def _create(self, call: Call) -> Reply:
        call.precondition.require_absent()
        if call.account is not None:
            parent = call.account
        elif call.principal is not None:
            parent = call.principal.account
        else:
            raise LookupError("an account is never made without a parent")
        document = await self._accounts.create_child(parent, call.data(), call.author)
        return Reply(shown_account(document), status=201, revision=document["_rev"])

    async def _api_key(self, account: Account) -> Reply:
        document = await self._accounts.fetch(account.id)
        data = {_API_KEY: document.get("pvt_api_key")}
        return Reply(data, revision=document["_rev"])

    async def _delete(self, call: Call, account: Account) -> Reply:
        if account.is_master:
            raise method_not_allowed(_MASTER_METHODS)
        if call.should_soft_delete():
            document = await self._accounts.soft_delete(account, call.author)
        else:
            document = await self._accounts.delete(account)
        return Reply(shown_deletion(document), revision=document["_rev"])
