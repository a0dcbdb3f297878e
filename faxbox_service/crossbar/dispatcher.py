"""The judging of a request, step by step, in Crossbar's order (wire, section 0).

Deliberate change of that order: authentication comes before anything is said about an account
(contract, 13).
"""

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web

from faxbox_service.documents.model.account import Account
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.errors import InvalidCredentials
from faxbox_service.repositories.primitives.clock import Clock

from .admission import Admission
from .auth.client_address import ClientAddresses
from .auth.credentials import locate_credential
from .body.reader import Bodies, HeldRequest
from .call import Call
from .concurrency_limit import ConcurrencyLimiter
from .context import RequestContext
from .cors import is_cross_origin
from .errors import (
    CrossbarError,
    alias_without_token,
    bad_account_id,
    error_of,
    forbidden,
    internal_error,
    method_not_allowed,
    method_not_implemented,
    not_found,
    request_timeout,
    token_restricted,
)
from .request.conditional import parse_if_none_match, read_precondition
from .request.headers import new_request_id, read_idempotency_key, read_request_id, require_text
from .request.negotiation import Representation
from .request.parsed import METHODS, READS, ParsedRequest, read_target
from .request.target import origin_form
from .resource import Access, Pages, Previewing
from .response.byte_response import AnyResponse, ByteResponse
from .response.envelope import ReplyBuilder
from .response.results import AnyReply, RawReply, Reply, StreamReply
from .response.streaming import send_document, send_items, send_table
from .routing import Route, Router, asks_for_own_account, path_of_account

_log = logging.getLogger(__name__)

_ACCOUNT_ID_LENGTH = 32

_LOGGED = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
"""What operators want to know of: replies do not tell clients which document it was."""


class Dispatcher:
    """Answers every request with a reply, whatever happens."""

    def __init__(
        self,
        router: Router,
        admission: Admission,
        addresses: ClientAddresses,
        accounts: Accounts,
        replies: ReplyBuilder,
        clock: Clock,
        *,
        pages: Pages,
        gate: ConcurrencyLimiter,
        bodies: Bodies,
        client_timeout: float,
    ) -> None:
        self._router = router
        self._admission = admission
        self._addresses = addresses
        self._accounts = accounts
        self._replies = replies
        self._clock = clock
        self._pages = pages
        self.gate = gate
        self.bodies = bodies
        self._client_timeout = client_timeout

    async def answer(self, request: HeldRequest) -> AnyResponse:
        """Judge a request and make its reply."""
        path, _, query = origin_form(request.raw_path).partition("?")
        context = RequestContext(
            request_id=read_request_id(request),
            path=path,
            query=query,
            now=self._clock(),
            address=self._addresses.find(
                request.remote,
                request.headers.getall("x-forwarded-for", [])
                if self._addresses.trusts_anybody
                else [],
            ),
            is_cross_origin=is_cross_origin(request.headers),
        )
        try:
            response = await self._judge(request, context)
            if isinstance(response, ByteResponse):
                self.bodies.hold_reply(request, context, response.body)
            return response
        except Exception as exception:
            return self._failed(context, exception)
        finally:
            # Its traceback leads to this request, which would stay in memory with it.
            context.refusal = None

    def _failed(self, context: RequestContext, exception: Exception) -> ByteResponse:
        """The outermost edge: what no layer expected is logged, and is a 500."""
        error = error_of(exception)
        if error is None:
            _log.error("request %s failed", context.request_id, exc_info=exception)
            error = internal_error()
        elif error.status in _LOGGED:
            _log.warning("request %s: %s", context.request_id, exception)
        return self._replies.error(context, error)

    @property
    def addresses(self) -> ClientAddresses:
        """Which client a connection is from."""
        return self._addresses

    def refuse(self, error: CrossbarError) -> ByteResponse:
        """The reply to bytes that are no HTTP request."""
        context = RequestContext(request_id=new_request_id(), path="", query="", now=self._clock())
        return self._replies.error(context, error)

    async def _judge(self, request: HeldRequest, context: RequestContext) -> AnyResponse:
        context.read_headers(request.headers)
        if request.method not in METHODS:
            raise method_not_implemented()
        if request.method == "OPTIONS" and request.raw_path == "*":
            return self._replies.options(context)
        if not request.is_plain:
            require_text(request.headers)
        parsed = read_target(request, context.path, context.query)
        context.credential = locate_credential(request.headers, parsed.options)
        context.read_options(parsed)
        page = self._pages.find(parsed.segments)
        if page is not None:
            return self._page(request, context, page)
        route = None
        if not asks_for_own_account(parsed.segments):
            route = self._router.route(parsed.segments)
            context.is_login = route is not None and route.is_login
        if request.body_exists and request.method != "OPTIONS":
            await self._take_in_body(request, context, parsed)
        if self.bodies.memory.in_use:
            await self.bodies.require_room(context)
        # Not held while a client sends or receives, however slow it is.
        if not self.gate.try_enter():
            await self.gate.enter()
        try:
            reply = await self._decide(request, context, parsed, route)
        finally:
            self.gate.leave()
        if isinstance(reply, ByteResponse):
            return reply
        return await self._reply(request, context, reply)

    async def _take_in_body(
        self, request: HeldRequest, context: RequestContext, parsed: ParsedRequest
    ) -> None:
        """Read the body for who may send it, and take its options into the question."""
        if not self.gate.try_enter():
            await self.gate.enter()
        try:
            await self._admission.identify(request, context)
        finally:
            self.gate.leave()
        try:
            async with asyncio.timeout(self._client_timeout):
                envelope = await self.bodies.envelope_of(request, context)
        except TimeoutError:
            raise request_timeout() from None
        except CrossbarError:
            # Kazoo reads the body before it asks who sent it, and so repeats no token.
            context.credential = None
            raise
        parsed.take_in(envelope)
        if context.credential is None:
            context.credential = locate_credential(request.headers, parsed.options)
        context.read_options(parsed)

    async def _decide(
        self,
        request: web.BaseRequest,
        context: RequestContext,
        parsed: ParsedRequest,
        route: Route | None,
    ) -> AnyReply | ByteResponse:
        """Find out what is asked, whether the caller may, and do it."""
        is_preflight = parsed.method == "OPTIONS" and context.is_cross_origin
        if route is None and asks_for_own_account(parsed.segments):
            await self._resolve_alias(request, context, parsed, is_preflight=is_preflight)
            route = self._router.route(parsed.segments)
        if route is None:
            await self._admission.authenticate(request, context)
            raise not_found()
        allowed = route.resource.methods(route.arguments)
        context.allowed = allowed or ()
        if allowed and is_preflight:
            return self._replies.preflight(context, request.headers)
        method = parsed.verb
        if method not in context.allowed or not _may_tunnel(parsed.method, context.allowed):
            await self._admission.remember_who_asks(request, context)
            raise method_not_allowed(allowed) if allowed else not_found()
        call = await self._authorised_call(request, context, parsed, route, method)
        reply = route.resource.handle(call)
        return await (self._admission.log_in(context, reply) if route.is_login else reply)

    def _page(
        self, request: web.BaseRequest, context: RequestContext, page: RawReply
    ) -> ByteResponse:
        context.allowed = READS
        if request.method not in READS:
            raise method_not_allowed(READS)
        context.none_match = parse_if_none_match(request.headers.get("if-none-match"))
        return self._replies.raw(request.method, context, page)

    async def _resolve_alias(
        self,
        request: web.BaseRequest,
        context: RequestContext,
        parsed: ParsedRequest,
        *,
        is_preflight: bool,
    ) -> None:
        """Put the token's account in the place of `account`; any account does for a preflight."""
        account_id = "0" * _ACCOUNT_ID_LENGTH
        if not is_preflight:
            try:
                await self._admission.authenticate(request, context)
            except (InvalidCredentials, CrossbarError) as error:
                if isinstance(error, CrossbarError) and error.status != HTTPStatus.UNAUTHORIZED:
                    raise
                raise alias_without_token() from None
            account_id = context.principal.account.id if context.principal else account_id
        parsed.segments = path_of_account(parsed.segments, account_id)

    async def _reply(
        self, request: web.BaseRequest, context: RequestContext, reply: AnyReply
    ) -> AnyResponse:
        if isinstance(reply, Reply):
            if context.representation is Representation.CSV and isinstance(reply.data, dict):
                return await send_document(
                    request, self._replies, context, reply, self._client_timeout
                )
            return self._replies.success(request.method, context, reply)
        if isinstance(reply, RawReply):
            return self._replies.raw(request.method, context, reply)
        if isinstance(reply, StreamReply):
            return await send_items(
                request, self._replies, context, reply, self.gate.place, self._client_timeout
            )
        return await send_table(request, self._replies, context, reply, self._client_timeout)

    async def _authorised_call(
        self,
        request: web.BaseRequest,
        context: RequestContext,
        parsed: ParsedRequest,
        route: Route,
        method: str,
    ) -> Call:
        access = route.resource.access(method, route.arguments)
        account = None
        if access is not Access.ANYONE:
            await self._admission.authenticate(request, context)
            account = await self._authorised_account(context, route, access)
            self._admission.admit_to(context, account)
            self._require_unrestricted(context, route, method, account)
            if account is not None and route.particular is not None:
                context.allowed = route.particular.methods_on(account, route.arguments)
                if method not in context.allowed:
                    raise method_not_allowed(context.allowed)
        elif not route.is_login:
            await self._admission.admit_anyone(request, context)
        is_preview = parsed.method in READS and method != "GET"
        if is_preview and not isinstance(route.resource, Previewing):
            raise method_not_allowed(context.allowed)
        context.negotiate(request.headers, parsed)
        precondition = read_precondition(request.headers, parsed.options.envelope)
        context.none_match = parse_if_none_match(request.headers.get("if-none-match"))
        if account is not None:
            for noun, arguments in route.between:
                await noun.require(account, arguments)
        return Call(
            method,
            route.arguments,
            account,
            context.principal,
            context.request_id,
            parsed.options,
            precondition,
            context.representation,
            context.token,
            read_idempotency_key(request.headers) if method == "PUT" else None,
            is_preview,
        )

    def _require_unrestricted(
        self, context: RequestContext, route: Route, method: str, account: Account | None
    ) -> None:
        """Raise a 403 when the token is not good for this (wire, 6.3: token restrictions)."""
        principal = context.principal
        if principal is None:
            return
        if principal.restrictions and principal.is_restricted(
            route.resource.noun, route.arguments, method, account
        ):
            raise token_restricted()

    async def _authorised_account(
        self, context: RequestContext, route: Route, access: Access
    ) -> Account | None:
        """The account of the path, when the caller may act on it (wire, 6.4)."""
        principal = context.principal
        if route.account_id is None:
            if access is Access.TOKEN:
                return None
            raise forbidden()
        if len(route.account_id) != _ACCOUNT_ID_LENGTH:
            raise bad_account_id(route.account_id)
        if principal is not None and context.token and principal.account.id == route.account_id:
            # A token's account is looked up for each request, and may act on itself.
            return principal.account
        account = await self._accounts.find(route.account_id)
        if principal is None or not principal.account.may_act_on(account):
            raise forbidden()
        return account


def _may_tunnel(method: str, allowed: tuple[str, ...]) -> bool:
    """Whether HTTP's own method may carry the verb: POST always, any other where it is allowed."""
    return method in ("POST", "HEAD") or method in allowed
