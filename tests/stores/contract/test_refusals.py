"""Documents that a store will never have: each by itself, and none the others' worse."""

import secrets
from pathlib import Path

import pytest

from faxbox_service.documents.json.text import decode_json
from faxbox_service.documents.names import account_database
from faxbox_service.documents.storage_limits import DEEPEST_NESTING, stored_size
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.couchdb.store import CouchStore
from faxbox_service.stores.errors import DocumentNotFound, DocumentRefused, Refusal
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.url import ServerUrl
from tests.rivals import put_validation

LARGEST = 8_000_000
OVERHEAD = len('{"text":""}')


def nested(levels: int) -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value]
    return value


UNSTORABLE: dict[str, tuple[Document, Refusal, str]] = {
    "too large": ({"text": "x" * (LARGEST - OVERHEAD + 1)}, Refusal.TOO_LARGE, ""),
    "an integer of too many digits": ({"a": {"b": [0, 10**309]}}, Refusal.INVALID, "a.b.1"),
    "more digits than Python prints": ({"a": -(10**5000)}, Refusal.INVALID, "a"),
    "too deep": ({"a": nested(DEEPEST_NESTING)}, Refusal.INVALID, ""),
    "deeper than can be encoded": ({"a": nested(5000)}, Refusal.INVALID, ""),
    "a lone surrogate": ({"a": "\ud800"}, Refusal.INVALID, ""),
}


class TestWhatNoStoreTakes:
    @pytest.mark.parametrize("name", UNSTORABLE)
    async def test_it_is_refused_without_asking(
        self, store: Store, database: str, name: str
    ) -> None:
        fields, why, path = UNSTORABLE[name]
        document = {"_id": "a", **fields}
        before = store.round_trips
        for write in (store.require_storable, store.put):
            with pytest.raises(DocumentRefused) as refused:
                await write(database, document)
            assert refused.value.why is why
            assert refused.value.errors is not None
            assert list(refused.value.errors) == [path]
            assert (refused.value.database, refused.value.document_id) == (database, "a")
        assert store.round_trips == before

    async def test_of_many_the_others_are_written(self, store: Store, database: str) -> None:
        bad = [{"_id": f"bad{n}", **UNSTORABLE[name][0]} for n, name in enumerate(UNSTORABLE)]
        outcomes = await store.put_many(database, [{"_id": "a"}, *bad, {"_id": "z"}])
        kinds = [type(outcome) for outcome in outcomes]
        assert kinds == [str, *[DocumentRefused] * len(bad), str]
        assert set(await store.get_many(database, ["a", "bad0", "z"])) == {"a", "z"}

    @pytest.mark.parametrize(
        "fields",
        [
            {"text": "x" * (LARGEST - OVERHEAD)},
            {"text": "\x01" * (LARGEST - OVERHEAD)},
            {"a": nested(DEEPEST_NESTING - 2)},
            pytest.param(
                {"a": [10**308, -(10**308)]},
                marks=pytest.mark.pouchdb_fault("knows no integers beyond 53 bits"),
            ),
        ],
        ids=["as long as may be", "escapes are not counted", "as deep as may be", "large numbers"],
    )
    async def test_what_is_just_within_is_taken(
        self, store: Store, database: str, fields: Document
    ) -> None:
        await store.put(database, {"_id": "a", **fields})
        found = await store.get(database, "a")
        assert {name: found[name] for name in fields} == fields

    async def test_ids_must_fit_into_urls(self, store: Store, database: str) -> None:
        with pytest.raises(DocumentRefused):
            await store.put(database, {"_id": "é" * 3000})
        with pytest.raises(DocumentNotFound):
            await store.get(database, "é" * 3000)

    async def test_what_is_read_is_written_as_it_is(self, store: Store, database: str) -> None:
        attachments = {"fax": {"content_type": "text/plain", "data": "eA=="}}
        await store.put(database, {"_id": "a", "_attachments": attachments})
        read = await store.get(database, "a")
        changed = await store.put(database, {**read, "n": 1, "_conflicts": ["1-x"]})
        assert await store.get(database, "a") == {**read, "_rev": changed, "n": 1}

    async def test_a_stub_of_nothing_is_refused(self, store: Store, database: str) -> None:
        stub = {"stub": True, "content_type": "a/b", "length": 1, "revpos": 1}
        stub["digest"] = "md5-rL0Y20zC+Fzt72VPzMSk2A=="
        others = [{"_id": f"b{n}"} for n in range(9)]
        refused, *written = await store.put_many(
            database, [{"_id": "a", "_attachments": {"fax": stub}}, *others]
        )
        assert isinstance(refused, DocumentRefused)
        assert (refused.why, refused.document_id) == (Refusal.INVALID, "a")
        assert all(isinstance(outcome, str) for outcome in written)


@pytest.fixture
async def limited(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "limited.sqlite", largest_document=20_000)
    await store.open()
    await store.create_database("faxes")
    return store


async def test_the_limit_is_a_setting(limited: SqliteStore) -> None:
    await limited.put("faxes", {"_id": "a", "text": "x" * (20_000 - OVERHEAD)})
    with pytest.raises(DocumentRefused) as refused:
        await limited.put("faxes", {"_id": "b", "text": "x" * (20_000 - OVERHEAD + 1)})
    fault = (refused.value.errors or {})[""]["maxSize"]
    assert (fault["target"], fault["value"]) == (20_000, 20_001)
    await limited.close()


async def test_couchdb_itself_has_the_same_limit(couchdb_url: str | None, is_pouchdb: bool) -> None:
    if couchdb_url is None or is_pouchdb:
        pytest.skip("only CouchDB counts as CouchDB does")
    values = [*range(-99, 999, 7), 10**17 - 1, 0.5, -1e-7, 1e22, "é\n", True, None, {}, []]
    padding = LARGEST - stored_size({"values": values, "text": ""})
    store = CouchStore(ServerUrl.parse(couchdb_url), largest_document=2 * LARGEST)
    await store.open()
    database = account_database(secrets.token_hex(16))
    await store.create_database(database)
    await store.put(database, {"_id": "a", "values": values, "text": "x" * padding})
    with pytest.raises(DocumentRefused) as refused:
        await store.put(database, {"_id": "b", "values": values, "text": "x" * (padding + 1)})
    assert refused.value.why is Refusal.TOO_LARGE
    await store.delete_database(database)
    await store.close()


class TestOperatorsFunctions:
    FUNCTION = """function(document, old) {
        if (document.reason) throw({forbidden: document.reason});
        if (document.login) throw({unauthorized: document.login});
        if (document._deleted && old && old.kept) throw({forbidden: "it is kept"});
        if (document.broken) document.not.there;
        if (document.odd) throw(document.odd);
    }"""

    @pytest.fixture(autouse=True)
    async def _judged(self, store: Store, database: str, is_pouchdb: bool) -> None:
        if is_pouchdb or isinstance(store, SqliteStore):
            pytest.skip("only CouchDB runs functions of operators")
        await put_validation(store, database, self.FUNCTION)

    @pytest.mark.parametrize("fields", [{"reason": "not today"}, {"login": "not today"}])
    async def test_a_document_is_forbidden(
        self, store: Store, database: str, fields: Document
    ) -> None:
        with pytest.raises(DocumentRefused) as refused:
            await store.put(database, {"_id": "a", **fields})
        assert (refused.value.why, refused.value.reason) == (Refusal.FORBIDDEN, "not today")
        [outcome] = await store.put_many(database, [{"_id": "a", **fields}])
        assert isinstance(outcome, DocumentRefused)
        assert (outcome.why, outcome.reason) == (Refusal.FORBIDDEN, "not today")

    @pytest.mark.parametrize("fields", [{"odd": "no"}, {"odd": {"other": "no"}}, {"broken": 1}])
    async def test_what_it_throws_otherwise_is_no_outage(
        self, store: Store, database: str, fields: Document
    ) -> None:
        with pytest.raises(DocumentRefused) as refused:
            await store.put(database, {"_id": "a", **fields})
        [outcome] = await store.put_many(database, [{"_id": "a", **fields}])
        assert isinstance(outcome, DocumentRefused)
        assert refused.value.why is outcome.why is Refusal.FORBIDDEN

    async def test_a_deletion_is_forbidden(self, store: Store, database: str) -> None:
        revision = await store.put(database, {"_id": "a", "kept": True})
        with pytest.raises(DocumentRefused, match="it is kept"):
            await store.delete(database, "a", revision)
        assert (await store.get(database, "a"))["_rev"] == revision

    async def test_others_are_written(self, store: Store, database: str) -> None:
        documents = [{"_id": "a"}, {"_id": "b", "reason": {"no": [1]}}, {"_id": "c", "broken": 1}]
        first, forbidden, broken = await store.put_many(database, documents)
        assert isinstance(first, str)
        assert isinstance(forbidden, DocumentRefused)
        assert decode_json(forbidden.reason) == {"no": [1]}
        assert isinstance(broken, DocumentRefused)
