"""Requests, what became of each, and whether the answer was one that Kazoo's clients can use."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
    TCPConnector,
)
from yarl import URL

from faxbox_service.documents.json.text import InvalidJson, decode_json, encode_json

from .ground import Tenant

_TIMEOUT = 30.0
_INTERNAL_ERROR = 500
_UNAVAILABLE = 503


class Outcome(StrEnum):
    """What a client knows after a request."""

    ACKNOWLEDGED = "acknowledged"
    """2xx: it was done."""
    REFUSED = "refused"
    """4xx: nothing was done."""
    UNAVAILABLE = "unavailable"
    """5xx: it may have been done; try again."""
    UNKNOWN = "unknown"
    """No answer: it may have been done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` 0 when nothing did."""

    status: int = 0
    envelope: dict[str, Any] = field(default_factory=dict)
    pause: float = 0.0
    """Seconds after which to try again."""

    @property
    def outcome(self) -> Outcome:
        """What the client knows now."""
        match self.status // 100:
            case 2:
                return Outcome.ACKNOWLEDGED
            case 4:
                return Outcome.REFUSED
            case 0:
                return Outcome.UNKNOWN
            case _:
                return Outcome.UNAVAILABLE

    @property
    def is_definite(self) -> bool:
        """Whether the client knows what was done."""
        return self.outcome in (Outcome.ACKNOWLEDGED, Outcome.REFUSED)

    @property
    def data(self) -> Any:
        """The envelope's `data`."""
        return self.envelope.get("data")

    @property
    def revision(self) -> str:
        """The envelope's `revision`."""
        return str(self.envelope["revision"])


@dataclass(slots=True)
class History:
    """What became of all requests of a run."""

    requests: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Answers that no client should get."""

    def add(self, what: str, answer: Answer, seconds: float, complaint: str | None) -> None:
        """Count an answer."""
        self.requests += 1
        self.outcomes[answer.outcome] += 1
        self.statuses[answer.status] += 1
        self.latencies.append(seconds)
        if complaint is not None:
            self.faults.append(f"{what}: {complaint}")


class _Broken(ClientError):
    """The connection broke before the answer."""


async def send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Send a request once: aiohttp itself sends PUT and DELETE again when a connection breaks."""
    try:
        return await handler(request)
    except (ClientOSError, ServerDisconnectedError) as error:
        raise _Broken(str(error)) from error


class Client:
    """Sends requests, each over a connection of its own, and keeps the history."""

    def __init__(self, base_url: str, history: History, timeout: float = _TIMEOUT) -> None:
        self._base_url = base_url
        self._history = history
        self._session = ClientSession(
            # A connection for each request, so that every worker gets some.
            connector=TCPConnector(force_close=True, limit=0),
            timeout=ClientTimeout(total=timeout),
            middlewares=(send_once,),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()

    async def request(
        self,
        tenant: Tenant,
        method: str,
        path: str,
        data: Any = None,
        if_match: str | None = None,
    ) -> Answer:
        """Send one request; `path` begins with a slash."""
        headers = {"X-Auth-Token": tenant.token, "Content-Type": "application/json"}
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        body = None if data is None else encode_json({"data": data})
        loop = asyncio.get_running_loop()
        started = loop.time()
        complaint = None
        try:
            async with self._session.request(
                method, URL(f"{self._base_url}{path}"), data=body, headers=headers
            ) as reply:
                text = await reply.read()
        except (ClientError, TimeoutError, OSError):
            answer = Answer()
        else:
            answer, complaint = _judged(reply.status, reply.headers, text)
        self._history.add(f"{method} {path}", answer, loop.time() - started, complaint)
        return answer


def _judged(status: int, headers: Any, text: bytes) -> tuple[Answer, str | None]:
    """The answer, and what is wrong with it."""
    try:
        envelope = decode_json(text)
    except InvalidJson:
        return Answer(status), f"{status} with a body that is no JSON: {text[:100]!r}"
    if not isinstance(envelope, dict):
        return Answer(status), f"{status} with a body that is no envelope: {text[:100]!r}"
    pause = headers.get("retry-after", "")
    answer = Answer(status, envelope, float(pause) if pause.isdigit() else 0.0)
    return answer, _complaint(answer, headers, pause)


def _complaint(answer: Answer, headers: Any, pause: str) -> str | None:
    status, envelope = answer.status, answer.envelope
    if status == _INTERNAL_ERROR:
        return "500"
    if not headers.get("content-type", "").startswith("application/json"):
        return f"{status} as {headers.get('content-type')}"
    is_success = answer.outcome is Outcome.ACKNOWLEDGED
    if envelope.get("status") != ("success" if is_success else "error"):
        return f"{status} with the status {envelope.get('status')!r}"
    if not is_success and envelope.get("error") != str(status):
        return f"{status} with the error {envelope.get('error')!r}"
    missing = {"data", "request_id"} - envelope.keys()
    if missing or (not is_success and "message" not in envelope):
        return f"{status} without {sorted(missing) or 'message'}"
    if status == _UNAVAILABLE and not pause.isdigit():
        return "503 without retry-after"
    return None
