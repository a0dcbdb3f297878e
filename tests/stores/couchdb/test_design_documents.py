"""Installing design documents where they are missing."""

import asyncio

import pytest
from aiohttp import web

from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import (
    MissingDatabase,
    MissingView,
)
from faxbox_service.stores.values import View, ViewRange
from tests.stores.couchdb.fake_server import MISSING, NO_DATABASE, WRITTEN, FakeServer, answer

BY_ID = View("accounts", "listing_by_id")


class TestDesignDocuments:
    async def test_a_new_database_gets_them(self, fake: FakeServer, store: CouchStore) -> None:
        fake.will(answer(WRITTEN, 201))
        assert await store.create_database(ACCOUNTS) is True
        assert fake.sent == [("PUT", "/accounts"), ("PUT", "/accounts/_design/accounts")]
        design = fake.requests[1][2]
        assert design["_id"] == "_design/accounts"
        assert design["views"]["listing_by_id"]["map"].startswith("function")

    async def test_those_that_are_there_are_never_replaced(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        exists = answer({"error": "file_exists", "reason": "exists"}, 412)
        conflict = answer({"error": "conflict", "reason": "conflict"}, 409)
        fake.will(exists, conflict)
        assert await store.create_database(ACCOUNTS) is False
        assert fake.sent == [("PUT", "/accounts"), ("PUT", "/accounts/_design/accounts")]
        assert "_rev" not in fake.requests[1][2]

    async def test_a_missing_one_is_installed_at_first_use(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer(MISSING, 404), answer(WRITTEN, 201), answer({"rows": []}))
        assert await store.view(ACCOUNTS, BY_ID, ViewRange()) == []
        assert [method for method, _ in fake.sent] == ["GET", "PUT", "GET"]

    async def test_that_is_tried_only_once(self, fake: FakeServer, store: CouchStore) -> None:
        conflict = answer({"error": "conflict", "reason": "conflict"}, 409)
        fake.will(answer(MISSING, 404), conflict, answer(MISSING, 404))
        for _ in range(2):
            with pytest.raises(MissingView):
                await store.view(ACCOUNTS, BY_ID, ViewRange())
        assert [method for method, _ in fake.sent] == ["GET", "PUT", "GET", "GET"]

    async def test_who_may_not_install_them_misses_the_view(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        forbidden = answer({"error": "forbidden", "reason": "not an admin"}, 403)
        fake.will(answer(MISSING, 404), forbidden, answer(MISSING, 404))
        with pytest.raises(MissingView):
            await store.view(ACCOUNTS, BY_ID, ViewRange())

    async def test_all_who_wait_for_them_find_them(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        installed = False

        def behave(request: web.Request) -> web.StreamResponse:
            nonlocal installed
            if request.method == "PUT":
                installed = True
                return web.json_response(WRITTEN, status=201)
            return web.json_response(
                {"rows": []} if installed else MISSING, status=200 if installed else 404
            )

        fake.will(behave)
        fake.delay = 0.02
        views = [store.view(ACCOUNTS, BY_ID, ViewRange()) for _ in range(5)]
        assert await asyncio.gather(*views) == [[]] * 5
        assert [method for method, _ in fake.sent].count("PUT") == 1

    async def test_a_missing_database_is_no_missing_view(
        self, fake: FakeServer, store: CouchStore
    ) -> None:
        fake.will(answer(NO_DATABASE, 404))
        with pytest.raises(MissingDatabase):
            await store.view(ACCOUNTS, BY_ID, ViewRange())
        assert len(fake.requests) == 1
