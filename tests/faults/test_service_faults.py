"""Workers die under load, or a stranger writes beside them: nothing acknowledged is lost."""

import pytest

from .conftest import SECONDS
from .faults import COUCHDB, EMBEDDED, FAULTS
from .runs import run_fault

OF_THE_SERVICE = [fault for fault in FAULTS if fault.kinds == (EMBEDDED, COUCHDB)]


@pytest.mark.parametrize("fault", OF_THE_SERVICE, ids=lambda fault: fault.name)
async def test_nothing_is_lost(scene, fault):
    result = await run_fault(fault, scene, SECONDS)
    assert result.losses == ()
    assert result.checked > 0
    assert result.injected > 0 or "none" in fault.name
