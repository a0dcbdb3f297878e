"""Documents, views and databases that the tests of the contract share."""

import asyncio
import base64
from contextlib import suppress
from typing import Any

import pytest

from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    MissingDatabase,
    StoreUnavailable,
)
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import (
    View,
    ViewRange,
)

LISTING = View("faxbox", "crossbar_listing")

ODD_IDS = [
    *("..", ".", "../x", "a/b", "/", "//", "%2F", "%", "%zz", "+", " ", "a b", "a_"),
    *("é", "e\u0301", "é_", "\U0001f4e0", "?x=1", "?rev=1-0", "#", '"', "'", "\\", "\n", "\x7f"),
    *("\x00", "a\x00b", "null", "{}", ";--", "a" * 200),
]

MISSING_REVISION = "1-" + "0" * 32


def box(document_id: str, **fields: Json) -> Document:
    """A document that the views of faxboxes show."""
    return {"_id": document_id, "pvt_type": "faxbox", "name": document_id, **fields}


async def fill(store: Store, database: str, ids: str) -> None:
    """Put one box for each letter."""
    for document_id in ids:
        await store.put(database, box(document_id))


async def assert_gone(store: Store, database: str) -> None:
    """Nothing can be read in it; CouchDB still looks for its shards for a moment."""
    for _ in range(20):
        with suppress(StoreUnavailable):
            with pytest.raises(MissingDatabase):
                await store.get(database, "a")
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{database} does not go")


async def create_again(store: Store, database: str) -> None:
    """Create what was just deleted: CouchDB goes on removing shards after it has answered."""
    for _ in range(20):
        if not isinstance(store, SqliteStore):
            await asyncio.sleep(1)
        with suppress(StoreUnavailable, MissingDatabase):
            await store.create_database(database)
            await store.view(database, LISTING, ViewRange())
            return
    raise AssertionError(f"{database} cannot be created again")


async def ids_of(store: Store, database: str, **wanted: Any) -> str:
    """The ids in the listing, letter by letter."""
    rows = await store.view(database, LISTING, ViewRange(**wanted))
    return "".join(row.id for row in rows)


def inline(data: bytes, content_type: str = "application/pdf") -> dict[str, str]:
    return {"content_type": content_type, "data": base64.b64encode(data).decode()}
