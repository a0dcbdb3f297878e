"""`/v2/accounts`: accounts and their API keys; those around one are in `account_hierarchy.py`."""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.invalid_fields import invalid_fields
from faxbox_service.crossbar.response.results import AnyReply, Reply
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.lifecycle import deletion_response
from faxbox_service.documents.model.account import Account, account_response
from faxbox_service.documents.types import Document
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.routes import ACCOUNTS

from .account_hierarchy import HierarchyListings
from .permissions import Permissions

_API_KEY = "api_key"


class AccountsResource(Resource):
    """Creates, reads, changes and deletes accounts, and shows those around one."""

    varies_by_account = True

    def __init__(
        self,
        accounts: Accounts,
        hierarchy: HierarchyListings,
        permissions: Permissions,
        clock: Clock,
    ) -> None:
        super().__init__(ACCOUNTS)
        self._accounts = accounts
        self._hierarchy = hierarchy
        self._permissions = permissions
        self._clock = clock

    def methods_on(self, account: Account, arguments: tuple[str, ...]) -> tuple[str, ...]:
        """The master is never deleted."""
        methods = super().methods_on(account, arguments)
        if account.is_master and len(arguments) == 1:
            return tuple(method for method in methods if method != "DELETE")
        return methods

    async def handle(self, call: Call) -> AnyReply:
        """Dispatch on the shape of the path and the method."""
        match call.arguments:
            case ():
                return await self._create_below_caller(call)
            case (_,):
                return await self._item(call, call.path_account())
            case (_, "api_key"):
                return await self._api_key(call, call.path_account())
            case (_, relation):
                return await self._hierarchy.reply(call, relation)
        raise LookupError("an account's path has two arguments at most")

    async def _item(self, call: Call, account: Account) -> Reply:
        changes = (account.id, call.data(), call.author, call.precondition)
        match call.method:
            case "GET":
                document = await self._accounts.fetch(account.id)
                call.precondition.require_match(document["_rev"])
                return await self._reply(call, document)
            case "PUT":
                return await self._create(call, account)
            case "POST":
                await self._permissions.require_admin_to_change(call, "change accounts")
                return await self._reply(call, await self._accounts.replace(*changes))
            case "PATCH":
                await self._permissions.require_admin_to_change(call, "change accounts")
                patched = await self._accounts.patch(*changes)
                reply = await self._reply(call, patched.document)
                reply.headers |= invalid_fields(patched.invalid)
                return reply
            case _:
                await self._permissions.require_admin_to_change(call, "delete accounts")
                return await self._delete(call, account)

    async def _create(self, call: Call, parent: Account) -> Reply:
        call.precondition.require_absent()
        document = await self._accounts.create_child(parent, call.data(), call.author)
        reply = await self._reply(call, document)
        reply.status = 201
        return reply

    async def _create_below_caller(self, call: Call) -> Reply:
        if call.principal is None:
            raise LookupError("an account is never created without a parent")
        reply = await self._create(call, call.principal.account)
        # Kazoo looks these up by the account of the path, and there is none.
        reply.data.pop("reseller_id")
        reply.data["billing_mode"] = "manual"
        return reply

    async def _delete(self, call: Call, account: Account) -> Reply:
        if call.should_soft_delete():
            document = await self._accounts.soft_delete(account, call.author, call.precondition)
        else:
            document = await self._accounts.delete(account, call.precondition)
        return Reply(deletion_response(document), revision=document["_rev"])

    async def _api_key(self, call: Call, account: Account) -> Reply:
        # Kazoo shows it to any user, which makes them admins: they can log in with it.
        await self._permissions.require_admin(call, "see and renew API keys")
        if call.method == "PUT":
            document = await self._accounts.renew_api_key(account.id, call.author)
        else:
            document = await self._accounts.fetch(account.id)
            call.precondition.require_match(document["_rev"])
        return Reply({_API_KEY: document.get("pvt_api_key")}, revision=document["_rev"])

    async def _reply(self, call: Call, document: Document) -> Reply:
        viewer = call.principal.account.id if call.principal is not None else None
        response = account_response(document, viewer)
        expires = Account.of(document).trial_expires
        if expires is not None:
            response["trial_time_left"] = expires - gregorian_seconds(self._clock())
        wants_key = call.option("include_api_key") in (True, "true")
        if wants_key and await self._permissions.is_admin(call):
            response[_API_KEY] = document.get("pvt_api_key")
        return Reply(response, revision=document["_rev"])
