"""Documents with several leaves, from replication: gone for good when deleted, told otherwise."""

import logging

import pytest

from faxbox_service.container import reconciler_of
from faxbox_service.documents.model.address_claim import claim_id
from faxbox_service.documents.names import ACCOUNTS, FAXES, SYSTEM_SCHEMAS, account_database
from faxbox_service.operations.repair import repair
from faxbox_service.repositories.inconsistency import Inconsistency
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.settings.settings import Settings
from tests.couchdb_server import own_couchdb_url  # noqa: F401
from tests.http.claims import make_box, new_address
from tests.http.conftest import child_of
from tests.http.faxboxes.test_reconciliation import eventually
from tests.http.users import log_in, make, users_of
from tests.rivals import add_leaf, ask, live_leaves

FOR_GOOD = "?should_soft_delete=false"


@pytest.fixture
def store_url(couchdb_url) -> str:
    if couchdb_url is None:
        pytest.skip("no CouchDB-protocol server")
    return couchdb_url


@pytest.fixture
def environment():
    return {"FAXBOX_RECONCILE_INTERVAL": "0.1", "FAXBOX_ACCOUNT_CACHE": "0"}


async def fork(service, database, document_id, generation=1, **fields):
    """Give a document a leaf beside the one there is."""
    store = service.repositories.store
    document = await store.get(database, document_id)
    return await add_leaf(store, database, {**document, **fields}, generation)


@pytest.fixture
async def box(tenant):
    return await make_box(tenant, custom_smtp_email_address=new_address())


def documents_of(tenant, box):
    """The places of a box: its document, its copy and the claims of its addresses."""
    return [
        (account_database(tenant.account.id), box["id"]),
        (FAXES, box["id"]),
        (FAXES, claim_id(box["smtp_email_address"])),
        (FAXES, claim_id(box["custom_smtp_email_address"])),
    ]


async def all_leaves(service, places):
    store = service.repositories.store
    return [leaf for place in places for leaf in await live_leaves(store, *place)]


class TestDeletionForGood:
    @pytest.mark.parametrize("generation", [1, 9], ids=["it loses", "it wins"])
    async def test_a_box(self, service, tenant, box, generation):
        places = documents_of(tenant, box)
        for place in places:
            await fork(service, *place, generation=generation)
        path = f"{tenant.faxboxes}/{box['id']}"
        answer = await tenant.client.delete(path + FOR_GOOD)
        assert answer.status == 200
        assert (await tenant.client.get(path)).status == 404
        assert await all_leaves(service, places) == []
        again = await make_box(tenant, custom_smtp_email_address=box["custom_smtp_email_address"])
        assert again["id"] != box["id"]

    async def test_a_box_that_was_read_at_the_revision_that_counts(self, service, tenant, box):
        database = account_database(tenant.account.id)
        winner = await fork(service, database, box["id"], generation=9)
        path = f"{tenant.faxboxes}/{box['id']}"
        first = (await service.repositories.store.get(database, box["id"]))["_conflicts"][0]
        stale = await tenant.client.delete(path + FOR_GOOD, headers={"If-Match": f'"{first}"'})
        assert stale.status == 412
        assert len(await all_leaves(service, [(database, box["id"])])) == 2
        matching = await tenant.client.delete(path + FOR_GOOD, headers={"If-Match": f'"{winner}"'})
        assert matching.status == 200
        assert await all_leaves(service, [(database, box["id"])]) == []

    async def test_a_user(self, service, tenant):
        user = (await make(tenant)).data
        place = (account_database(tenant.account.id), user["id"])
        await fork(service, *place)
        assert (await log_in(service, tenant, "alice", "Secret1234")).status == 201
        answer = await tenant.client.delete(f"{users_of(tenant)}/{user['id']}{FOR_GOOD}")
        assert answer.status == 200
        assert await all_leaves(service, [place]) == []
        assert (await log_in(service, tenant, "alice", "Secret1234")).status == 401

    async def test_token_restrictions(self, service, root, tenant):
        path = f"{tenant.path}/token_restrictions"
        restrictions = {"restrictions": {"_": {"_": {"faxboxes": [{"rules": {"/": ["_"]}}]}}}}
        assert (await root.client.post(path, restrictions)).status in (200, 201)
        place = (account_database(tenant.account.id), "token_restrictions")
        await fork(service, *place)
        assert (await root.client.delete(path)).status == 200
        assert await all_leaves(service, [place]) == []

    async def test_an_account(self, service, root):
        tenant = await child_of(service, root)
        box = await make_box(tenant, custom_smtp_email_address=new_address())
        places = [(ACCOUNTS, tenant.account.id), *documents_of(tenant, box)[1:]]
        for place in places:
            await fork(service, *place)
        answer = await root.client.delete(f"/v2/accounts/{tenant.account.id}{FOR_GOOD}")
        assert answer.status == 200
        assert await all_leaves(service, places) == []

    async def test_addresses_that_are_given_up(self, service, tenant, box):
        address = box["custom_smtp_email_address"]
        await fork(service, FAXES, claim_id(address))
        answer = await tenant.client.patch(
            f"{tenant.faxboxes}/{box['id']}", {"custom_smtp_email_address": new_address()}
        )
        assert answer.status == 200
        assert await all_leaves(service, [(FAXES, claim_id(address))]) == []


async def revive_loser(service, database, document_id):
    """Delete the winner alone, as a script or a node that knows of one leaf does."""
    winner = await service.repositories.store.get(database, document_id)
    tombstone = {"_id": document_id, "_rev": winner["_rev"], "_deleted": True}
    await ask(service.repositories.store, "POST", database, "/_bulk_docs", {"docs": [tombstone]})


class TestSoftDeletion:
    async def test_a_box_does_not_come_back_when_the_winner_goes(self, service, tenant, box):
        database = account_database(tenant.account.id)
        await fork(service, database, box["id"], name="the other")
        path = f"{tenant.faxboxes}/{box['id']}"
        assert (await tenant.client.delete(path)).status == 200
        assert {leaf["name"] for leaf in await all_leaves(service, [(database, box["id"])])} == {
            "Front desk",
            "the other",
        }
        await revive_loser(service, database, box["id"])
        assert (await tenant.client.get(path)).status == 404

    async def test_a_user_does_not_come_back(self, service, tenant):
        user = (await make(tenant)).data
        database = account_database(tenant.account.id)
        await fork(service, database, user["id"])
        assert (await tenant.client.delete(f"{users_of(tenant)}/{user['id']}")).status == 200
        await revive_loser(service, database, user["id"])
        assert (await log_in(service, tenant, "alice", "Secret1234")).status == 401


class TestConflictsAreTold:
    async def test_by_repair(self, service, tenant, box):
        user = (await make(tenant)).data
        database = account_database(tenant.account.id)
        places = [*documents_of(tenant, box), (database, user["id"]), (ACCOUNTS, tenant.account.id)]
        for place in places:
            await fork(service, *place)
        summary = await repair(service.repositories)
        told = {one["document_id"]: one for one in summary.facts()["documents"]}
        mine = {(told[id]["database"], id) for _, id in places}
        # A box and its copy have one id.
        assert mine == {*places} - {(database, box["id"])} or mine == {*places} - {
            (FAXES, box["id"])
        }
        assert summary.faults[Inconsistency.CONFLICT] >= len(places)
        winner = await service.repositories.store.get(database, user["id"])
        assert told[user["id"]]["reason"].startswith(f"leaves {winner['_rev']}, ")

    async def test_in_what_all_accounts_share(self, service, tenant):
        store, document_id = service.repositories.store, f"schema-{new_id()}"
        revision = await store.put(SYSTEM_SCHEMAS, {"_id": document_id, "type": "object"})
        await fork(service, SYSTEM_SCHEMAS, document_id)
        summary = await repair(service.repositories)
        told = [(one["database"], one["document_id"]) for one in summary.facts()["documents"]]
        assert (SYSTEM_SCHEMAS, document_id) in told
        winner = await store.get(SYSTEM_SCHEMAS, document_id)
        await store.delete(SYSTEM_SCHEMAS, document_id, winner["_rev"])
        assert revision in (winner["_rev"], *winner["_conflicts"])

    async def test_by_repair_of_one_account(self, service, tenant, other, box):
        elsewhere = await make_box(other)
        await fork(service, account_database(tenant.account.id), box["id"])
        await fork(service, account_database(other.account.id), elsewhere["id"])
        summary = await repair(service.repositories, tenant.account.id)
        assert [one["document_id"] for one in summary.facts()["documents"]] == [box["id"]]
        assert summary.faults == {Inconsistency.CONFLICT: 1}

    async def test_a_conflict_in_a_copy_is_no_stale_copy(self, service, tenant, box):
        await fork(service, FAXES, box["id"])
        await repair(service.repositories, tenant.account.id)
        summary = await repair(service.repositories, tenant.account.id)
        assert summary.faults == {Inconsistency.CONFLICT: 1}

    async def test_by_the_reconciler(self, service, tenant, box, store_url, environment, caplog):
        settings = Settings.load({"FAXBOX_STORE": store_url, **environment})
        reconciler = reconciler_of(settings, service.repositories)
        caplog.set_level(logging.ERROR)
        reconciler.start()
        try:
            await fork(service, account_database(tenant.account.id), box["id"])

            async def is_counted():
                return reconciler.findings[Inconsistency.CONFLICT] > 0

            await eventually(is_counted, 40)
        finally:
            await reconciler.stop()
        assert f"{box['id']!r} in {account_database(tenant.account.id)}" in caplog.text
