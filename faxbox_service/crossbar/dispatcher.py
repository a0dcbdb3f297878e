"""The judging of a request, step by step, in Crossbar's order (wire, section 0).

Deliberate change of that order: authentication comes before anything is said about an account
(contract, 13).
"""

import logging
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from faxbox_service.documents.account import Account
from faxbox_service.documents.types import Document, Revision
from faxbox_service.repositories.accounts import Accounts
from faxbox_service.repositories.clock import Clock
from faxbox_service.repositories.errors import InvalidCredentials
from faxbox_service.repositories.preconditions import NO_PRECONDITION, Precondition

from .authentication import Authenticator, locate_credential
from .body import decode_envelope, read_body
from .call import Access, Call
from .entity_tags import parse_if_match, parse_if_none_match
from .errors import (
    CrossbarError,
    bad_account_id,
    error_of,
    forbidden,
    internal_error,
    invalid_credentials,
    method_not_allowed,
    not_found,
)
from .replies import Judged, Replies
from .routing import Route, Router
from .target import Query, split_target

_log = logging.getLogger(__name__)

_ACCOUNT_ID_LENGTH = 32
_LONGEST_REQUEST_ID = 256
_PRINTABLE = frozenset(string.printable) - frozenset("\t\n\r\x0b\x0c")


@dataclass(slots=True)
class Question:
    """A request as it was read, before anything is known about who asks."""

    method: str
    query: Query
    envelope: Document
    segments: list[str]


class Dispatcher:
    """Answers every request with a reply, whatever happens."""

    def __init__(
        self,
        router: Router,
        authenticator: Authenticator,
        accounts: Accounts,
        replies: Replies,
        clock: Clock,
        *,
        largest_body: int,
    ) -> None:
        self._router = router
        self._authenticator = authenticator
        self._accounts = accounts
        self._replies = replies
        self._clock = clock
        self._largest_body = largest_body

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Judge a request and make its reply."""
        judged = Judged(
            request_id=_request_id(request),
            path=request.raw_path.partition("?")[0],
            now=self._clock(),
            is_cross_origin=_is_cross_origin(request.headers),
        )
        try:
            return await self._judge(request, judged)
        except Exception as exception:
            # The outermost edge: what no layer expected is logged, and is a 500.
            error = error_of(exception)
            if error is None:
                _log.exception("request %s failed", judged.request_id)
                error = internal_error()
            elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                _log.warning("request %s: %s", judged.request_id, exception)
            return self._replies.error(judged, error)

    def refuse(self, error: CrossbarError) -> web.StreamResponse:
        """The reply to bytes that are no HTTP request."""
        judged = Judged(request_id=_new_request_id(), path="", now=self._clock())
        return self._replies.error(judged, error)

    async def _judge(self, request: web.BaseRequest, judged: Judged) -> web.StreamResponse:
        body = await read_body(request, self._largest_body) if request.body_exists else b""
        question = _question(request, body)
        judged.credential = locate_credential(request.headers, question.query, question.envelope)
        route = self._router.route(question.segments)
        if route is None:
            await self._authenticate(request, judged)
            raise not_found()
        allowed = route.resource.methods(route.arguments)
        judged.allowed = allowed or ()
        if allowed and question.method == "OPTIONS" and judged.is_cross_origin:
            return self._replies.preflight(judged)
        method = "GET" if question.method == "HEAD" else question.method
        if method not in judged.allowed:
            await self._remember_who_asks(request, judged)
            raise method_not_allowed(allowed) if allowed else not_found()
        call = await self._authorised_call(request, judged, question, route, method)
        reply = await route.resource.handle(call)
        return self._replies.success(question.method, judged, reply)

    async def _authorised_call(
        self,
        request: web.BaseRequest,
        judged: Judged,
        question: Question,
        route: Route,
        method: str,
    ) -> Call:
        access = route.resource.access(method, route.arguments)
        account = None
        if access is not Access.ANYONE:
            await self._authenticate(request, judged)
            account = await self._authorised_account(judged, route, access)
        precondition = _precondition(request.headers, question.envelope)
        judged.none_match = precondition.none_match
        return Call(
            method,
            route.arguments,
            account,
            judged.principal,
            judged.request_id,
            question.envelope,
            question.query,
            precondition,
        )

    async def _authenticate(self, request: web.BaseRequest, judged: Judged) -> None:
        if judged.credential is None:
            raise invalid_credentials()
        judged.principal = await self._authenticator.authenticate(
            judged.credential, request.headers.get("x-auth-account-id")
        )

    async def _remember_who_asks(self, request: web.BaseRequest, judged: Judged) -> None:
        """Authenticate for the sake of the envelope alone: the request fails anyway."""
        try:
            await self._authenticate(request, judged)
        except (InvalidCredentials, CrossbarError):
            return

    async def _authorised_account(
        self, judged: Judged, route: Route, access: Access
    ) -> Account | None:
        """The account of the path, when the caller may act on it (wire, 6.4)."""
        principal = judged.principal
        if route.account_id is None:
            if access is Access.TOKEN:
                return None
            raise forbidden()
        if len(route.account_id) != _ACCOUNT_ID_LENGTH:
            raise bad_account_id(route.account_id)
        account = await self._accounts.find(route.account_id)
        if principal is None or not principal.account.may_act_on(account):
            raise forbidden()
        return account


def _question(request: web.BaseRequest, body: bytes) -> Question:
    segments, query = split_target(request.raw_path)
    content_type = request.headers.get("content-type", "") if body else ""
    envelope = decode_envelope(request.method, content_type, body)
    return Question(request.method, query, envelope, segments)


def _precondition(headers: Mapping[str, str], envelope: Document) -> Precondition:
    """What the headers and the body demand of the document's revision."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    revision = _revision_of_body(envelope)
    if match is None and none_match is None and revision is None:
        return NO_PRECONDITION
    return Precondition(parse_if_match(match), parse_if_none_match(none_match), revision)


def _revision_of_body(envelope: Document) -> Revision | None:
    """The revision a body says it was made from: `_rev` in `data`, or `revision` beside it."""
    data = envelope.get("data")
    revision = data.get("_rev") if isinstance(data, dict) else None
    if revision is None:
        revision = envelope.get("revision")
    return None if revision is None else str(revision)


def _is_cross_origin(headers: Mapping[str, str]) -> bool:
    return (
        "origin" in headers
        or "access-control-request-method" in headers
        or "access-control-request-headers" in headers
    )


def _request_id(request: web.BaseRequest) -> str:
    """The client's `X-Request-ID` when it can be repeated safely, else a new one."""
    given = request.headers.get("x-request-id")
    if given and len(given) <= _LONGEST_REQUEST_ID and _PRINTABLE.issuperset(given):
        return given
    return _new_request_id()


def _new_request_id() -> str:
    """32 hex that tell requests apart; nothing depends on their being unpredictable."""
    return f"{random.getrandbits(128):032x}"
