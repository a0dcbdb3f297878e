"""What only admins of the account and of accounts above it may do (docs/contract.md, 24)."""

from collections.abc import Sequence

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import admins_only
from faxbox_service.documents.model.identity import Bearer
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.types import DocumentId
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.users.users import Users


class Permissions:
    """Checks callers that may act on the account already; `as_in_kazoo` restricts less.

    Users are read for it. What is cached of a token may be seconds old, in which a user that is
    no longer an admin could become one again.
    """

    def __init__(self, users: Users, *, as_in_kazoo: bool) -> None:
        self._users = users
        self._as_in_kazoo = as_in_kazoo

    async def is_admin(self, call: Call) -> bool:
        """Whether the caller has an admin's rights."""
        return not await self._non_admins(call)

    async def require_admin(self, call: Call, what: str) -> None:
        """Raise a 403, which says `what` only admins may do, unless the caller is one."""
        if not await self.is_admin(call):
            raise admins_only(what)

    async def require_admin_to_change(self, call: Call, what: str) -> None:
        """The same, where Kazoo lets everyone that may act on the account."""
        if not self._as_in_kazoo:
            await self.require_admin(call, what)

    async def editor_of(self, call: Call, user_id: DocumentId) -> Editor:
        """With which rights the caller may change or delete a user of the path's account.

        A user that is not an admin may change only themselves: a 403 is raised for any other.
        """
        non_admins = [] if self._as_in_kazoo else await self._non_admins(call)
        own_user = (call.path_account().id, user_id)
        if any((bearer.account_id, bearer.user_id) != own_user for bearer in non_admins):
            raise admins_only("change other users")
        return Editor.USER if non_admins else Editor.ADMIN

    async def editor_of_new(self, call: Call) -> Editor:
        """With which rights the caller may create a user."""
        return Editor.ADMIN if self._as_in_kazoo or await self.is_admin(call) else Editor.USER

    async def _non_admins(self, call: Call) -> Sequence[Bearer]:
        """The bearers of the caller's token that are not admins, or no longer."""
        if call.principal is None or not call.principal.bearers:
            raise LookupError("the rights of a caller were checked without one")
        return [bearer for bearer in call.principal.bearers if not await self._is_admin(bearer)]

    async def _is_admin(self, bearer: Bearer) -> bool:
        if bearer.user_id is None or not bearer.is_admin:
            return bearer.is_admin
        try:
            user = await self._users.fetch(bearer.account_id, bearer.user_id)
        except BadIdentifier:
            return False
        return Bearer.of(bearer.account_id, bearer.user_id, user).is_admin
