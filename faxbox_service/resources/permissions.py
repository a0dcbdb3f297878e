"""What is kept for admins of the account and of accounts above it (contract, 24)."""

from collections.abc import Sequence

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import admins_only
from faxbox_service.documents.model.identity import Bearer
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.types import DocumentId
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.users.users import Users


class Permissions:
    """Judges callers who already may act on the account; `are_kazoos` lets them do as in Kazoo.

    Users are read for it. What is remembered of a token is seconds old, in which somebody who no
    longer is an admin could make himself one again.
    """

    def __init__(self, users: Users, *, are_kazoos: bool) -> None:
        self._users = users
        self._are_kazoos = are_kazoos

    async def is_admin(self, call: Call) -> bool:
        """Whether the caller has the rights of an admin."""
        return not await self._others(call)

    async def require_admin(self, call: Call, what: str) -> None:
        """Raise a 403, which says `what` only admins may do, unless one asks."""
        if not await self.is_admin(call):
            raise admins_only(what)

    async def require_decider(self, call: Call, what: str) -> None:
        """The same, where in Kazoo anybody may who may act on the account."""
        if not self._are_kazoos:
            await self.require_admin(call, what)

    async def editor_of(self, call: Call, user_id: DocumentId) -> Editor:
        """As whom the caller may change or delete a user of the path's account.

        Those who are no admins may change themselves; for another's sake a 403 is raised.
        """
        others = [] if self._are_kazoos else await self._others(call)
        himself = (call.path_account().id, user_id)
        if any((other.account_id, other.user_id) != himself for other in others):
            raise admins_only("change other users")
        return Editor.USER if others else Editor.ADMIN

    async def editor_of_new(self, call: Call) -> Editor:
        """As whom the caller may make a user."""
        return Editor.ADMIN if self._are_kazoos or await self.is_admin(call) else Editor.USER

    async def _others(self, call: Call) -> Sequence[Bearer]:
        """Those for whom the caller's token speaks and who are no admins, or no longer."""
        if call.principal is None or not call.principal.bearers:
            raise LookupError("the rights of a caller were asked for without one")
        return [bearer for bearer in call.principal.bearers if not await self._is_admin(bearer)]

    async def _is_admin(self, bearer: Bearer) -> bool:
        if bearer.user_id is None or not bearer.is_admin:
            return bearer.is_admin
        try:
            user = await self._users.fetch(bearer.account_id, bearer.user_id)
        except BadIdentifier:
            return False
        return Bearer.of(bearer.account_id, bearer.user_id, user).is_admin
