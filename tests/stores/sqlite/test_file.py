"""The file of the embedded store: its mode, its versions, and what goes wrong with it."""

import asyncio
import signal
import sqlite3
import stat
import sys
import tempfile
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from faxbox_service.stores.errors import (
    DocumentNotFound,
    StoreUnavailable,
)
from faxbox_service.stores.sqlite.connection import connect_writer
from faxbox_service.stores.sqlite.schema import SCHEMA_VERSION
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.values import View, ViewRange
from tests.stores.sqlite.opening import DATABASE, PRELUDE, create, opened, run_script

ADDRESSES = View("faxbox", "email_address")

WRITES_UNTIL_KILLED = (
    PRELUDE
    + """
async def write(task):
    n = 0
    while True:
        revision = await store.put("faxes", {"_id": f"{task}-{n}", "text": "x" * 1000})
        print(f"{task}-{n} {revision}", flush=True)
        n += 1

async def main():
    await store.open()
    await store.create_database("faxes")
    await asyncio.gather(*map(write, range(8)))

asyncio.run(main())
"""
)

COUNTS_TO_A_HUNDRED = (
    PRELUDE
    + """
async def main():
    await store.open()
    await store.create_database("faxes")
    for n in range(100):
        await store.put("faxes", {"_id": f"{sys.argv[2]}-{n}"})
        while True:
            document = await store.get("faxes", "counter")
            document["count"] += 1
            try:
                await store.put("faxes", document)
                break
            except RevisionConflict:
                pass
    await store.close()

asyncio.run(main())
"""
)

OPENS_AND_WRITES = (
    PRELUDE
    + """
{hindrance}

async def main():
    try:
        await store.open()
        for n in range(1000):
            await store.put("faxes", {{"_id": f"new-{{n}}", "text": "x" * 1000}})
    except StoreUnavailable as error:
        print("unavailable:", error)
    await store.close()

asyncio.run(main())
"""
)

NO_FILE_GROWS = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (200_000, 200_000))"


# The superuser may write everywhere; other users may not be able to load modules from here.
NOT_THE_SUPERUSER = """
import concurrent.futures.thread, os
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
"""

ENDS_WITHOUT_CLOSING = (
    PRELUDE
    + """
async def main():
    await store.open()
    await store.create_database("faxes")
    print(await store.put("faxes", {"_id": "a"}))
    asyncio.ensure_future(store.put("faxes", {"_id": "b"}))
    await asyncio.sleep(0)

asyncio.run(main())
"""
)


def overwrite_all_but_the_first_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


class TestFile:
    async def test_only_the_owner_may_read_it(self, path: Path) -> None:
        store = await opened(path)
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == [path.name + end for end in ("", "-shm", "-wal")]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        await store.close()

    async def test_closing_leaves_one_file(self, path: Path) -> None:
        store = await opened(path)
        await store.put(DATABASE, {"_id": "a"})
        await store.close()
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    async def test_documents_outlive_the_store(self, path: Path) -> None:
        store = await opened(path)
        box = {"_id": "a", "pvt_type": "faxbox", "pvt_smtp_email_address": "a@x"}
        revision = await store.put(DATABASE, box)
        await store.close()

        store = await opened(path)
        assert (await store.get(DATABASE, "a"))["_rev"] == revision
        assert len(await store.view(DATABASE, ADDRESSES, ViewRange())) == 1
        await store.close()

    async def test_a_closed_store_can_be_opened_again(self, path: Path) -> None:
        store = await opened(path)
        await store.close()
        await store.open()
        await store.put(DATABASE, {"_id": "a"})
        await store.close()

    def test_a_killed_process_loses_nothing_acknowledged(self, path: Path) -> None:
        acknowledged = []
        command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(path)]
        with Popen(command, stdout=PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.endswith("\n"):  # the last one may have been cut off
                    acknowledged.append(line.split())
                if len(acknowledged) == 500:
                    process.send_signal(signal.SIGKILL)

        async def check() -> None:
            store = await opened(path)
            for document_id, revision in acknowledged:
                assert (await store.get(DATABASE, document_id))["_rev"] == revision
            await store.put(DATABASE, {"_id": "after"})
            await store.close()

        assert len(acknowledged) >= 500
        asyncio.run(check())

    def test_a_process_that_never_closes_the_store_still_ends(self, path: Path) -> None:
        revision = run_script(ENDS_WITHOUT_CLOSING, path).strip()

        async def check() -> None:
            store = await opened(path)
            assert (await store.get(DATABASE, "a"))["_rev"] == revision
            await store.close()

        asyncio.run(check())

    async def test_a_commit_waits_for_the_disk(self, path: Path) -> None:
        store = await opened(path)
        connection = connect_writer(path, 1)
        # SQLite: FULL (2) syncs the log after each transaction, NORMAL (1) does not.
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
        await store.close()

    async def test_processes_share_a_file(self, path: Path) -> None:
        store = await opened(path)
        await store.put(DATABASE, {"_id": "counter", "count": 0})
        counting = (asyncio.to_thread(run_script, COUNTS_TO_A_HUNDRED, path, n) for n in "ab")
        await asyncio.gather(*counting)
        counter = await store.get(DATABASE, "counter")
        assert counter["count"] == 200
        assert counter["_rev"].startswith("201-")
        for name in "ab":
            await store.get(DATABASE, f"{name}-99")
        await store.close()

    async def test_processes_may_create_the_file_together(self, path: Path) -> None:
        stores = [SqliteStore(path) for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        created = await asyncio.gather(*(store.create_database(DATABASE) for store in stores))
        assert sorted(created) == [False, False, False, True]
        for store in stores:
            await store.close()


class TestTrouble:
    async def test_writes_wait_for_another_process_and_then_give_up(self, path: Path) -> None:
        store = await opened(path, busy_timeout=0.1)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.put(DATABASE, {"_id": "a"})
        with pytest.raises(DocumentNotFound):
            await store.get(DATABASE, "a")

        waiting = asyncio.ensure_future(store.put(DATABASE, {"_id": "a"}))
        await asyncio.sleep(0.02)
        other.execute("ROLLBACK")
        assert await waiting == (await store.get(DATABASE, "a"))["_rev"]
        other.close()
        await store.close()

    async def test_a_file_of_a_later_version_is_refused(self, path: Path) -> None:
        await create(path)
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.close()
        with pytest.raises(StoreUnavailable, match=f"schema version {SCHEMA_VERSION + 1}"):
            await SqliteStore(path).open()

    async def test_a_file_that_is_no_database_is_refused(self) -> None:
        with pytest.raises(StoreUnavailable, match="not a database"):
            await SqliteStore(Path(__file__)).open()

    def test_a_file_system_without_a_write_ahead_log_is_refused(self) -> None:
        with pytest.raises(StoreUnavailable, match="no write-ahead log"):
            connect_writer(Path(":memory:"), 1)

    async def test_a_path_that_cannot_be_created_is_refused(self, path: Path) -> None:
        path.parent.write_text("a file, not a directory")
        with pytest.raises(StoreUnavailable, match=r"faxbox\.sqlite"):
            await SqliteStore(path).open()
        with pytest.raises(StoreUnavailable):
            await SqliteStore(path.parent.parent).open()

    def test_a_read_only_file_is_refused(self) -> None:
        # Not in tmp_path, which another user cannot enter.
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "faxbox.sqlite"
            asyncio.run(create(path))
            path.chmod(0o444)
            Path(name).chmod(0o555)
            output = run_script(OPENS_AND_WRITES.format(hindrance=NOT_THE_SUPERUSER), path)
            Path(name).chmod(0o700)
        assert "unavailable:" in output
        assert "Permission denied" in output

    async def test_a_full_disk_makes_it_unavailable(self, path: Path) -> None:
        store = await opened(path)
        await store.put(DATABASE, {"_id": "before"})
        script = OPENS_AND_WRITES.format(hindrance=NO_FILE_GROWS)
        assert "unavailable:" in run_script(script, path)
        await store.get(DATABASE, "new-0")
        await store.put(DATABASE, {"_id": "after"})
        await store.close()

    async def test_a_damaged_file_makes_it_unavailable(self, path: Path) -> None:
        store = await opened(path)
        for n in range(200):
            await store.put(DATABASE, {"_id": str(n), "text": "x" * 1000})
        await store.close()
        overwrite_all_but_the_first_page(path)

        with pytest.raises(StoreUnavailable):
            await store.open()
            await store.get(DATABASE, "1")
        await store.close()
