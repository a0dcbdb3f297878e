"""The response envelope and headers, for successes and errors.

See docs/reference/wire.md, 1.2, 1.3 and 2.2.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import md5

from faxbox_service.crossbar.auth.rate_limits import RateLimits
from faxbox_service.crossbar.content_coding import is_worth_compressing
from faxbox_service.crossbar.context import RequestContext
from faxbox_service.crossbar.cors import cors_headers, preflight_headers
from faxbox_service.crossbar.errors import NO_DATA, CrossbarError
from faxbox_service.crossbar.request.conditional import entity_tag, is_not_modified
from faxbox_service.crossbar.request.parsed import METHODS, READS
from faxbox_service.crossbar.request.reply_format import ReplyFormat
from faxbox_service.documents.gregorian import iso8601
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.types import Document, Revision

from .byte_response import ByteResponse
from .csv_table import CsvRules
from .next_page import next_page
from .results import RawReply, Reply, StreamReply

NEVER_SNIFFED = {"x-content-type-options": "nosniff"}
"""Of every reply, whatever it is: no browser takes what clients wrote for a page or a script."""

_EVERYWHERE = {
    **NEVER_SNIFFED,
    # Errors and changes repeat the caller's token, and some caches would keep a 404 unasked.
    "cache-control": "no-store",
    "server": "faxbox-service",
}
VARY = (
    *("accept-language", "accept", "accept-encoding", "authorization", "origin"),
    *("x-auth-account-id", "x-auth-token", "x-pretty-print"),
)
"""What replies differ by (RFC 9110, 12.5.5)."""

_VARY_TEXT = ", ".join(VARY)

_OF_READS = {
    "expires": "Fri, 01 Jan 1999 00:00:00 GMT",
    # A browser may keep a read, and asks before it shows it again (docs/contract.md, 25).
    "cache-control": "private, no-cache",
}


class ReplyBuilder:
    """Makes replies that say which node and version answered."""

    def __init__(self, node_name: str, version: str, limits: RateLimits, tables: CsvRules) -> None:
        digest = md5(node_name.encode(), usedforsecurity=False).digest()
        self._node = urlsafe_b64encode(digest).rstrip(b"=").decode()
        self._version = version
        self._limits = limits
        self.tables = tables

    def success(self, method: str, context: RequestContext, reply: Reply) -> ByteResponse:
        """The reply to a request that did what it asked; 304 when the client has it already."""
        headers = self.success_headers(method, context)
        if reply.headers:
            headers |= reply.headers
        revision = reply.revision
        if revision is not None and reply.has_etag and self.tag(method, context, revision, headers):
            return ByteResponse(304, headers)
        if reply.location_id is not None:
            headers["location"] = f"{context.path.rstrip('/')}/{reply.location_id}"
        envelope = dict(reply.paging)
        if envelope:
            headers |= next_page(context.path, context.query, envelope)
        if context.principal is not None or reply.principal is not None:
            envelope["version"] = self._version
        self._identify(envelope, context, reply.auth_token)
        if reply.data is not NO_DATA:
            envelope["data"] = reply.data
        if revision is not None:
            envelope["revision"] = revision
        envelope["status"] = "success"
        return _json(reply.status, envelope, headers, context.format)

    def tag(
        self,
        method: str,
        context: RequestContext,
        revision: Revision,
        headers: dict[str, str],
        *,
        is_csv_safe: bool = False,
    ) -> bool:
        """Add the entity tag of a revision; whether the client has already what it is the tag of.

        A client that names the bare revision knows it from the envelope.
        """
        form = context.format
        tag = entity_tag(
            revision, context.caller, (form.is_pretty, form.is_compressed, is_csv_safe)
        )
        headers["etag"] = f'"{tag}"'
        return is_not_modified(method, context.none_match, tag, revision)

    def raw(self, method: str, context: RequestContext, reply: RawReply) -> ByteResponse:
        """A reply without an envelope."""
        headers = self.success_headers(method, context) | reply.headers
        headers["content-type"] = reply.content_type
        if reply.etag is not None:
            headers["etag"] = f'"{reply.etag}"'
            if is_not_modified(method, context.none_match, reply.etag):
                return ByteResponse(304, headers)
        return _response(200, headers, reply.body, context.format)

    def success_headers(self, method: str, context: RequestContext) -> dict[str, str]:
        """The headers of every success."""
        headers = self._headers(context)
        if method in READS:
            headers |= _OF_READS
        if context.is_cross_origin:
            headers |= cors_headers(context.allowed)
        return headers

    def closing_members(self, context: RequestContext, reply: StreamReply) -> Document:
        """The envelope of a stream after its `data`, in Kazoo's order of chunked replies."""
        envelope: Document = {}
        self._identify(envelope, context, None)
        ordered = {
            **reply.items.members(),
            "status": "success",
            "request_id": envelope["request_id"],
            "node": envelope["node"],
            "version": self._version if context.principal is not None else None,
            "timestamp": envelope["timestamp"],
            "tokens": None if reply.is_chunked else envelope["tokens"],
            "auth_token": envelope.get("auth_token"),
        }
        members = {name: value for name, value in ordered.items() if value is not None}
        if reply.is_chunked:
            return {name: str(value) for name, value in members.items()}
        return members

    def error(self, context: RequestContext, error: CrossbarError) -> ByteResponse:
        """The reply to a request that cannot be done; always JSON (docs/contract.md, 12)."""
        envelope = dict(error.envelope)
        if context.principal is not None:
            envelope["version"] = self._version
        self._identify(envelope, context, None)
        if error.data is not NO_DATA:
            envelope["data"] = error.data
        envelope["error"] = str(error.status)
        envelope["message"] = error.message
        envelope["status"] = "error"
        headers = self._headers(context) | cors_headers(context.allowed) | error.headers
        return _json(error.status, envelope, headers, context.format)

    def preflight(self, context: RequestContext, asked: Mapping[str, str]) -> ByteResponse:
        """The empty reply to a CORS preflight."""
        return ByteResponse(200, self._headers(context) | preflight_headers(context.allowed, asked))

    def options(self, context: RequestContext) -> ByteResponse:
        """The empty reply to OPTIONS of the server as a whole (RFC 9110, 9.3.7)."""
        headers = self._headers(context) | cors_headers(METHODS) | {"allow": ", ".join(METHODS)}
        return ByteResponse(200, headers)

    def _headers(self, context: RequestContext) -> dict[str, str]:
        """What every reply begins with."""
        if context.language is None:
            return {"x-request-id": context.request_id, **_EVERYWHERE}
        return {
            "x-request-id": context.request_id,
            "content-language": context.language,
            "vary": _VARY_TEXT,
            **_EVERYWHERE,
        }

    def _identify(
        self, envelope: Document, context: RequestContext, auth_token: str | None
    ) -> None:
        envelope["timestamp"] = iso8601(context.now)
        envelope["node"] = self._node
        envelope["request_id"] = context.request_id
        envelope["tokens"] = self._limits.figures((context.address, context.account_id))
        if auth_token is not None:
            envelope["auth_token"] = auth_token
        elif context.credential is not None and context.credential.is_echoed:
            envelope["auth_token"] = context.credential.text


def _json(
    status: int, envelope: Document, headers: dict[str, str], form: ReplyFormat
) -> ByteResponse:
    headers["content-type"] = form.content_type
    return _response(status, headers, form.text(encode_json(envelope)), form)


def _response(status: int, headers: dict[str, str], body: bytes, form: ReplyFormat) -> ByteResponse:
    is_compressed = form.is_compressed and is_worth_compressing(body)
    return ByteResponse(status, headers, body, is_compressed=is_compressed)
