"""Letting requests in: who asks, and whether he still may (wire, 6.3 and 6.6)."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

from faxbox_service.documents.account import Account
from faxbox_service.repositories.errors import InvalidCredentials, TokenExpired

from .authentication import Authenticator, CredentialKind
from .call import AnyReply
from .errors import CrossbarError, invalid_credentials
from .judged import Judged
from .rate_limits import RateLimits

_REFUSED_LOGINS = (401, 404)
"""`api_auth` says 404 for a key that nobody has."""

Result = TypeVar("Result")


class Admission:
    """Authenticates requests, and lets pay those who have proved nothing or want to log in."""

    def __init__(self, authenticator: Authenticator, limits: RateLimits) -> None:
        self._authenticator = authenticator
        self._limits = limits

    async def authenticate(self, request: web.BaseRequest, judged: Judged) -> None:
        """Know who asks, once for each request. Raises a 429, or what the authenticator raises."""
        if judged.principal is not None:
            return
        credential = judged.credential
        if credential is None:
            self._limits.pay(judged.address)
            raise invalid_credentials()
        claimed = request.headers.get("x-auth-account-id")
        proof = self._authenticator.authenticate(credential, claimed)
        if credential.kind is CredentialKind.BASIC:
            judged.principal = await self._login(judged.address, proof)
            return
        try:
            judged.principal = await proof
        except (InvalidCredentials, TokenExpired):
            self._limits.pay(judged.address)
            raise

    async def remember_who_asks(self, request: web.BaseRequest, judged: Judged) -> None:
        """Authenticate for the sake of the envelope alone: the request fails anyway."""
        try:
            await self.authenticate(request, judged)
        except (InvalidCredentials, TokenExpired, CrossbarError):
            return

    async def admit_anyone(self, request: web.BaseRequest, judged: Judged) -> None:
        """Let in who needs no token; only a good one spares him from paying. Raises a 429."""
        credential = judged.credential
        if credential is not None and credential.kind is CredentialKind.TOKEN:
            try:
                await self._authenticator.authenticate(credential, None)
            except (InvalidCredentials, TokenExpired):
                pass
            else:
                return
        self._limits.pay(judged.address)

    def admit_to(self, judged: Judged, account: Account | None) -> None:
        """Let in who may act on the account. Raises a 429."""
        judged.account_id = account.id if account is not None else None
        if judged.token is not None:
            self._limits.pay_authenticated((judged.address, judged.account_id))

    async def log_in(self, judged: Judged, reply: Coroutine[Any, Any, AnyReply]) -> AnyReply:
        """The reply of a login. Raises a 429 before anything is looked at."""
        return await self._login(judged.address, reply)

    async def _login(self, address: str, attempt: Coroutine[Any, Any, Result]) -> Result:
        try:
            self._limits.begin_login(address)
        except CrossbarError:
            attempt.close()
            raise
        try:
            result = await attempt
        except InvalidCredentials:
            self._limits.login_failed(address)
            raise
        except CrossbarError as error:
            if error.status in _REFUSED_LOGINS:
                self._limits.login_failed(address)
            raise
        self._limits.login_succeeded(address)
        return result
