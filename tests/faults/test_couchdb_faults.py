"""CouchDB goes away, errs, cuts answers short: nothing acknowledged is lost, and all recovers."""

import pytest

from .conftest import SECONDS
from .faults import COUCHDB, FAULTS, Scene
from .runs import run_fault

pytestmark = pytest.mark.parametrize("place", ["couchdb"], indirect=True)

OF_COUCHDB = [fault for fault in FAULTS if fault.kinds == (COUCHDB,)]


@pytest.mark.parametrize(
    "fault",
    [fault for fault in OF_COUCHDB if not fault.environment],
    ids=lambda fault: fault.name,
)
async def test_nothing_is_lost(scene, fault):
    result = await run_fault(fault, scene, SECONDS)
    assert result.losses == ()
    assert result.injected > 0 and result.checked > 0


@pytest.mark.parametrize(
    "fault", [fault for fault in OF_COUCHDB if fault.environment], ids=lambda fault: fault.name
)
async def test_nothing_is_lost_with_settings_of_its_own(place, start, fault):
    scene = Scene(place, start(place, environment=fault.environment))
    result = await run_fault(fault, scene, SECONDS)
    assert result.losses == ()
    assert result.injected > 0 and result.checked > 0
