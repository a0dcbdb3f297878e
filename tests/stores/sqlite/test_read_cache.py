"""What the embedded store answers from memory is what a new connection would read."""

import asyncio
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import Document
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.sqlite.read_cache import ReadCache
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import View, ViewRange

DATABASE = account_database("a" * 32)
LISTING = View("faxbox", "crossbar_listing")
PAGE = ViewRange(limit=50, include_docs=True)
IDS = ("a", "b", "c")

steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "delete", "recreate", "reopen", "read"]),
        st.sampled_from(IDS),
        st.booleans(),
    ),
    min_size=5,
    max_size=30,
)


async def open_two(path: Path, **sizes: int) -> list[SqliteStore]:
    stores = [SqliteStore(path, cache=ReadCache(**sizes)) for _ in range(2)]
    for store in stores:
        await store.open()
    await stores[0].create_database(DATABASE)
    return stores


async def agree(stores: list[SqliteStore], model: dict[str, Document]) -> None:
    for store in stores:
        for document_id in IDS:
            try:
                found = await store.get(DATABASE, document_id)
            except DocumentNotFound:
                found = None
            assert found == model.get(document_id)
        assert await store.get_many(DATABASE, IDS) == model
        rows = await store.view(DATABASE, LISTING, PAGE)
        assert {row.id: row.document for row in rows} == model


async def follow(path: Path, taken: list[tuple[str, str, bool]], most_bytes: int) -> None:
    """Both stores write, and both must show at once what either has written."""
    stores = await open_two(path, range_bytes=most_bytes, document_bytes=most_bytes)
    model: dict[str, Document] = {}
    for turn, (step, document_id, which) in enumerate(taken):
        store = stores[which]
        if step == "put":
            document = {"_id": document_id, "pvt_type": "faxbox", "turn": turn}
            if document_id in model:
                document["_rev"] = model[document_id]["_rev"]
            document["_rev"] = await store.put(DATABASE, document)
            model[document_id] = document
        elif step == "delete" and document_id in model:
            await store.delete(DATABASE, document_id, model.pop(document_id)["_rev"])
        elif step == "recreate":
            await store.delete_database(DATABASE)
            with pytest.raises(MissingDatabase):
                await stores[not which].get(DATABASE, document_id)
            await store.create_database(DATABASE)
            model = {}
        elif step == "reopen":
            await store.close()
            await stores[not which].put(DATABASE, {"_id": f"other {turn}"})
            await store.open()
        await agree(stores, model)
    for store in stores:
        await store.close()


@pytest.mark.parametrize("most_bytes", [16_000_000, 80_000, 8_000])
@settings(max_examples=25, deadline=None)
@given(taken=steps)
def test_two_processes_see_what_either_wrote(most_bytes, taken) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(follow(Path(folder) / "faxbox.db", taken, most_bytes))


async def test_a_caller_may_change_what_it_read(tmp_path) -> None:
    stores = await open_two(tmp_path / "faxbox.db")
    await stores[0].put(DATABASE, {"_id": "a", "nested": {"list": [1]}})
    first = await stores[0].get(DATABASE, "a")
    first["nested"]["list"].append(2)
    assert (await stores[0].get(DATABASE, "a"))["nested"] == {"list": [1]}
    for store in stores:
        await store.close()


async def test_what_is_looked_for_in_vain_leaves_next_to_nothing(tmp_path) -> None:
    stores = await open_two(tmp_path / "faxbox.db")
    view = View("users", "list_by_username")
    tracemalloc.start()
    for number in range(300):
        name = f"{number}" + "x" * 100_000
        assert not await stores[0].view(DATABASE, view, ViewRange(key=name, limit=1))
        with pytest.raises(DocumentNotFound):
            await stores[0].get(DATABASE, name)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000
    for store in stores:
        await store.close()


async def test_many_short_names_looked_for_in_vain_are_bounded_too(tmp_path) -> None:
    stores = await open_two(tmp_path / "faxbox.db", range_bytes=100_000)
    tracemalloc.start()
    for number in range(2000):
        await stores[0].view(DATABASE, LISTING, ViewRange(key=f"{number}".zfill(250), limit=1))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 400_000
    for store in stores:
        await store.close()
