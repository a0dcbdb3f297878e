"""`PUT /v2/api_auth`: a token for an account's API key (docs/reference/wire.md, 6.5)."""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.routes import API_AUTH

from .login_reply import AFTER_LOOKUP, Logins


class ApiAuthResource(Resource):
    """Logs accounts in."""

    is_login = True

    def __init__(self, schema: Schema, accounts: Accounts, logins: Logins) -> None:
        super().__init__(API_AUTH)
        self._schema = schema
        self._accounts = accounts
        self._logins = logins

    async def handle(self, call: Call) -> Reply:
        """A token for the key. Raises a 404 for one that no account has."""
        api_key = self._schema.validate(call.data())["api_key"]
        account = await self._accounts.find_by_api_key(api_key)
        if account is None:
            raise CrossbarError(404, "bad identifier", [api_key], envelope=AFTER_LOOKUP)
        return await self._logins.reply(account, None, "cb_api_auth")
