"""`/v2/accounts/{A}/token_restrictions`: what the account's tokens may be used for."""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.lifecycle import deletion_response, document_response
from faxbox_service.documents.types import Document
from faxbox_service.repositories.auth.token_restrictions import TokenRestrictions
from faxbox_service.resources.permissions import Permissions
from faxbox_service.routes import TOKEN_RESTRICTIONS

_CHANGE = "change token restrictions"


class TokenRestrictionsResource(Resource):
    """Shows, replaces and lifts restrictions."""

    def __init__(self, restrictions: TokenRestrictions, permissions: Permissions) -> None:
        super().__init__(TOKEN_RESTRICTIONS)
        self._restrictions = restrictions
        self._permissions = permissions

    async def handle(self, call: Call) -> Reply:
        """Dispatch on the method; restrictions that were replaced are in force at once."""
        account_id = call.path_account().id
        match call.method:
            case "GET":
                document = await self._restrictions.fetch(account_id)
                call.precondition.require_match(document["_rev"])
                return _reply(document)
            case "POST":
                await self._permissions.require_admin_to_change(call, _CHANGE)
                return _reply(
                    await self._restrictions.replace(
                        account_id, call.data(), call.author, call.precondition
                    )
                )
            case _:
                await self._permissions.require_admin_to_change(call, _CHANGE)
                document = await self._restrictions.delete(account_id, call.precondition)
                return Reply(deletion_response(document), revision=document["_rev"])


def _reply(document: Document) -> Reply:
    return Reply(document_response(document), revision=document["_rev"])
