"""Rows of views in the embedded store."""

from collections.abc import Iterator
from pathlib import Path

from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.sqlite.view_index import ViewIndex
from faxbox_service.stores.values import View, ViewRange
from faxbox_service.stores.views.map_functions import MapFunction
from tests.stores.sqlite.opening import DATABASE, opened


def index_of(map_function: MapFunction, version: int) -> ViewIndex:
    """Every database has one view, `design/view`."""
    return ViewIndex(lambda _: {View("design", "view"): map_function}, version)


class TestViews:
    async def rows(self, store: SqliteStore, **wanted: Json) -> list[tuple[str, Json, Json]]:
        found = await store.view(DATABASE, View("design", "view"), ViewRange(**wanted))
        return [(row.id, row.key, row.value) for row in found]

    async def test_other_map_functions_rebuild_the_rows(self, path: Path) -> None:
        store = await opened(path, index=index_of(lambda document: [(document["x"], "old")], 1001))
        first = await store.put(DATABASE, {"_id": "a", "x": 1})
        await store.put(DATABASE, {"_id": "b", "x": 2})
        await store.delete(DATABASE, "a", first)
        assert await self.rows(store) == [("b", 2, "old")]
        await store.close()

        store = await opened(
            path, index=index_of(lambda document: [(document["_rev"], "new")], 1002)
        )
        revision = (await store.get(DATABASE, "b"))["_rev"]
        assert await self.rows(store) == [("b", revision, "new")]
        await store.close()

    async def test_the_same_map_functions_keep_the_rows(self, path: Path) -> None:
        store = await opened(path, index=index_of(lambda document: [(document["x"], "old")], 1001))
        await store.put(DATABASE, {"_id": "a", "x": 1})
        await store.close()

        store = await opened(path, index=index_of(lambda document: [], 1001))
        assert await self.rows(store) == [("a", 1, "old")]
        await store.close()

    async def test_a_map_function_that_fails_emits_nothing(self, path: Path) -> None:
        def fail_late(document: Document) -> Iterator[tuple[Json, Json]]:
            yield "before", None
            yield document["x"], None

        store = await opened(path, index=index_of(fail_late, 1001))
        await store.put(DATABASE, {"_id": "a"})
        await store.put(DATABASE, {"_id": "b", "x": 1})
        assert await self.rows(store) == [("b", 1, None), ("b", "before", None)]
        assert await store.get(DATABASE, "a")
        await store.close()

    async def test_rows_of_one_document_and_key_keep_their_order(self, path: Path) -> None:
        store = await opened(
            path, index=index_of(lambda document: [("k", n) for n in range(12)], 1001)
        )
        await store.put(DATABASE, {"_id": "a"})
        assert [value for _, _, value in await self.rows(store)] == list(range(12))
        await store.close()

    async def test_numbers_are_found_by_their_value(self, path: Path) -> None:
        store = await opened(path, index=index_of(lambda document: [(document["x"], None)], 1001))
        for name, number in {"a": 1, "b": 1.0, "c": 2**70, "d": 2**70 + 1, "e": -0.0}.items():
            await store.put(DATABASE, {"_id": name, "x": number})
        assert [row[0] for row in await self.rows(store, key=1)] == ["a", "b"]
        assert [row[0] for row in await self.rows(store, key=2**70)] == ["c"]
        assert [row[0] for row in await self.rows(store, key=0)] == ["e"]
        assert [row[0] for row in await self.rows(store)] == ["e", "a", "b", "c", "d"]
        await store.close()
