"""The response envelope and headers, for successes and errors (wire, 1.2, 1.3 and 2.2)."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import md5

from aiohttp import web

from faxbox_service.documents.gregorian import iso8601
from faxbox_service.documents.json_text import encode_json
from faxbox_service.documents.types import Document

from .authentication import Credential
from .call import Principal, Reply
from .errors import NO_DATA, CrossbarError

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")

_NEVER_FRESH = "Fri, 01 Jan 1999 00:00:00 GMT"
_ALWAYS = {
    "content-language": "en",
    "vary": "accept-language, accept",
    "server": "faxbox-service",
}
_TOKENS = {"consumed": 1, "remaining": 100}

_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": (
        "content-type, depth, user-agent, x-http-method-override, x-file-size, "
        "x-requested-with, if-modified-since, x-file-name, cache-control, x-auth-token, "
        "x-kazoo-cluster-id, if-match"
    ),
    "access-control-expose-headers": (
        "content-type, x-auth-token, x-request-id, x-kazoo-cluster-id, location, etag, etag"
    ),
    "access-control-max-age": "86400",
}


@dataclass(slots=True)
class Judged:
    """What is known of a request so far; whatever happens, the reply is made from it."""

    request_id: str
    path: str
    now: float
    allowed: tuple[str, ...] = METHODS
    is_cross_origin: bool = False
    credential: Credential | None = None
    principal: Principal | None = None
    none_match: frozenset[str] | None = field(default=None)


class Replies:
    """Makes replies that say which node and version answered."""

    def __init__(self, node_name: str, version: str) -> None:
        digest = md5(node_name.encode(), usedforsecurity=False).digest()
        self._node = urlsafe_b64encode(digest).rstrip(b"=").decode()
        self._version = version

    def success(self, method: str, judged: Judged, reply: Reply) -> web.Response:
        """The reply to a request that did what it asked; 304 when the client has it already."""
        headers = self._headers(judged)
        revision = reply.revision
        is_read = method in ("GET", "HEAD")
        if is_read:
            headers["expires"] = _NEVER_FRESH
        if revision is not None and reply.has_etag:
            headers["etag"] = f'"{revision}"'
            if is_read and judged.none_match and judged.none_match & {revision, "*"}:
                return web.Response(status=304, headers=headers)
        if reply.location_id is not None:
            headers["location"] = f"{judged.path.rstrip('/')}/{reply.location_id}"
        envelope = dict(reply.paging)
        if judged.principal is not None or reply.principal is not None:
            envelope["version"] = self._version
        self._identify(envelope, judged, reply.auth_token)
        if reply.data is not NO_DATA:
            envelope["data"] = reply.data
        if revision is not None:
            envelope["revision"] = revision
        envelope["status"] = "success"
        if judged.is_cross_origin:
            headers |= _cors(judged.allowed)
        return _json(reply.status, envelope, headers)

    def error(self, judged: Judged, error: CrossbarError) -> web.Response:
        """The reply to a request that cannot be done; always JSON (contract, 12)."""
        envelope = dict(error.envelope)
        if judged.principal is not None:
            envelope["version"] = self._version
        self._identify(envelope, judged, None)
        if error.data is not NO_DATA:
            envelope["data"] = error.data
        envelope["error"] = str(error.status)
        envelope["message"] = error.message
        envelope["status"] = "error"
        headers = self._headers(judged) | _cors(judged.allowed) | error.headers
        return _json(error.status, envelope, headers)

    def preflight(self, judged: Judged) -> web.Response:
        """The empty reply to a CORS preflight."""
        return web.Response(status=200, headers=self._headers(judged) | _cors(judged.allowed))

    def _headers(self, judged: Judged) -> dict[str, str]:
        return {"x-request-id": judged.request_id, **_ALWAYS}

    def _identify(self, envelope: Document, judged: Judged, auth_token: str | None) -> None:
        envelope["timestamp"] = iso8601(judged.now)
        envelope["node"] = self._node
        envelope["request_id"] = judged.request_id
        envelope["tokens"] = _TOKENS
        if auth_token is not None:
            envelope["auth_token"] = auth_token
        elif judged.credential is not None and judged.credential.is_echoed:
            envelope["auth_token"] = judged.credential.text


def _cors(allowed: tuple[str, ...]) -> dict[str, str]:
    return {**_CORS, "access-control-allow-methods": ", ".join(("OPTIONS", *allowed))}


def _json(status: int, envelope: Document, headers: dict[str, str]) -> web.Response:
    headers["content-type"] = "application/json"
    return web.Response(status=status, body=encode_json(envelope), headers=headers)
