"""`PUT /v2/user_auth`: a token for a user's hashed credentials (wire, 6.5)."""

from faxbox_service.crossbar.call import Access, Call, Reply
from faxbox_service.crossbar.errors import forbidden, invalid_credentials
from faxbox_service.documents.account import Account
from faxbox_service.documents.schema import InvalidDocument, Schema
from faxbox_service.documents.types import Document
from faxbox_service.repositories.accounts import Accounts
from faxbox_service.repositories.users import CredentialMethod, Users

from .logins import AFTER_LOOKUP, Logins

_METHODS = {"md5": CredentialMethod.MD5, "sha": CredentialMethod.SHA}


class UserAuthResource:
    """Logs users in."""

    noun = "user_auth"

    def __init__(self, schema: Schema, accounts: Accounts, users: Users, logins: Logins) -> None:
        self._schema = schema
        self._accounts = accounts
        self._users = users
        self._logins = logins

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Only the collection."""
        return None if arguments else ("PUT",)

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Those who log in have no token yet."""
        return Access.ANYONE

    async def handle(self, call: Call) -> Reply:
        """Answer the credentials with a token, or refuse them."""
        if call.option("action") is not None:
            raise forbidden()
        data = self._schema.validate(call.data())
        account = await self._account(data)
        if account is None:
            raise invalid_credentials()
        if not account.enabled:
            raise InvalidDocument({"account": {"disabled": {"message": "account disabled"}}})
        user_id = await self._users.find_by_credentials(
            account.id, _METHODS[data.get("method", "md5")], data["credentials"].lower()
        )
        if user_id is None:
            raise invalid_credentials(**AFTER_LOOKUP)
        return await self._logins.reply(account, user_id, "cb_user_auth")

    async def _account(self, data: Document) -> Account | None:
        realm = data.get("account_realm") or data.get("realm")
        if isinstance(realm, str):
            return await self._accounts.find_by_realm(realm)
        name = data.get("account_name")
        if isinstance(name, str) and name:
            return await self._accounts.find_by_name(name)
        return None
