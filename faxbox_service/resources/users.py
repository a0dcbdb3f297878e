"""`…/users/{U}/…`: a user who stands between an account and what is asked for (wire, 2.6)."""

from faxbox_service.crossbar.call import Access, AnyReply, Call
from faxbox_service.crossbar.errors import not_found
from faxbox_service.documents.account import Account
from faxbox_service.repositories.users import Users


class UsersResource:
    """Says whether a user exists; users themselves are not served yet."""

    noun = "users"

    def __init__(self, users: Users) -> None:
        self._users = users

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """No path ends here."""
        return None

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Users belong to an account."""
        return Access.ACCOUNT

    async def handle(self, call: Call) -> AnyReply:
        """Never asked, for want of methods."""
        raise not_found()

    async def require(self, account: Account, arguments: tuple[str, ...]) -> None:
        """Raise `BadIdentifier` for a user whom the account has not; listings are not filtered."""
        for user_id in arguments[:1]:
            await self._users.fetch(account.id, user_id)
