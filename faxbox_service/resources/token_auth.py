"""`/v2/token_auth`: what the caller's token says, and giving it up (wire, 6.5)."""

from faxbox_service.crossbar.call import Access, Call, Reply

from .logins import Logins


class TokenAuthResource:
    """Shows a token's claims; takes note of its end, which comes when it expires."""

    noun = "token_auth"

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    def methods(self, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Only the collection."""
        return None if arguments else ("DELETE", "GET")

    def access(self, method: str, arguments: tuple[str, ...]) -> Access:
        """Everyone may look at his own token."""
        return Access.TOKEN

    async def handle(self, call: Call) -> Reply:
        """The claims, and the facts a login would give; nothing for a DELETE."""
        if call.method == "DELETE":
            return Reply()
        if call.principal is None:
            raise LookupError("a token's claims were asked for without one")
        facts = self._logins.facts(call.principal.account, call.principal.user_id)
        return Reply({**dict(sorted(call.principal.claims.items())), **facts})
