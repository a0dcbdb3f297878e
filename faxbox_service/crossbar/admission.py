"""Letting requests in: who asks, and whether he still may (wire, 6.3 and 6.6)."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

from faxbox_service.documents.model.account import Account
from faxbox_service.repositories.errors import InvalidCredentials, TokenExpired

from .auth.authentication import Authenticator
from .auth.credentials import Credential, CredentialKind
from .auth.principal import Principal
from .auth.rate_limits import RateLimits
from .context import RequestContext
from .errors import CrossbarError, invalid_credentials
from .response.results import AnyReply

_REFUSED_LOGINS = (401, 404)
"""`api_auth` says 404 for a key that nobody has."""

Result = TypeVar("Result")


class Admission:
    """Authenticates requests, and lets pay those who have proved nothing or want to log in."""

    def __init__(self, authenticator: Authenticator, limits: RateLimits) -> None:
        self._authenticator = authenticator
        self._limits = limits

    async def identify(self, request: web.BaseRequest, context: RequestContext) -> None:
        """Find out who asks before his body is read; who proves nothing pays now. Raises a 429.

        What a credential is refused with is raised by `authenticate`, where it matters.
        """
        if context.credential is None:
            self._let_pay(context)
            return
        try:
            context.identified = await self._prove(request, context, context.credential)
        except (InvalidCredentials, TokenExpired) as refusal:
            context.refusal = refusal

    async def authenticate(self, request: web.BaseRequest, context: RequestContext) -> None:
        """Know who asks, once for each request. Raises a 429, or what the authenticator raises."""
        if context.principal is not None:
            return
        if context.refusal is not None:
            raise context.refusal
        if context.identified is None:
            if context.credential is None:
                self._let_pay(context)
                raise invalid_credentials()
            context.identified = await self._prove(request, context, context.credential)
        context.principal = context.identified

    async def _prove(
        self, request: web.BaseRequest, context: RequestContext, credential: Credential
    ) -> Principal:
        claimed = request.headers.get("x-auth-account-id")
        proof = self._authenticator.authenticate(credential, claimed)
        if credential.kind is CredentialKind.BASIC:
            return await self._login(context, proof)
        try:
            principal = await proof
        except (InvalidCredentials, TokenExpired):
            self._let_pay(context)
            raise
        if context.has_paid:
            # For a body that was read to find this token in it.
            self._limits.give_back(context.address)
            context.has_paid = False
        return principal

    def _let_pay(self, context: RequestContext) -> None:
        """Let one pay who has proved nothing, once for each request. Raises a 429."""
        if context.has_paid:
            return
        if context.is_login:
            self._limits.begin_login(context.address)
        else:
            self._limits.pay(context.address)
        context.has_paid = True

    async def remember_who_asks(self, request: web.BaseRequest, context: RequestContext) -> None:
        """Authenticate for the sake of the envelope alone: the request fails anyway."""
        try:
            await self.authenticate(request, context)
        except (InvalidCredentials, TokenExpired, CrossbarError):
            return

    async def admit_anyone(self, request: web.BaseRequest, context: RequestContext) -> None:
        """Let in who needs no token; only a good one spares him from paying. Raises a 429."""
        credential = context.credential
        is_token = credential is not None and credential.kind is CredentialKind.TOKEN
        if is_token and context.identified is None and context.refusal is None:
            await self.identify(request, context)
        if context.identified is None:
            self._let_pay(context)

    def admit_to(self, context: RequestContext, account: Account | None) -> None:
        """Let in who may act on the account. Raises a 429."""
        context.account_id = account.id if account is not None else None
        if context.token is not None:
            self._limits.pay_authenticated((context.address, context.account_id))

    async def log_in(
        self, context: RequestContext, reply: Coroutine[Any, Any, AnyReply]
    ) -> AnyReply:
        """The reply of a login. Raises a 429 before anything is looked at."""
        return await self._login(context, reply)

    async def _login(self, context: RequestContext, attempt: Coroutine[Any, Any, Result]) -> Result:
        address = context.address
        try:
            if not context.has_paid:
                self._limits.begin_login(address)
                context.has_paid = True
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
