"""`/v2/token_auth`: what the caller's token says, and giving it up.

See docs/reference/wire.md, 6.5.
"""

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.resource import Resource
from faxbox_service.crossbar.response.results import Reply
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.routes import TOKEN_AUTH

from .login_reply import Logins

_TOKEN_ID = "jti"
"""The token's id: of no use to clients, and not in Kazoo's reply either."""


class TokenAuthResource(Resource):
    """Shows a token's claims, and revokes it."""

    def __init__(self, logins: Logins, tokens: Tokens) -> None:
        super().__init__(TOKEN_AUTH)
        self._logins = logins
        self._tokens = tokens

    async def handle(self, call: Call) -> Reply:
        """The claims, and the facts a login would give; nothing for a DELETE.

        A revoked token is refused everywhere from then on (Kazoo's would live until it expires).
        """
        if call.method == "DELETE":
            if call.token is not None:
                await self._tokens.revoke(call.token)
            return Reply()
        if call.principal is None:
            raise LookupError("a token's claims were requested without one")
        facts = self._logins.facts(call.principal.account, call.principal.user_id)
        claims = sorted(call.principal.claims.items())
        return Reply({name: value for name, value in claims if name != _TOKEN_ID} | facts)
