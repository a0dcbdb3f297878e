"""A collection that adds nothing of its own, over the embedded store."""

import asyncio

import pytest

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.schema import InvalidDocument, Schema
from faxbox_service.repositories.collection import DocumentCollection, DocumentKind
from faxbox_service.repositories.errors import BadIdentifier, PreconditionNotMet
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition
from faxbox_service.repositories.primitives.view_page import RowsWanted
from faxbox_service.stores.base import View
from faxbox_service.stores.sqlite.store import SqliteStore

ACCOUNT = Account.of({"_id": "ab" * 16, "pvt_tree": []})
AUTHOR = Author("request", "cd" * 16)
SCHEMA = Schema(
    "notes",
    {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "colour": {"type": "string", "default": "white"},
        },
    },
)
NOW = 1_700_000_000


@pytest.fixture
async def store(tmp_path):
    store = SqliteStore(tmp_path / "faxbox.sqlite")
    await store.open()
    await store.create_database(account_database(ACCOUNT.id))
    yield store
    await store.close()


@pytest.fixture
def collection(store):
    kind = DocumentKind("faxbox", View("faxbox", "crossbar_listing"))
    return DocumentCollection(kind, store, lambda: SCHEMA, lambda: NOW)


@pytest.fixture
async def note(collection):
    return await collection.create(ACCOUNT, {"name": "First"}, AUTHOR)


async def listed(collection):
    found = await collection.listing(ACCOUNT.id, RowsWanted(10))
    return [row.id for row in found.rows]


async def test_a_new_document_has_defaults_private_fields_and_no_client_given_ones(collection):
    given = {"name": "First", "id": "mine", "_id": "mine", "pvt_type": "account"}
    created = await collection.create(ACCOUNT, given, AUTHOR)
    assert created["colour"] == "white"
    assert created["pvt_type"] == "faxbox"
    assert created["pvt_account_id"] == ACCOUNT.id
    assert created["pvt_auth_account_id"] == AUTHOR.account_id
    assert "id" not in created
    assert created == await collection.fetch(ACCOUNT.id, created["_id"])
    assert await listed(collection) == [created["_id"]]


async def test_patches_of_different_fields_both_survive(collection, note):
    await asyncio.gather(
        *(
            collection.patch(ACCOUNT.id, note["_id"], {f"x{n}": n}, AUTHOR, NO_PRECONDITION)
            for n in range(5)
        )
    )
    patched = await collection.fetch(ACCOUNT.id, note["_id"])
    assert {f"x{n}": patched[f"x{n}"] for n in range(5)} == {f"x{n}": n for n in range(5)}


async def test_a_replacement_keeps_only_private_fields(collection, note):
    change = (ACCOUNT.id, note["_id"], {"name": "Second"}, AUTHOR, NO_PRECONDITION)
    replaced = await collection.replace(*change)
    assert replaced["name"] == "Second"
    assert replaced["pvt_created"] == note["pvt_created"]


async def test_a_patch_reports_what_was_invalid_before(collection, store, note):
    database = account_database(ACCOUNT.id)
    await store.put(database, {**note, "colour": 5})
    change = (ACCOUNT.id, note["_id"], {"name": "Second"}, AUTHOR, NO_PRECONDITION)
    assert (await collection.patch(*change)).invalid == ("colour",)


@pytest.mark.parametrize("change", ["replace", "patch"])
async def test_invalid_data_changes_nothing(collection, note, change):
    with pytest.raises(InvalidDocument):
        await getattr(collection, change)(
            ACCOUNT.id, note["_id"], {"name": ""}, AUTHOR, NO_PRECONDITION
        )
    assert await collection.fetch(ACCOUNT.id, note["_id"]) == note


async def test_a_precondition_is_checked_before_data(collection, note):
    precondition = Precondition(match=frozenset({"1-another"}))
    with pytest.raises(PreconditionNotMet):
        await collection.patch(ACCOUNT.id, note["_id"], {"name": ""}, AUTHOR, precondition)


async def test_a_soft_deleted_document_is_hidden_until_it_is_restored(collection, note):
    await collection.soft_delete(ACCOUNT.id, note["_id"], AUTHOR, NO_PRECONDITION)
    with pytest.raises(BadIdentifier):
        await collection.fetch(ACCOUNT.id, note["_id"])
    assert await listed(collection) == []
    restored = await collection.restore(ACCOUNT.id, note["_id"], AUTHOR, NO_PRECONDITION)
    assert restored["name"] == "First"
    revisions = await collection.history(ACCOUNT.id, note["_id"])
    assert [revision.get("pvt_deleted") for revision in revisions] == [None, True, None]
    assert await collection.fetch_revision(ACCOUNT.id, note["_id"], note["_rev"]) == note


async def test_what_is_deleted_for_good_cannot_be_restored(collection, note):
    await collection.delete(ACCOUNT.id, note["_id"], NO_PRECONDITION)
    with pytest.raises(BadIdentifier):
        await collection.restore(ACCOUNT.id, note["_id"], AUTHOR, NO_PRECONDITION)


async def test_documents_of_another_type_are_not_found(collection, store):
    await store.put(account_database(ACCOUNT.id), {"_id": "other", "pvt_type": "user"})
    for document_id in ("other", "missing", "", "_design/users"):
        with pytest.raises(BadIdentifier):
            await collection.fetch(ACCOUNT.id, document_id)


async def test_previews_store_nothing(collection, note):
    await collection.preview_creation(ACCOUNT.id, {"name": "Second"})
    preview = await collection.preview_patch(ACCOUNT.id, note, {"name": "Second"})
    assert preview.document["name"] == "Second"
    preview = await collection.preview_replacement(ACCOUNT.id, note, {"name": "Third"})
    assert preview["name"] == "Third"
    with pytest.raises(InvalidDocument):
        await collection.preview_creation(ACCOUNT.id, {})
    assert await collection.fetch(ACCOUNT.id, note["_id"]) == note
    assert await listed(collection) == [note["_id"]]


async def test_an_account_without_a_database_has_no_documents(collection):
    absent = Account.of({"_id": "ef" * 16, "pvt_tree": []})
    with pytest.raises(BadIdentifier):
        await collection.create(absent, {"name": "First"}, AUTHOR)
    with pytest.raises(BadIdentifier):
        await collection.listing(absent.id, RowsWanted(10))
