"""Writes that share a commit, and what of them is durable."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    RevisionConflict,
)
from faxbox_service.stores.sqlite.connection import connect_writer
from faxbox_service.stores.sqlite.writer import Writer
from tests.stores.sqlite.opening import DATABASE, create, opened


def adding(name: str) -> Callable[[sqlite3.Connection], None]:
    """A write that adds a database; two of one name break the table's constraint."""

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO databases (name) VALUES (?)", (name,))

    return write


class TestGroupCommit:
    async def test_each_write_is_judged_by_itself(self, path: Path) -> None:
        store = await opened(path)
        stub_of_nothing = {"x": {"stub": True}}
        outcomes = await asyncio.gather(
            store.put(DATABASE, {"_id": "a"}),
            store.put(DATABASE, {"_id": "a"}),
            store.put(DATABASE, {"_id": "b", "_attachments": stub_of_nothing}),
            store.delete(DATABASE, "none", "1-0"),
            store.put(DATABASE, {"_id": "c"}),
            return_exceptions=True,
        )
        kinds = [type(outcome) for outcome in outcomes]
        assert kinds == [str, RevisionConflict, DocumentRefused, DocumentNotFound, str]
        assert (await store.get(DATABASE, "a"))["_rev"] == outcomes[0]
        assert (await store.get(DATABASE, "c"))["_rev"] == outcomes[4]
        await store.close()

    async def test_waiting_writes_share_one_commit(self, path: Path) -> None:
        await create(path)
        statements: list[str] = []
        connection = connect_writer(path, 1)
        connection.set_trace_callback(statements.append)
        writer = Writer(connection, path, 1)

        names = [str(n) for n in range(50)]
        await asyncio.gather(*(writer.submit(adding(name)) for name in names))
        assert statements.count("COMMIT") == 1
        await writer.stop()

    async def test_a_write_that_fails_half_done_leaves_nothing(self, path: Path) -> None:
        store = await opened(path)
        writer = Writer(connect_writer(path, 1), path, 1)

        def fail_half_done(connection: sqlite3.Connection) -> None:
            adding("half")(connection)
            raise RuntimeError("in the middle")

        outcomes = await asyncio.gather(
            writer.submit(adding("one")),
            writer.submit(fail_half_done),
            writer.submit(adding("one")),
            writer.submit(adding("two")),
            return_exceptions=True,
        )
        kinds = [type(outcome) for outcome in outcomes]
        assert kinds == [type(None), RuntimeError, sqlite3.IntegrityError, type(None)]
        created = [await store.create_database(name) for name in ("half", "one", "two")]
        assert created == [True, False, False]
        await writer.stop()
        await store.close()

    async def test_more_writes_than_one_commit_takes(self, path: Path) -> None:
        store = await opened(path)
        ids = [str(n) for n in range(1200)]
        revisions = await asyncio.gather(*(store.put(DATABASE, {"_id": i}) for i in ids))
        found = [(await store.get(DATABASE, i))["_rev"] for i in ids]
        assert found == revisions
        await store.close()
