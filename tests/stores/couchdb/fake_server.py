"""A server that gives the answers of a test in place of CouchDB."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from faxbox_service.documents.json.text import decode_json
from faxbox_service.documents.types import Json
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.values import View, ViewRange

PASSWORD = "s3cr:t/@é"

QUOTED_PASSWORD = "s3cr%3At%2F%40%C3%A9"

LISTING = View("faxbox", "crossbar_listing")

WELCOME = {"couchdb": "Welcome", "version": "3.5.0"}

NO_DATABASE = {"error": "not_found", "reason": "Database does not exist."}

MISSING = {"error": "not_found", "reason": "missing"}

WRITTEN = {"ok": True, "id": "a", "rev": "1-x"}

Answer = Callable[[web.Request], web.StreamResponse]


def answer(body: Json, status: int = 200) -> Answer:
    """Answer with JSON."""
    return lambda _: web.json_response(body, status=status)


def answer_text(text: str, status: int = 200) -> Answer:
    """Answer with something that is not CouchDB's."""
    return lambda _: web.Response(text=text, status=status)


def hang_up(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of answering."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class FakeServer:
    """Gives the answers it is set to, the last one from then on, and records the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [answer(WELCOME)]
        self.requests: list[tuple[str, str, Json]] = []
        self.headers: list[Any] = []
        self.delay = 0.0
        self.left_out = ""
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(
            (request.method, request.raw_path, decode_json(body) if body else None)
        )
        self.headers.append(request.headers)
        await asyncio.sleep(self.delay)
        answers = self.answers
        return (answers.pop(0) if len(answers) > 1 else answers[0])(request)

    async def leave_out(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers.popall(self.left_out, None)

    def will(self, *answers: Answer) -> None:
        """Forget the requests so far; give these answers from now on."""
        self.answers = list(answers)
        self.requests.clear()

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.requests]


def operations(store: CouchStore) -> dict[str, Callable[[], Any]]:
    """Every call that asks the server for something."""
    return {
        "create_database": lambda: store.create_database("other"),
        "delete_database": lambda: store.delete_database("other"),
        "get": lambda: store.get("other", "a"),
        "put": lambda: store.put("other", {"_id": "a"}),
        "delete": lambda: store.delete("other", "a", "1-x"),
        "get_attachment": lambda: store.get_attachment("other", "a", "x"),
        "view": lambda: store.view("other", LISTING, ViewRange()),
    }
