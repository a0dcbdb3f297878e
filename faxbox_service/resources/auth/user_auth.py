"""`PUT /v2/user_auth`: a token for a user's hashed credentials (docs/reference/wire.md, 6.5)."""

from contextlib import suppress

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import forbidden, invalid_credentials
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.documents.model.account import Account, require_open
from faxbox_service.documents.model.passwords import Digest
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.documents.types import Document
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.auth.phone_numbers import PhoneNumbers
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.repositories.users.users import Users
from faxbox_service.routes import USER_AUTH

from .login_reply import AFTER_LOOKUP, Logins

_METHODS = {"md5": Digest.MD5, "sha": Digest.SHA}


class UserAuthResource(Resource):
    """Logs users in."""

    is_login = True

    def __init__(
        self,
        schema: Schema,
        accounts: Accounts,
        phone_numbers: PhoneNumbers,
        users: Users,
        logins: Logins,
        clock: Clock,
    ) -> None:
        super().__init__(USER_AUTH)
        self._schema = schema
        self._accounts = accounts
        self._phone_numbers = phone_numbers
        self._users = users
        self._logins = logins
        self._clock = clock

    async def handle(self, call: Call) -> Reply:
        """A token for the credentials. Raises a 401, or a 403 for an `action`."""
        if call.option("action") is not None:
            raise forbidden()
        data = self._schema.validate(call.data())
        account = await self._account(data)
        user = await self._users.find_by_credentials(
            account.id if account is not None else None,
            _METHODS[data.get("method", "md5")],
            data["credentials"].lower(),
            data.get("username"),
        )
        if account is None:
            raise invalid_credentials()
        if user is None:
            raise invalid_credentials(**AFTER_LOOKUP)
        require_open(account, self._clock())
        return await self._logins.reply(
            account, user["_id"], "cb_user_auth", masquerade=data.get("as")
        )

    async def _account(self, data: Document) -> Account | None:
        """The account by the first of phone number, realm and name that names one, as in Kazoo."""
        number = data.get("phone_number")
        account_id = await self._phone_numbers.find_account(number) if number else None
        if account_id is not None:
            with suppress(BadIdentifier):
                return await self._accounts.find(account_id)
        realm = data.get("account_realm") or data.get("realm")
        account = await self._accounts.find_by_realm(realm) if realm else None
        name = data.get("account_name")
        if account is None and name:
            account = await self._accounts.find_by_name(name)
        return account
