"""An account that cannot be looked at holds up no others, unless it is the store that is away."""

import asyncio

import pytest

from faxbox_service.container import reconciler_of
from faxbox_service.documents.names import account_database
from faxbox_service.repositories.reconcile.failures import AccountFailures
from faxbox_service.settings.settings import Settings
from faxbox_service.stores.errors import StoreUnavailable
from tests.couchdb_server import own_couchdb_url  # noqa: F401
from tests.http.claims import make_box
from tests.http.faxboxes.test_reconciliation import entry, eventually, remove_entry


@pytest.fixture
def environment():
    return {
        "FAXBOX_RECONCILE_INTERVAL": "0.1",
        "FAXBOX_SWEEP_INTERVAL": "1",
        "FAXBOX_ADDRESS_RESERVATION": "1",
    }


@pytest.mark.parametrize("method", ["changes", "documents"])
async def test_others_are_mended(
    service, tenant, other, store_url, environment, monkeypatch, method
):
    """Whether it fails when its changes are followed or when all of it is looked at."""
    store = service.repositories.store
    broken, sound = sorted([tenant, other], key=lambda one: one.account.id)
    boxes = [await make_box(one) for one in (broken, sound)]
    for box in boxes:
        await remove_entry(service, box["id"])
    read = getattr(store, method)

    async def failing(database, *arguments, **options):
        if database == account_database(broken.account.id):
            raise StoreUnavailable("this one is broken")
        return await read(database, *arguments, **options)

    monkeypatch.setattr(store, method, failing)
    settings = Settings.load({"FAXBOX_STORE": store_url, **environment})
    reconciler = reconciler_of(settings, service.repositories)
    reconciler.start()
    try:

        async def is_mended():
            return await entry(service, boxes[1]["id"]) is not None

        await eventually(is_mended, 60)
        monkeypatch.undo()
        # Once a full scan is due, a change wakes the reconciler, which otherwise waits for one.
        await asyncio.sleep(1)
        await make_box(sound)

        async def both_are_mended():
            return await entry(service, boxes[0]["id"]) is not None

        await eventually(both_are_mended, 90)
    finally:
        await reconciler.stop()


class TestAccountFailures:
    def test_one_is_left_for_later(self):
        failures = AccountFailures()
        error = StoreUnavailable("broken")
        failures.note("a", error)
        failures.note_success()
        failures.note("b", error)
        with pytest.raises(StoreUnavailable):
            failures.raise_any()

    def test_several_in_a_row_are_the_store(self):
        failures = AccountFailures()
        for account_id in "ab":
            failures.note(account_id, StoreUnavailable("broken"))
        with pytest.raises(StoreUnavailable):
            failures.note("c", StoreUnavailable("broken"))

    def test_none_is_nothing(self):
        AccountFailures().raise_any()
