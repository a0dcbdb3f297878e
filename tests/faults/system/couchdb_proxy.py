"""A proxy between the service and CouchDB, which can be told to misbehave.

It also keeps everything of one run in databases of its own: `faxes` is `<prefix>/faxes` in CouchDB.
"""

import asyncio
import base64
import json
import random
import re
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from tests.faults.clients.requests import send_once

_DATABASE = re.compile(r"/[^_/?][^/?]*/?\Z")
_NOT_FOUND = 404
_WRITES = ("PUT", "DELETE", "POST")
_AT_ONCE = 0.01  # aiohttp takes 0 for no limit at all.
_ALL_DATABASES = "/_all_dbs"
_BULK = "/_bulk_docs"
_JSON = {"Content-Type": "application/json"}
_DATABASE_UPDATES = "/_db_updates"
_REASONS = {401: "Name or password is incorrect.", 500: "badmatch", 503: "no nodes available"}


class Mode(StrEnum):
    """What becomes of a request that is hit."""

    PASS = "pass"
    REFUSE = "refuse"
    """Nothing listens; connections there are get closed. Hits everything."""
    SLOW = "slow"
    """It is passed on after `seconds`, whether or not anybody still waits."""
    STATUS = "status"
    """It is answered with `status`, and not passed on."""
    CUT = "cut"
    """It is passed on, and the connection closed in the middle of the answer."""
    LOST = "lost"
    """It is passed on, and the connection closed instead of an answer."""
    OVERTAKE = "overtake"
    """A write over an existing document comes second: the document is written anew before it."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """A mode, the share of the requests that it hits (0 to 1), and what the mode needs."""

    mode: Mode
    share: float = 1.0
    status: int = 500
    seconds: float = 2.0


WELL_BEHAVED = Misbehaviour(Mode.PASS)


class CouchdbProxy:
    """Serves on a port of its own, in a thread of its own, what the CouchDB at `upstream` has."""

    def __init__(self, upstream: str, prefix: str) -> None:
        """Take `upstream` as `couchdb://user:password@host:port`."""
        address = urlsplit(upstream.replace("couchdb", "http", 1))
        self._origin = f"{address.scheme}://{address.hostname}:{address.port}"
        self._credentials = f"{address.username}:{address.password}" if address.username else ""
        self._prefix = quote(f"{prefix}/", safe="")
        self._behaviour = WELL_BEHAVED
        self._random = random.Random(prefix)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._port = 0
        self._created: set[str] = set()
        """Quoted names. PouchDB's server leaves the slashes out where it lists its databases."""
        self.hits = 0
        """Requests that got something else than a plain answer."""

    @property
    def url(self) -> str:
        """The store's URL for the service."""
        credentials = f"{self._credentials}@" if self._credentials else ""
        return f"couchdb://{credentials}127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._run(self._open())

    def stop(self) -> None:
        """Remove the databases of this run, and let go of everything."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def behave(self, behaviour: Misbehaviour) -> None:
        """Behave so from now on."""
        self._run(self._behave(behaviour))

    def documents(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every document by its id, by its database: read from CouchDB itself."""
        found: dict[str, dict[str, dict[str, Any]]] = self._run(self._all_documents())
        return found

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # In the thread.

    async def _open(self) -> None:
        headers = {}
        if self._credentials:
            encoded = base64.b64encode(self._credentials.encode()).decode()
            headers["Authorization"] = f"Basic {encoded}"
        self._upstream = aiohttp.ClientSession(
            headers=headers, connector=aiohttp.TCPConnector(limit=0), middlewares=(send_once,)
        )
        self._server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=_AT_ONCE)
        await self._runner.setup()
        await self._listen()

    async def _close(self) -> None:
        await self._runner.cleanup()
        for name in self._created:
            async with self._upstream.delete(self._upstream_url(f"/{name}")):
                pass
        await self._upstream.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    async def _behave(self, behaviour: Misbehaviour) -> None:
        was_refusing = self._behaviour.mode is Mode.REFUSE
        self._behaviour = behaviour
        if behaviour.mode is Mode.REFUSE and not was_refusing:
            self.hits += 1
            await self._site.stop()
            await self._server.shutdown(_AT_ONCE)
        elif was_refusing and behaviour.mode is not Mode.REFUSE:
            await self._listen()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        behaviour = self._behaviour
        if self._random.random() >= behaviour.share:
            behaviour = WELL_BEHAVED
        self.hits += behaviour is not WELL_BEHAVED
        match behaviour.mode:
            case Mode.STATUS:
                error = {"error": "error", "reason": _REASONS[behaviour.status]}
                return web.json_response(error, status=behaviour.status)
            case Mode.SLOW:
                await asyncio.sleep(behaviour.seconds)
            case Mode.OVERTAKE if request.method in _WRITES:
                await self._overtake(request, body)
        answer = await self._forwarded(request, body)
        if behaviour.mode is Mode.LOST:
            return _broken(request)
        if behaviour.mode is Mode.CUT:
            return await _cut(request, answer)
        return answer

    async def _forwarded(self, request: web.BaseRequest, body: bytes) -> web.Response:
        if request.path == _ALL_DATABASES:
            return web.json_response(sorted(await self._all_documents()))
        if request.method == "PUT" and _DATABASE.match(request.raw_path):
            self._created.add(request.raw_path[1:])
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() in ("accept", "content-type", "if-match")
        }
        try:
            async with self._upstream.request(
                request.method,
                self._upstream_url(request.raw_path),
                data=body or None,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=120),
            ) as reply:
                content = await reply.read()
                if request.path == _DATABASE_UPDATES and reply.ok:
                    content = self._own_updates(content)
                return web.Response(
                    status=reply.status,
                    body=content,
                    headers={"Content-Type": reply.headers.get("Content-Type", "text/plain")},
                )
        except aiohttp.ClientError as error:
            return web.json_response({"error": "proxy", "reason": str(error)}, status=502)

    def _own_updates(self, body: bytes) -> bytes:
        """What `_db_updates` says of the databases of this run, by the names they have for it."""
        names = {}
        for quoted in self._created:
            name = unquote(f"{self._prefix}{quoted}")
            names[name] = names[name.replace("/", "")] = unquote(quoted)
        updates = json.loads(body)
        updates["results"] = [
            {**update, "db_name": names[update["db_name"]]}
            for update in updates["results"]
            if update["db_name"] in names
        ]
        return json.dumps(updates).encode()

    async def _overtake(self, request: web.BaseRequest, body: bytes) -> None:
        """Give the documents that are about to be written new revisions with the same content."""
        path, _, query = request.raw_path.partition("?")
        is_deletion = request.method == "DELETE" and "rev" in parse_qs(query)
        if is_deletion or (request.method == "PUT" and b'"_rev"' in body):
            await self._write_anew(path)
        elif path.endswith(_BULK):
            for document in json.loads(body)["docs"]:
                if "_rev" in document:
                    document_id = quote(document["_id"], safe="")
                    await self._write_anew(f"{path.removesuffix(_BULK)}/{document_id}")

    async def _write_anew(self, path: str) -> None:
        url = self._upstream_url(path)
        async with self._upstream.get(url) as reply:
            if not reply.ok:
                return
            document = await reply.read()
        # What comes of it does not matter: a third writer may be faster still.
        async with self._upstream.put(url, data=document, headers=_JSON):
            pass

    def _upstream_url(self, path: str) -> URL:
        if len(path) > 1 and not path.startswith(("/_", "/?")):
            path = f"/{self._prefix}{path[1:]}"
        return URL(f"{self._origin}{path}", encoded=True)

    async def _all_documents(self) -> dict[str, dict[str, dict[str, Any]]]:
        found = {}
        for name in tuple(self._created):
            url = self._upstream_url(f"/{name}/_all_docs?include_docs=true")
            async with self._upstream.get(url) as reply:
                if reply.status == _NOT_FOUND:
                    continue
                rows = json.loads(await reply.read())["rows"]
            found[unquote(name)] = {row["id"]: row["doc"] for row in rows if row["id"][0] != "_"}
        return found


def _broken(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.BaseRequest, answer: web.Response) -> web.StreamResponse:
    body = answer.body
    assert isinstance(body, bytes)
    half = web.StreamResponse(status=answer.status, headers=answer.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    # What is written leaves at once; what follows never comes.
    if request.transport is not None:
        request.transport.close()
    return half
