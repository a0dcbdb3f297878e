"""CouchDB's HTTP interface: aiocouch's remote layer with our JSON, errors, timeouts and pool."""

import asyncio
from base64 import b64encode
from typing import cast
from urllib.parse import quote

import aiohttp
import msgspec
from aiocouch import remote
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.connector import Connection
from multidict import CIMultiDict
from yarl import URL

from faxbox_service import __version__
from faxbox_service.documents.json.text import InvalidJson, decode_stored_json, encode_json
from faxbox_service.documents.types import Json
from faxbox_service.stores.errors import (
    DocumentNotFound,
    MissingDatabase,
    RevisionConflict,
    StoreError,
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl

# CouchDB's reasons, of 3.x and of earlier versions.
_NO_DATABASE = ("Database does not exist.", "no_db_file")

# What is not a revision at all cannot be the current one.
_NO_REVISION = "Invalid rev format"

_READS = ("GET", "HEAD")

_LONGEST_REASON = 1000


class RefusedByCouchDB(StoreError, ValueError):
    """The server understood the request and will never accept it: 400, 412, 413, 415."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class ReplyTooLong(StoreError):
    """The reply is longer than was requested; the rest of it is not read."""


class UnreadableReply(StoreError):
    """The reply is complete, but our decoder cannot read something in it: it nests too deeply."""


class AccessRefused(StoreUnavailable):
    """The server refuses our user, or what we do: 401, 403.

    `reason` is CouchDB's; None when it was not CouchDB that answered.
    """

    def __init__(self, text: str, reason: str | None) -> None:
        super().__init__(text)
        self.reason = reason


class ThrownByFunction(StoreUnavailable):
    """A 500 for what an operator's function threw that CouchDB does not define as a refusal."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


class _Reply(remote.HTTPResponse):
    """A reply whose headers are not copied, and not case-sensitive."""

    def __init__(self, response: ClientResponse) -> None:
        self.status = response.status
        self.headers = cast(dict[str, str], response.headers)


class _BrokenWrite(aiohttp.ClientError):
    """The connection broke before the reply: whether the write happened is unknown."""


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    # aiohttp sends PUT and DELETE again when a kept-alive connection breaks. The first may have
    # been carried out; the second would then conflict with it, and the caller would get a conflict
    # although its write was done. aiohttp repeats on the errors caught here only (never on
    # failures to connect, before which nothing was sent).
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _BrokenWrite(str(error)) from error


_ONCE = (_send_once,)


class CouchDB(remote.RemoteServer):
    """A CouchDB server, used through the methods of aiocouch's remote classes.

    They all end in `_request`, make one request, and raise the errors of `stores/errors.py`,
    whose texts show the server's address and no password. Make it in the event loop that uses
    it. `requests` counts the requests.
    """

    def __init__(self, url: ServerUrl, *, timeout: float, pool_size: int) -> None:
        super().__init__(
            url.address,
            connector=aiohttp.TCPConnector(limit=pool_size),
            timeout=aiohttp.ClientTimeout(total=timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=self._counted_requests(),
        )
        # Requests that wait for changes must not take connections from others.
        self._waiting_session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=self._counted_requests(),
        )
        self.requests = 0
        self._url = url
        self._timeout = timeout
        self._closing = False
        self._under_way = 0
        self._polls: set[asyncio.Task[remote.RequestResult]] = set()
        self._idle = asyncio.Event()
        # Complete and in aiohttp's own type, so that no request copies them. The session's own
        # defaults cannot be set: aiocouch fixes them.
        self._headers = CIMultiDict(
            {
                # PouchDB's server answers in JSON only when asked to.
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": f"faxbox-service/{__version__}",
            }
        )
        if url.user is not None:
            credentials = b64encode(f"{url.user}:{url.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {credentials}"
        self._json_headers = CIMultiDict(self._headers, **{"Content-Type": "application/json"})

    async def close(self) -> None:
        """Refuse new requests, finish those under way, and close the connections."""
        self._closing = True
        for poll in self._polls:
            poll.cancel()
        while self._under_way:
            self._idle.clear()
            await self._idle.wait()
        await self._waiting_session.close()
        await super().close()

    async def poll(self, path: str, params: dict[str, str], wait: float) -> Json:
        """Get a reply that may take `wait` seconds to begin; `close` does not wait for it."""
        poll = asyncio.ensure_future(self._request("GET", path, params=params, more_seconds=wait))
        self._polls.add(poll)
        try:
            _, reply = await poll
        except asyncio.CancelledError:
            if self._closing and poll.cancelled():
                raise self._unavailable("closed") from None
            raise
        finally:
            self._polls.discard(poll)
        return reply

    async def _request(  # type: ignore[override]  # bodies other than JSON are a TypeError
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        return_json: bool = True,
        json: Json = None,
        most_bytes: int | None = None,
        more_seconds: float = 0.0,
    ) -> remote.RequestResult:
        """Send one request; raise what a status other than 2xx means.

        `ReplyTooLong` when the reply to a read has more than `most_bytes`. The timeout is
        `more_seconds` longer than usual.
        """
        if self._closing:
            raise self._unavailable("closed")
        query = _query(params) if params else ""
        url = URL(f"{self._server}{path}{query}", encoded=True)
        self._under_way += 1
        try:
            if method in _READS:
                response, body = await self._read(method, url, most_bytes, more_seconds)
            else:
                response, body = await self._write(method, url, json)
        except TimeoutError as error:
            raise self._unreachable(
                f"no answer within {self._timeout + more_seconds:g} s"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        finally:
            self._under_way -= 1
            self._idle.set()
        if not 200 <= response.status < 300:
            raise self._error(response.status, body, path)
        return _Reply(response), self._decoded(body) if return_json else body

    def _counted_requests(self) -> type[ClientRequest]:
        """A request that counts itself each time it is sent: aiohttp repeats reads."""
        server = self

        class CountedRequest(ClientRequest):
            async def send(self, conn: Connection) -> ClientResponse:
                server.requests += 1
                return await super().send(conn)

        return CountedRequest

    async def _read(
        self, method: str, url: URL, most_bytes: int | None, more_seconds: float
    ) -> tuple[ClientResponse, bytes]:
        session = self._waiting_session if more_seconds else self._http_session
        async with session.request(
            method,
            url,
            headers=self._headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=self._timeout + more_seconds),
        ) as response:
            if most_bytes is None:
                return response, await response.read()
            return response, await _bounded_body(response, most_bytes)

    async def _write(self, method: str, url: URL, json: Json) -> tuple[ClientResponse, bytes]:
        body = None if json is None else encode_json(json)
        async with self._http_session.request(
            method,
            url,
            data=body,
            headers=self._json_headers,
            allow_redirects=False,
            middlewares=_ONCE,
        ) as response:
            return response, await response.read()

    def _decoded(self, body: bytes) -> Json:
        try:
            return decode_stored_json(body)
        except InvalidJson as error:
            if isinstance(error.__cause__, RecursionError | msgspec.ValidationError):
                raise UnreadableReply(str(error)) from error
            raise self._unavailable("the answer is not JSON") from error

    def _error(self, status: int, body: bytes, path: str) -> StoreError:
        """The error that a status means; a 404 that is not CouchDB's means unavailable."""
        error, reason = _error_in(body)
        if status == 404 and reason is not None:
            if reason in _NO_DATABASE:
                return MissingDatabase(f"{path}: {reason}")
            return DocumentNotFound(f"{path}: {reason}")
        if status == 409 or (status == 400 and reason == _NO_REVISION):
            return RevisionConflict(f"{path}: {reason or status}")
        if status in (400, 412, 413, 415) and reason is not None:
            return RefusedByCouchDB(status, reason)
        if status == 413:
            # A proxy's, whose limit is as final as CouchDB's.
            return RefusedByCouchDB(status, "longer than is accepted")
        if status in (401, 403):
            user = self._url.user
            who = "requests without a user" if user is None else f"the user {user!r}"
            return AccessRefused(f"{self._name()} refuses {who}: {reason or status}", reason)
        text = f"status {status}" + (f": {reason}" if reason else "")
        if status == 500 and reason is not None and is_thrown(error):
            return ThrownByFunction(f"{self._name()}: {text}", reason)
        return self._unavailable(text)

    def _unavailable(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(f"{self._name()}: {reason}")

    def _unreachable(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(f"cannot reach {self._name()}: {reason}")

    def _name(self) -> str:
        return f"CouchDB at {self._url.address}"


async def _bounded_body(response: ClientResponse, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most_bytes:
            raise ReplyTooLong(f"more than {most_bytes} bytes")
    return bytes(body)


def _query(params: dict[str, str]) -> str:
    return "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in params.items())


def _error_in(body: bytes) -> tuple[Json, str | None]:
    """One of CouchDB's error bodies, and the reason in it; None for any other body."""
    try:
        error = decode_stored_json(body)
        return error, reason_of(error)
    except (InvalidJson, AttributeError, KeyError, TypeError):
        return None, None


def is_thrown(error: Json) -> bool:
    """Whether a function threw some other value (`throw 'no'`), or crashed (`TypeError`).

    CouchDB's own failures have another name, or a reference to its log.
    """
    name = error.get("error")
    if name == "unknown_error":
        return "ref" not in error
    return isinstance(name, str) and name.endswith("Error")


def reason_of(error: Json) -> str:
    """The reason in an error of CouchDB: an operator's function may give any JSON."""
    reason = error.get("reason") or error["error"]
    text = reason if isinstance(reason, str) else encode_json(reason).decode()
    return text[:_LONGEST_REASON]
