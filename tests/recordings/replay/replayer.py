"""Asks a running service everything that Kazoo was asked, in order, and compares the replies."""

import asyncio
import re
from dataclasses import dataclass, replace

from tests.recordings.exchanges import Exchange, Request
from tests.recordings.expected.contract import Difference
from tests.recordings.expected.expectation import Expectation
from tests.recordings.expected.rules import Rules

from .comparison import Seen, compare
from .placeholders import Bindings
from .wire import NoReply, Reply, send

_LONGEST_LINE = 600

_AFTER_TOO_MANY = "rate/429-unauthenticated"
_MORE_THAN_A_BUCKET = 1000
_AT_ONCE = 150
_END_OF_TOKEN = "auth/token_auth-DELETE"
_LOGIN = "auth/user_auth-child"
_REVISION = re.compile(r'"\{(REV:[0-9]+)\}"')


@dataclass(frozen=True, slots=True)
class Result:
    """How one exchange went; without differences, as expected."""

    exchange: Exchange
    expected: Expectation
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the reply was as expected."""
        return not self.differences

    def __str__(self) -> str:
        request = self.exchange.request
        lines = (line[:_LONGEST_LINE] for line in self.differences)
        return "\n  ".join((f"{self.exchange.name}: {request.method} {request.path}", *lines))


@dataclass(frozen=True, slots=True)
class Replayer:
    """Replays recordings against the service at an address."""

    host: str
    port: int
    rules: Rules
    differences: dict[str, Difference]

    async def replay(self, exchanges: list[Exchange], bindings: Bindings) -> dict[str, Result]:
        """Replay exchanges in their order; the results by name."""
        seen = Seen()
        results = {}
        for exchange in exchanges:
            try:
                result = await self._replay_one(exchange, bindings, seen)
            except NoReply as error:
                result = Result(exchange, self.rules.expectation(exchange), (str(error),))
            results[exchange.name] = result
        return results

    async def _replay_one(self, exchange: Exchange, bindings: Bindings, seen: Seen) -> Result:
        request = replace(exchange.request, path=bindings.substitute(exchange.request.path))
        await self._learn_revision(request, bindings)
        if exchange.name == _AFTER_TOO_MANY:
            await self._empty_bucket(request, bindings)
        reply = await send(self.host, self.port, request, bindings)
        expected = self.rules.expectation(exchange)
        differences = compare(request, expected, reply, bindings, seen)
        if not differences and _writes_box(exchange.request, reply):
            differences += await self._read_back(request, reply, bindings)
        if exchange.name == _END_OF_TOKEN:
            await self._log_in_again(bindings)
        difference = self.differences.get(exchange.name)
        if difference is not None and difference.undo and reply.status in (200, 201):
            differences += await self._undo(request, reply, bindings)
        return Result(exchange, expected, tuple(differences))

    async def _learn_revision(self, request: Request, bindings: Bindings) -> None:
        """Ask for the revision that a condition names and no reply before has shown."""
        named = _REVISION.fullmatch(request.header("if-none-match") or "")
        if named is None or bindings.get(named[1]) is not None:
            return
        headers = tuple(pair for pair in request.headers if pair[0].lower() == "x-auth-token")
        asked = Request("GET", request.path, headers, None)
        reply = await send(self.host, self.port, asked, bindings)
        if "etag" in reply.headers:
            bindings.bind(named[1], reply.headers["etag"].strip('"'))

    async def _empty_bucket(self, request: Request, bindings: Bindings) -> None:
        """Ask until it is too much, as whoever recorded it did."""
        # Many at once: on a slow machine the bucket would fill up meanwhile.
        for _ in range(_MORE_THAN_A_BUCKET // _AT_ONCE):
            asked = (send(self.host, self.port, request, bindings) for _ in range(_AT_ONCE))
            if any(reply.status == 429 for reply in await asyncio.gather(*asked)):
                break
        for _ in range(_AT_ONCE):
            if (await send(self.host, self.port, request, bindings)).status == 429:
                return

    async def _log_in_again(self, bindings: Bindings) -> None:
        """Get another token for the one that has ended: Kazoo's would have lived on."""
        login = self.rules.recorded(_LOGIN)
        reply = await send(self.host, self.port, login.request, bindings)
        name = login.response.json["auth_token"].strip("{}")
        bindings.bind(name, reply.json()["auth_token"])

    async def _read_back(self, request: Request, reply: Reply, bindings: Bindings) -> list[str]:
        """docs/contract.md, 2 and 3: a GET shows what the write has shown, with the same
        revision."""
        read = await self._ask_about_box("GET", request, reply, bindings)
        if read.headers.get("etag") != reply.headers.get("etag"):
            tags = (reply.headers.get("etag"), read.headers.get("etag"))
            return ["the etag of the write is {}, that of a GET after it {}".format(*tags)]
        wrote, got = reply.json().get("data"), read.json().get("data")
        return [] if got == wrote else [f"the write showed {wrote!r}, a GET after it {got!r}"]

    async def _undo(self, request: Request, reply: Reply, bindings: Bindings) -> list[str]:
        """Delete the box that a reply is about, which Kazoo did not have."""
        deletion = await self._ask_about_box("DELETE", request, reply, bindings)
        return [] if deletion.status == 200 else [f"undoing it got {deletion.status}"]

    async def _ask_about_box(
        self, method: str, request: Request, reply: Reply, bindings: Bindings
    ) -> Reply:
        """A request of our own about the box that a reply is about."""
        path = reply.headers.get("location") or request.path.partition("?")[0]
        headers = tuple(pair for pair in request.headers if pair[0].lower() == "x-auth-token")
        return await send(self.host, self.port, Request(method, path, headers, None), bindings)


def _writes_box(request: Request, reply: Reply) -> bool:
    """Whether a box was made or changed; a tunnelled deletion is neither."""
    if request.method not in ("PUT", "POST", "PATCH") or reply.status not in (200, 201):
        return False
    data = reply.json().get("data")
    return "/faxboxes" in request.path and "_read_only" not in data
