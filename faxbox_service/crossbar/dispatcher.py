"""The steps of a request, in Crossbar's order (docs/reference/wire.md, 0).

Deliberate change of that order: authentication comes before anything is said about an account
(docs/contract.md, 13).
"""

import asyncio
import logging
from contextlib import suppress
from http import HTTPStatus

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import ACCOUNT_ID_LENGTH
from faxbox_service.documents.types import Document
from faxbox_service.repositories.errors import InvalidCredentials, TokenExpired
from faxbox_service.repositories.primitives.clock import Clock

from .admission import Admission
from .auth.client_address import ClientAddresses
from .auth.credentials import locate_credential
from .auth.principal import UNIDENTIFIED, Identification, Principal
from .auth.rate_limits import Charge
from .body.reader import Bodies, HeldRequest
from .call import Call
from .concurrency_limit import ConcurrencyLimiter
from .content_coding import accepts_gzip
from .context import RequestContext
from .cors import is_cross_origin
from .errors import (
    CrossbarError,
    alias_without_token,
    error_of,
    internal_error,
    method_not_allowed,
    method_not_implemented,
    not_found,
    request_timeout,
    token_restricted,
)
from .request.conditional import parse_if_none_match, read_precondition
from .request.headers import new_request_id, read_idempotency_key, read_request_id, require_text
from .request.negotiation import Negotiated, negotiate
from .request.parsed import METHODS, READS, ParsedRequest, parse_target
from .request.reply_format import ReplyFormat, wants_pretty
from .request.target import origin_form
from .resource import Access, Pages
from .response.byte_response import AnyResponse, ByteResponse
from .response.envelope import ReplyBuilder
from .response.results import RawReply
from .response.streaming import send
from .routing import Route, Router, asks_for_own_account, path_of_account

_log = logging.getLogger(__name__)

_ANY_ACCOUNT_ID = "0" * ACCOUNT_ID_LENGTH

_LOGGED = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
"""What operators want to know of: replies do not say which document it was."""


class Dispatcher:
    """Answers every request, whatever happens."""

    def __init__(
        self,
        router: Router,
        admission: Admission,
        addresses: ClientAddresses,
        replies: ReplyBuilder,
        clock: Clock,
        *,
        pages: Pages,
        limiter: ConcurrencyLimiter,
        bodies: Bodies,
        client_timeout: float,
    ) -> None:
        self._router = router
        self._admission = admission
        self._replies = replies
        self._clock = clock
        self._pages = pages
        self._client_timeout = client_timeout
        self.addresses = addresses
        self.limiter = limiter
        self.bodies = bodies

    async def answer(self, request: HeldRequest) -> AnyResponse:
        """The reply to a request: that of its last step, or an error."""
        context = self._receive(request)
        try:
            response = await self._respond(request, context)
            if isinstance(response, ByteResponse):
                self.bodies.hold_reply(request, context.address, response.body)
            return response
        except Exception as exception:
            return self._failed(context, exception)

    def refuse(self, error: CrossbarError) -> ByteResponse:
        """The reply to bytes that are not an HTTP request."""
        context = RequestContext(new_request_id(), "", "", self._clock(), ReplyFormat())
        return self._replies.error(context, error)

    async def _respond(self, request: HeldRequest, context: RequestContext) -> AnyResponse:
        """The steps. Each returns what later ones need, or raises the error that is the reply.

        What replies repeat of it is noted in the context at once, for the reply to an error; the
        steps read nothing there but what came with the request.
        """
        if request.method == "OPTIONS" and request.raw_path == "*":
            return self._replies.options(context)
        parsed = _parse(request, context)
        sender = _read_options(request, context, parsed, UNIDENTIFIED)
        page = self._pages.find(parsed.segments)
        if page is not None:
            return self._show_page(request, context, page)
        is_alias = asks_for_own_account(parsed.segments)
        route = None if is_alias else self._router.route(parsed.segments)
        is_login = route is not None and route.is_login
        charge = self._admission.charge(context.address, is_login)
        if request.body_exists and request.method != "OPTIONS":
            sender = await self._identify(sender, charge)
            envelope = await self._read_body(request, context, sender, is_login=is_login)
            parsed = parsed.with_body(envelope)
            sender = _read_options(request, context, parsed, sender)
        if self.bodies.memory.in_use:
            await self.bodies.require_room(context.address)
        # Not held while a client sends or receives, however slow it is.
        if not self.limiter.try_acquire():
            await self.limiter.acquire()
        try:
            is_preflight = parsed.method == "OPTIONS" and context.is_cross_origin
            if is_alias:
                owner = None if is_preflight else await self._owner(context, sender, charge)
                sender = Identification(sender.credential, owner)
                route = self._router.route(_without_alias(parsed.segments, owner))
            if route is None:
                context.principal = await self._admission.authenticate(sender, charge)
                raise not_found()
            context.allowed = allowed = route.resource.methods(route.arguments) or ()
            if is_preflight and allowed:
                return self._replies.preflight(context, request.headers)
            method = parsed.verb
            if not parsed.is_allowed(method, allowed):
                raise await self._method_refused(context, sender, charge)
            access = route.resource.access(method, route.arguments)
            principal = await self._authenticate(context, route, access, sender, charge)
            token = sender.credential.token if principal and sender.credential else None
            account = await self._authorise(context, route, access, method, principal, token)
            negotiated = _negotiate(request, context, parsed, route, method)
            precondition = read_precondition(request.headers, parsed.options.envelope)
            context.none_match = parse_if_none_match(request.headers.get("if-none-match"))
            if account is not None:
                for noun, arguments in route.between:
                    await noun.require(account, arguments)
            call = Call(
                method,
                route.arguments,
                account,
                principal,
                context.request_id,
                parsed.options,
                precondition,
                negotiated.representation,
                token,
                read_idempotency_key(request.headers) if method == "PUT" else None,
                parsed.is_preview(method),
            )
            handling = route.resource.handle(call)
            reply = await (self._admission.log_in(charge, handling) if route.is_login else handling)
        finally:
            self.limiter.release()
        slot, timeout = self.limiter.slot, self._client_timeout
        return await send(request, self._replies, context, negotiated, reply, slot, timeout)

    def _receive(self, request: HeldRequest) -> RequestContext:
        """What is known of every request, whatever is wrong with it."""
        headers = request.headers
        path, _, query = origin_form(request.raw_path).partition("?")
        is_proxied = self.addresses.has_trusted_proxies
        forwarded = headers.getall("x-forwarded-for", []) if is_proxied else []
        return RequestContext(
            read_request_id(headers),
            path,
            query,
            self._clock(),
            ReplyFormat(wants_pretty(headers), accepts_gzip(headers.get("accept-encoding"))),
            self.addresses.find(request.remote, forwarded),
            is_cross_origin(headers),
        )

    def _show_page(
        self, request: HeldRequest, context: RequestContext, page: RawReply
    ) -> ByteResponse:
        context.allowed = READS
        if request.method not in READS:
            raise method_not_allowed(READS)
        context.none_match = parse_if_none_match(request.headers.get("if-none-match"))
        return self._replies.raw(request.method, context, page)

    async def _identify(self, sender: Identification, charge: Charge) -> Identification:
        """Who sends a body, as far as the head of the request proves it."""
        if not self.limiter.try_acquire():
            await self.limiter.acquire()
        try:
            return await self._admission.identify(sender, charge)
        finally:
            self.limiter.release()

    async def _read_body(
        self,
        request: HeldRequest,
        context: RequestContext,
        sender: Identification,
        *,
        is_login: bool,
    ) -> Document:
        """The request envelope, as long a one as the sender may send."""
        try:
            async with asyncio.timeout(self._client_timeout):
                return await self.bodies.envelope_of(
                    request, context.address, sender, is_login=is_login
                )
        except TimeoutError:
            raise request_timeout() from None
        except CrossbarError:
            # Kazoo reads the body before it asks who sent it, and so repeats no token.
            context.credential = None
            raise

    async def _owner(
        self, context: RequestContext, sender: Identification, charge: Charge
    ) -> Principal:
        """Whose account the alias stands for. Raises a 401 of its own without a good credential."""
        try:
            context.principal = await self._admission.authenticate(sender, charge)
        except (InvalidCredentials, CrossbarError) as error:
            if isinstance(error, CrossbarError) and error.status != HTTPStatus.UNAUTHORIZED:
                raise
            raise alias_without_token() from None
        return context.principal

    async def _method_refused(
        self, context: RequestContext, sender: Identification, charge: Charge
    ) -> CrossbarError:
        """The error for a method that the path does not have; no credential is needed to get it."""
        with suppress(InvalidCredentials, TokenExpired, CrossbarError):
            # The envelope shows whether the credential was good.
            context.principal = await self._admission.authenticate(sender, charge)
        return method_not_allowed(context.allowed) if context.allowed else not_found()

    async def _authenticate(
        self,
        context: RequestContext,
        route: Route,
        access: Access,
        sender: Identification,
        charge: Charge,
    ) -> Principal | None:
        """Who asks (docs/reference/wire.md, 6.1 to 6.3); None where anyone may, and it does not
        matter."""
        if access is Access.ANYONE:
            if not route.is_login:
                await self._admission.admit_anyone(sender, charge)
            return None
        principal = await self._admission.authenticate(sender, charge)
        context.principal = principal
        return principal

    async def _authorise(
        self,
        context: RequestContext,
        route: Route,
        access: Access,
        method: str,
        principal: Principal | None,
        token: str | None,
    ) -> Account | None:
        """The account of the path, when the caller may use the method on it.

        See docs/reference/wire.md, 6.3 and 6.4.
        """
        if principal is None:
            return None
        if token is not None and principal.account.id == route.account_id:
            # A token's account is looked up for each request, and may act on itself.
            account: Account | None = principal.account
        else:
            account = await self._admission.account_of(route.account_id, access, principal)
        context.account_id = account.id if account is not None else None
        if token is not None:
            self._admission.charge_authenticated(context.address, context.account_id)
        if principal.restrictions and principal.is_restricted(
            route.resource.noun, route.arguments, method, account
        ):
            raise token_restricted()
        if account is not None and route.resource.varies_by_account:
            context.allowed = route.resource.methods_on(account, route.arguments)
            if method not in context.allowed:
                raise method_not_allowed(context.allowed)
        return account

    def _failed(self, context: RequestContext, exception: Exception) -> ByteResponse:
        """The reply to an error. One that no layer expected is logged, and is a 500."""
        error = error_of(exception)
        if error is None:
            _log.error("request %s failed", context.request_id, exc_info=exception)
            error = internal_error()
        elif error.status in _LOGGED:
            _log.warning("request %s: %s", context.request_id, exception)
        return self._replies.error(context, error)


def _parse(request: HeldRequest, context: RequestContext) -> ParsedRequest:
    """The request without its body. Raises a 400, a 431 or a 501."""
    if request.method not in METHODS:
        raise method_not_implemented()
    if not request.is_plain:
        require_text(request.headers)
    return parse_target(request.method, context.path, context.query)


def _read_options(
    request: HeldRequest, context: RequestContext, parsed: ParsedRequest, sender: Identification
) -> Identification:
    """The sender, with a credential from the options if it had none. Raises a 400.

    What the options say of the form of replies holds for all of them.
    """
    if sender.credential is None:
        context.credential = locate_credential(request.headers, parsed.options)
        sender = Identification(context.credential, sender.principal, sender.refusal)
    context.format.read_options(parsed.options)
    return sender


def _without_alias(segments: list[str], owner: Principal | None) -> list[str]:
    """The path with an account in the place of the alias; without an owner, with any account."""
    return path_of_account(segments, owner.account.id if owner is not None else _ANY_ACCOUNT_ID)


def _negotiate(
    request: HeldRequest, context: RequestContext, parsed: ParsedRequest, route: Route, method: str
) -> Negotiated:
    """The form of the reply. Raises a 400, a 406, or a 405 where there are no previews."""
    if parsed.is_preview(method) and not route.resource.has_previews:
        raise method_not_allowed(context.allowed)
    negotiated = negotiate(request.headers, parsed)
    context.language = negotiated.language
    return negotiated
