"""What a crash, a failure or Kazoo leaves in `faxes` is mended, once and in the background."""

import asyncio
import time

import pytest

from faxbox_service.container import reconciler_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model.address_claim import CLAIM_PREFIX, claim_id, new_claim
from faxbox_service.documents.model.faxbox import replica_of
from faxbox_service.documents.names import ACCOUNTS, FAXES, account_database
from faxbox_service.operations.repair import repair
from faxbox_service.repositories.inconsistency import Inconsistency
from faxbox_service.repositories.primitives.clock import new_id, system_clock
from faxbox_service.settings.settings import Settings
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, StoreUnavailable
from tests.couchdb_server import own_couchdb_url  # noqa: F401
from tests.http.claims import (
    claim_of,
    holder_of,
    make_box,
    new_address,
    write_as_kazoo,
)


async def entry(service, document_id):
    """A document of `faxes`, or None."""
    try:
        return await service.repositories.store.get(FAXES, document_id)
    except DocumentNotFound:
        return None


async def change_entry(service, document_id, **fields):
    """Write to `faxes` behind the service's back."""
    present = await entry(service, document_id)
    await service.repositories.store.put(FAXES, {**present, **fields})


async def remove_entry(service, document_id):
    present = await entry(service, document_id)
    await service.repositories.store.delete(FAXES, document_id, present["_rev"])


async def lose_copy(service, tenant, box):
    await remove_entry(service, box["id"])


async def age_copy(service, tenant, box):
    await change_entry(service, box["id"], name="older", custom_smtp_email_address="gone.example")


async def damage_copy(service, tenant, box):
    await change_entry(service, box["id"], pvt_account_db="faxes")


async def lose_claim(service, tenant, box):
    await remove_entry(service, claim_id(box["smtp_email_address"]))


async def hide_box(service, tenant, box):
    store, database = service.repositories.store, account_database(tenant.account.id)
    stored = await store.get(database, box["id"])
    await store.put(database, {**stored, "pvt_deleted": True})


async def lose_box(service, tenant, box):
    store, database = service.repositories.store, account_database(tenant.account.id)
    stored = await store.get(database, box["id"])
    await store.delete(database, box["id"], stored["_rev"])


async def keep_stale_claim(service, tenant, box):
    now = gregorian_seconds(system_clock())
    claim = new_claim(new_address(), box["id"], tenant.account.id, now)
    await service.repositories.store.put(FAXES, claim)


async def keep_claim_of_nobody(service, tenant, box):
    now = gregorian_seconds(system_clock())
    claim = new_claim(new_address(), new_id(), tenant.account.id, now - 60, 30)
    await service.repositories.store.put(FAXES, claim)


async def keep_claim_of_another(service, tenant, box):
    """The box's claim is in the hands of a box that never came."""
    claim = claim_id(box["smtp_email_address"])
    await change_entry(service, claim, faxbox_id=new_id())


DAMAGES = {
    lose_copy: {Inconsistency.REPLICA_MISSING: 1},
    age_copy: {Inconsistency.REPLICA_STALE: 1},
    damage_copy: {Inconsistency.REPLICA_STALE: 1},
    lose_claim: {Inconsistency.CLAIM_MISSING: 1},
    hide_box: {Inconsistency.REPLICA_STALE: 1, Inconsistency.CLAIM_STALE: 2},
    lose_box: {Inconsistency.REPLICA_ORPHANED: 1, Inconsistency.CLAIM_STALE: 2},
    keep_stale_claim: {Inconsistency.CLAIM_STALE: 1},
    keep_claim_of_nobody: {Inconsistency.CLAIM_STALE: 1},
    keep_claim_of_another: {Inconsistency.CLAIM_MISSING: 1},
}


@pytest.fixture
async def box(tenant):
    return await make_box(tenant, custom_smtp_email_address=new_address())


@pytest.fixture
def environment():
    return {"FAXBOX_ADDRESS_RESERVATION": "1", "FAXBOX_RECONCILE_INTERVAL": "0.1"}


async def end_reservations(service, tenant):
    """Let the claims of an account be as they are when their reservations have ended."""
    store = service.repositories.store
    for found in await store.documents(FAXES, limit=9999):
        if found.get("pvt_account_id") == tenant.account.id and "reserved_until" in found:
            await store.put(FAXES, {**found, "reserved_until": 0})


async def require_agreement(service, tenant):
    """Everything in `faxes` that belongs to the account is as its boxes want it."""
    store, expected = service.repositories.store, {}
    for document in await store.documents(account_database(tenant.account.id), limit=999):
        if document.get("pvt_type") != "faxbox":
            continue
        copy = await entry(service, document["_id"])
        assert copy == replica_of(document, tenant.account.id, copy)
        expected[document["_id"]] = True
        if not document.get("pvt_deleted"):
            for name in ("pvt_smtp_email_address", "custom_smtp_email_address"):
                if name in document:
                    address = document[name].lower()
                    assert await holder_of(service, address) == document["_id"]
                    expected[claim_id(address)] = True
    mine = [
        found["_id"]
        for found in await store.documents(FAXES, limit=9999)
        if found.get("pvt_account_id") == tenant.account.id
    ]
    assert sorted(mine) == sorted(expected)


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
async def test_repair_mends(service, tenant, box, damage):
    bystander = await make_box(tenant)
    await end_reservations(service, tenant)
    await damage(service, tenant, box)
    dry = await repair(service.repositories, tenant.account.id, dry_run=True)
    assert dry.faults == DAMAGES[damage]
    summary = await repair(service.repositories, tenant.account.id)
    assert (summary.accounts, summary.faults, summary.for_people) == (1, DAMAGES[damage], [])
    await require_agreement(service, tenant)
    assert await holder_of(service, bystander["smtp_email_address"]) == bystander["id"]
    assert (await repair(service.repositories, tenant.account.id)).faults == {}


async def test_what_is_right_is_left_alone(service, tenant, box):
    path = f"{tenant.faxboxes}/{box['id']}"
    await tenant.client.patch(path, {"custom_smtp_email_address": new_address()})
    await tenant.client.delete(f"{tenant.faxboxes}/{(await make_box(tenant))['id']}")
    before = await service.repositories.store.documents(FAXES, limit=9999)
    assert (await repair(service.repositories, tenant.account.id)).faults == {}
    assert await service.repositories.store.documents(FAXES, limit=9999) == before


async def test_boxes_of_kazoo_get_claims(service, tenant):
    address = new_address()
    box = await write_as_kazoo(service, tenant, custom_smtp_email_address=address.upper())
    summary = await repair(service.repositories, tenant.account.id)
    assert summary.faults == {Inconsistency.REPLICA_STALE: 1, Inconsistency.CLAIM_MISSING: 2}
    assert await holder_of(service, address) == box["_id"]
    assert (await service.stored(tenant.account.id, box["_id"]))[
        "custom_smtp_email_address"
    ] == address.upper()
    await require_agreement(service, tenant)


async def test_what_only_kazoos_cloud_printing_writes_stays(service, tenant, box):
    await change_entry(service, box["id"], pvt_cloud_state="registered")
    assert (await repair(service.repositories, tenant.account.id)).faults == {}
    path = f"{tenant.faxboxes}/{box['id']}"
    assert (await tenant.client.patch(path, {"name": "x"})).status == 200
    assert (await entry(service, box["id"]))["pvt_cloud_state"] == "registered"


async def test_an_address_of_two_boxes_is_told_and_left_to_people(
    service,
    tenant,
    other,
    box,
):
    address = box["custom_smtp_email_address"]
    rival = await write_as_kazoo(service, other, custom_smtp_email_address=address)
    summary = await repair(service.repositories, other.account.id)
    [doubled] = summary.facts()["doubled"]
    assert doubled == {
        "address": address,
        "account_id": other.account.id,
        "faxbox_id": rival["_id"],
        "other_account_id": tenant.account.id,
        "other_faxbox_id": box["id"],
    }
    assert await holder_of(service, address) == box["id"]


async def test_a_box_that_lies_in_two_accounts_is_told(service, tenant, other, box):
    stored = await service.stored(tenant.account.id, box["id"])
    stored.pop("_rev")
    await service.repositories.store.put(account_database(other.account.id), stored)
    copy = await entry(service, box["id"])
    summary = await repair(service.repositories, other.account.id)
    assert summary.faults[Inconsistency.FAXBOX_DUPLICATE] == 1
    assert await entry(service, box["id"]) == copy


async def test_what_is_reserved_is_left_alone(service, tenant):
    now = gregorian_seconds(system_clock())
    claim = new_claim(new_address(), new_id(), tenant.account.id, now, 60)
    await service.repositories.store.put(FAXES, claim)
    assert (await repair(service.repositories, tenant.account.id)).faults == {}
    assert await claim_of(service, claim["address"]) is not None


async def test_entries_of_an_account_that_is_gone_are_removed(service, tenant):
    gone, now = new_id(), gregorian_seconds(system_clock())
    address = new_address()
    orphan = {
        "_id": new_id(),
        "pvt_type": "faxbox",
        "pvt_account_id": gone,
        "pvt_smtp_email_address": address,
    }
    store = service.repositories.store
    await repair(service.repositories)
    await store.put(FAXES, orphan)
    await store.put(FAXES, new_claim(address, orphan["_id"], gone, now))
    await store.put(FAXES, new_claim(new_address(), new_id(), gone, now))
    fax = await store.put(FAXES, {"_id": new_id(), "pvt_type": "fax", "pvt_account_id": gone})
    summary = await repair(service.repositories)
    assert summary.faults[Inconsistency.REPLICA_ORPHANED] == 1
    assert summary.faults[Inconsistency.CLAIM_STALE] == 2
    left = [d for d in await store.documents(FAXES, limit=9999) if d.get("pvt_account_id") == gone]
    assert [document["_rev"] for document in left] == [fax]


async def test_a_hidden_account_hides_its_boxes(service, root, other):
    answer = await root.client.put(root.path, {"name": f"doomed {new_id()}"})
    account_id = answer.data["id"]
    address = new_address()
    created = await root.client.put(
        f"/v2/accounts/{account_id}/faxboxes", {"name": "x", "custom_smtp_email_address": address}
    )
    await service.repositories.accounts.change_private(
        account_id, lambda document: {**document, "pvt_deleted": True}
    )
    await repair(service.repositories, account_id)
    assert (await entry(service, created.data["id"]))["pvt_deleted"] is True
    assert await claim_of(service, address) is None
    await service.repositories.store.delete_database(account_database(account_id))


async def test_copies_of_accounts_are_mended(service, tenant):
    store = service.repositories.store
    copy = await store.get(ACCOUNTS, tenant.account.id)
    await store.put(ACCOUNTS, {**copy, "name": "older"})
    assert (await repair(service.repositories, tenant.account.id)).faults == {
        Inconsistency.ACCOUNT_REPLICA_STALE: 1
    }
    mended = await store.get(ACCOUNTS, tenant.account.id)
    assert mended["name"] == copy["name"]


@pytest.fixture
async def reconcilers(service, elsewhere, store_url, environment):
    """One for each of two workers, to be started."""
    settings = Settings.load({"FAXBOX_STORE": store_url, **environment})
    found = [reconciler_of(settings, worker.repositories) for worker in (service, elsewhere)]
    yield found
    for reconciler in found:
        await reconciler.stop()


async def eventually(condition, seconds=20.0):
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.05)


async def active(reconcilers):
    async def one_is():
        return sum(reconciler.is_active for reconciler in reconcilers) == 1

    await eventually(one_is)
    [found] = [reconciler for reconciler in reconcilers if reconciler.is_active]
    return found


@pytest.mark.parametrize("damage", [hide_box, lose_box], ids=["box is hidden", "box is deleted"])
async def test_the_reconciler_follows_changes_of_accounts(
    service,
    tenant,
    box,
    reconcilers,
    damage,
):
    reconcilers[0].start()
    worker = await active(reconcilers)
    await end_reservations(service, tenant)
    await damage(service, tenant, box)

    async def claims_are_free():
        return await claim_of(service, box["custom_smtp_email_address"]) is None

    await eventually(claims_are_free, 40)

    async def is_up_to_date():
        return worker.lag == 0

    # It counts what it mended after the store has answered: the claims are gone a moment before.
    await eventually(is_up_to_date)
    await require_agreement(service, tenant)
    assert worker.findings[Inconsistency.CLAIM_STALE] == 2


async def test_one_reconciler_is_active_and_another_takes_over(reconcilers):
    for reconciler in reconcilers:
        reconciler.start()
    first = await active(reconcilers)
    await asyncio.sleep(1)
    assert [reconciler.is_active for reconciler in reconcilers].count(True) == 1
    await first.stop()
    second = await active(reconcilers)
    assert second is not first


async def test_another_takes_over_from_one_that_was_killed(reconcilers):
    reconcilers[0].start()
    first = await active(reconcilers)
    # As if its process had gone: it renews nothing and gives nothing back.
    for task in (first._task, first._lease._task):
        task.cancel()
    reconcilers[1].start()

    async def is_taken_over():
        return reconcilers[1].is_active

    await eventually(is_taken_over)
    assert reconcilers[1]._lease.was_abandoned or reconcilers[1].lag >= 0
    first._lease.is_held = False


async def test_the_reconciler_survives_a_store_that_is_away(
    service,
    tenant,
    box,
    reconcilers,
    monkeypatch,
):
    async def fail(*arguments, **options):
        raise StoreUnavailable("away")

    reconcilers[0].start()
    worker = await active(reconcilers)
    store = service.repositories.store
    for method in ("get_local", "put_local", "database_updates"):
        monkeypatch.setattr(store, method, fail)

    async def is_lost():
        return not worker.is_active

    await eventually(is_lost)
    monkeypatch.undo()
    assert await active(reconcilers) is worker


async def test_a_store_without_a_record_of_updates_is_looked_through(
    service,
    tenant,
    box,
    reconcilers,
    monkeypatch,
):
    async def no_record(*arguments, **options):
        raise MissingDatabase("_db_updates")

    monkeypatch.setattr(service.repositories.store, "database_updates", no_record)
    await end_reservations(service, tenant)
    await lose_box(service, tenant, box)
    reconcilers[0].start()

    async def claims_are_free():
        return await claim_of(service, box["custom_smtp_email_address"]) is None

    await eventually(claims_are_free, 40)
    assert await entry(service, box["id"]) is None


def test_claims_share_a_prefix():
    assert claim_id("x").startswith(CLAIM_PREFIX)
    assert claim_id("x" * 500).startswith(CLAIM_PREFIX)


async def entries_of(service, account_id):
    found = await service.repositories.store.documents(FAXES, limit=9999)
    return [entry["_id"] for entry in found if entry.get("pvt_account_id") == account_id]


async def has_swept(service, reconciler):
    checkpoint = await service.repositories.store.get_local(FAXES, "faxbox_reconciler") or {}
    return "swept" in checkpoint and reconciler.lag == 0


@pytest.mark.pouchdb_fault("tells of no database that was deleted")
async def test_an_account_whose_database_is_deleted_leaves_nothing(service, root, reconcilers):
    answer = await root.client.put(root.path, {"name": f"doomed {new_id()}"})
    account_id = answer.data["id"]
    await root.client.put(f"/v2/accounts/{account_id}/faxboxes", {"name": "x"})
    reconcilers[0].start()
    worker = await active(reconcilers)
    await eventually(lambda: has_swept(service, worker), 60)
    await service.repositories.store.delete_database(account_database(account_id))

    async def nothing_is_left():
        return await entries_of(service, account_id) == []

    try:
        await eventually(nothing_is_left, 8)
    finally:
        await repair(service.repositories, account_id)


async def test_what_may_be_on_its_way_by_replication_is_left_alone(service, tenant, reconcilers):
    """The shared databases have arrived, and the account's has not yet."""
    coming = new_id()
    store, now = service.repositories.store, gregorian_seconds(system_clock())
    copy = {"_id": new_id(), "pvt_type": "faxbox", "pvt_account_id": coming}
    account = {"_id": coming, "pvt_type": "account", "name": "coming", "pvt_account_id": coming}
    await store.put(FAXES, copy)
    await store.put(FAXES, new_claim(new_address(), copy["_id"], coming, now))
    await store.put(ACCOUNTS, account)
    await store.put_local(FAXES, "faxbox_reconciler", {})
    reconcilers[0].start()
    worker = await active(reconcilers)
    await eventually(lambda: has_swept(service, worker), 60)
    assert len(await entries_of(service, coming)) == 2
    assert (await store.get(ACCOUNTS, coming))["name"] == "coming"
    await repair(service.repositories, coming)
    assert await entries_of(service, coming) == []
