"""What only the embedded store promises: its file, its commits, its revisions, its collation."""

import asyncio
import json
import signal
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cmp_to_key
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.sqlite.connection import connect_writer
from faxbox_service.stores.sqlite.edit import content_digest, next_revision
from faxbox_service.stores.sqlite.schema import SCHEMA_VERSION
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.sqlite.view_index import ViewIndex
from faxbox_service.stores.sqlite.writer import Writer
from faxbox_service.stores.values import View, ViewRange
from faxbox_service.stores.views.collation import HIGHEST, LOWEST, encode_key
from faxbox_service.stores.views.map_functions import MapFunction

DATABASE = "faxes"
ADDRESSES = View("faxbox", "email_address")

PRELUDE = """
import asyncio, sys
from pathlib import Path
from faxbox_service.stores.errors import RevisionConflict, StoreUnavailable
from faxbox_service.stores.sqlite.store import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
"""

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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "faxbox.sqlite"


def run_script(script: str, *arguments: object) -> str:
    """Run a script of this file in another process, and return what it printed."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return run(command, stdout=PIPE, text=True, check=True).stdout


def overwrite_all_but_the_first_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


async def create(path: Path) -> None:
    """Leave a store with an empty database."""
    await (await opened(path)).close()


async def opened(
    path: Path, *, busy_timeout: float = 5.0, index: ViewIndex | None = None
) -> SqliteStore:
    store = SqliteStore(path, busy_timeout=busy_timeout, index=index)
    await store.open()
    await store.create_database(DATABASE)
    return store


def index_of(map_function: MapFunction, version: int) -> ViewIndex:
    """Every database has one view, `design/view`."""
    return ViewIndex(lambda _: {View("design", "view"): map_function}, version)


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


class TestDocuments:
    @pytest.mark.parametrize(
        "attachments",
        [
            [1],
            {"x": 1},
            {"x": {}},
            {"x": {"data": 1}},
            {"x": {"data": "?"}},
            {"x": {"data": "eA"}},
            {"x": {"follows": True, "length": 1}},
            {"_x": {"data": "eA=="}},
        ],
    )
    async def test_broken_attachments_are_refused(self, path: Path, attachments: Json) -> None:
        store = await opened(path)
        with pytest.raises(DocumentRefused):
            await store.put(DATABASE, {"_id": "a", "_attachments": attachments})
        await store.close()

    async def test_lone_surrogates_name_nothing(self, path: Path) -> None:
        store = await opened(path)
        with pytest.raises(DocumentNotFound):
            await store.get(DATABASE, "\ud800")
        for document in ({"_id": "\ud800"}, {"_id": "a", "x": "\ud800"}):
            with pytest.raises(DocumentRefused):
                await store.put(DATABASE, document)
        assert await store.view(DATABASE, ADDRESSES, ViewRange(start_key="\ud800")) == []
        await store.close()

    async def test_every_write_takes_the_next_sequence_number(self, path: Path) -> None:
        store = await opened(path)
        await store.create_database("accounts")
        first = await store.put(DATABASE, {"_id": "a"})
        await store.put(DATABASE, {"_id": "b"})
        await store.put("accounts", {"_id": "a"})
        await store.delete(DATABASE, "a", first)
        await store.close()

        with sqlite3.connect(path) as connection:
            rows = connection.execute("SELECT id, sequence FROM documents ORDER BY database, id")
            assert rows.fetchall() == [("a", 3), ("b", 2), ("a", 1)]
        connection.close()


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


numbers = (
    st.integers()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-9, 9).map(float)
)
texts = st.text(max_size=4) | st.text("ab\x00\x01\xff\uffff\U00010000", max_size=4)
keys = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def rank(key: Json) -> int:
    """The rank of a key's type in CouchDB's collation."""
    if key is None or isinstance(key, bool):
        return {None: 0, False: 1, True: 2}[key]
    types: list[type | tuple[type, ...]] = [(int, float), str, list, dict]
    return 3 + next(n for n, kind in enumerate(types) if isinstance(key, kind))


def compare(a: Json, b: Json) -> int:
    """The order of two keys as the collation's description says it, word by word."""
    if rank(a) != rank(b) or rank(a) < 3:
        return rank(a) - rank(b)
    if isinstance(a, list):
        pairs = [compare(x, y) for x, y in zip(a, b, strict=False)]
        return next((order for order in pairs if order), len(a) - len(b))
    if isinstance(a, dict):
        members = [[part for item in key.items() for part in item] for key in (a, b)]
        return compare(*members)
    if isinstance(a, str):
        a, b = [ord(c) for c in a], [ord(c) for c in b]
    else:
        a, b = Fraction(a), Fraction(b)
    return int(a > b) - int(a < b)


class TestCollation:
    @given(keys, keys)
    def test_bytes_order_as_keys_do(self, a: Json, b: Json) -> None:
        first, second = encode_key(a), encode_key(b)
        assert int(first > second) - int(first < second) == (
            int(compare(a, b) > 0) - int(compare(a, b) < 0)
        )

    @given(numbers, numbers)
    def test_numbers_order_by_value(self, a: float, b: float) -> None:
        assert (encode_key([a]) < encode_key([b])) == (Fraction(a) < Fraction(b))
        assert (encode_key(a) == encode_key(b)) == (Fraction(a) == Fraction(b))

    @given(st.lists(st.tuples(keys, keys).map(list), max_size=6))
    def test_sorting_by_bytes_sorts_the_keys(self, several: list[Json]) -> None:
        by_bytes = [encode_key(key) for key in sorted(several, key=encode_key)]
        by_rule = [encode_key(key) for key in sorted(several, key=cmp_to_key(compare))]
        assert by_bytes == by_rule

    @given(keys)
    def test_every_key_lies_between_the_bounds(self, key: Json) -> None:
        assert LOWEST < encode_key(key) < HIGHEST

    def test_what_is_not_json_has_no_key(self) -> None:
        with pytest.raises(TypeError):
            encode_key(object())
        assert encode_key(float("nan")) == encode_key(None)


fields = st.dictionaries(st.text("abcé", min_size=1, max_size=3), keys, max_size=4)


class TestRevisions:
    @given(fields, st.booleans())
    def test_the_same_edit_gives_the_same_revision(self, document: Document, deleted: bool) -> None:
        backwards = dict(reversed(document.items()))
        revisions = {
            next_revision("4-x", content_digest(given), deleted=deleted, attachments={})
            for given in (document, backwards)
        }
        assert len(revisions) == 1
        assert revisions.pop().startswith("5-")

    @given(fields, fields)
    def test_other_content_gives_another_revision(self, a: Document, b: Document) -> None:
        same = json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
        assert (content_digest(a) == content_digest(b)) == same

    def test_everything_about_an_edit_counts(self) -> None:
        content = content_digest({})
        revisions = {
            next_revision(None, content, deleted=False, attachments={}),
            next_revision(None, content, deleted=True, attachments={}),
            next_revision(None, content, deleted=False, attachments={"a": "md5-x"}),
            next_revision(None, content, deleted=False, attachments={"b": "md5-x"}),
            next_revision(None, content_digest({"a": 1}), deleted=False, attachments={}),
            next_revision("1-0", content, deleted=False, attachments={}),
            next_revision("1-1", content, deleted=False, attachments={}),
        }
        assert len(revisions) == 7

    async def test_two_stores_agree(self, tmp_path: Path) -> None:
        async def revisions(store: SqliteStore) -> list[str]:
            attachment = {"x": {"content_type": "text/plain", "data": "eA=="}}
            first = await store.put(DATABASE, {"_id": "a", "x": 1, "y": [2**70]})
            second = await store.put(DATABASE, {"_id": "a", "_rev": first, "y": 1})
            edit = {"_id": "a", "_rev": second, "_attachments": attachment}
            third = await store.put(DATABASE, edit)
            fourth = await store.delete(DATABASE, "a", third)
            return [first, second, third, fourth, await store.put(DATABASE, {"_id": "a"})]

        stores = [await opened(tmp_path / name) for name in ("one", "two")]
        one, two = [await revisions(store) for store in stores]
        assert one == two
        assert [revision.partition("-")[0] for revision in one] == list("12345")
        for store in stores:
            await store.close()


class TestChanges:
    async def test_a_file_that_was_put_back_begins_anew(self, path: Path) -> None:
        store = await opened(path)
        await store.put(DATABASE, {"_id": "a"})
        last = (await store.changes(DATABASE, None)).last_sequence
        number, _, sequence = last.partition("-")
        later = f"{number}-{int(sequence) + 1}"
        found = await store.changes(DATABASE, later)
        assert [change.id for change in found.changes] == ["a"]
        assert found.last_sequence == last
        await store.close()

    @pytest.mark.parametrize("since", ["", "1", "1-x", "1-\u00b2", "-1-1", "1-" + "9" * 30])
    async def test_what_is_not_a_sequence_is_refused(self, path: Path, since: str) -> None:
        store = await opened(path)
        with pytest.raises(ValueError):
            await store.changes(DATABASE, since)
        await store.close()

    async def test_waiting_ends_with_another_processs_change(self, path: Path) -> None:
        store = await opened(path)
        since = (await store.changes(DATABASE, None)).last_sequence
        waiting = asyncio.ensure_future(store.changes(DATABASE, since, wait=20))
        await asyncio.to_thread(run_script, ENDS_WITHOUT_CLOSING, path)
        found = await asyncio.wait_for(waiting, 5)
        assert found.changes[0].id == "a"
        await store.close()
