"""The disk is full, or the file read-only: nothing acknowledged is lost, and all recovers."""

import pytest

from .conftest import SECONDS
from .faults import EMBEDDED, FAULTS, FILE_SYSTEM_FULL, Scene
from .runs import run_fault
from .system.places import CannotMount, EmbeddedPlace, small_file_system

OF_THE_FILE = [fault for fault in FAULTS if fault.kinds == (EMBEDDED,)]


@pytest.mark.parametrize("fault", OF_THE_FILE, ids=lambda fault: fault.name)
async def test_nothing_is_lost(tmp_path, start, fault):
    place = EmbeddedPlace(tmp_path)
    scene = Scene(place, start(place, obeys_modes=fault.obeys_modes))
    result = await run_fault(fault, scene, SECONDS)
    assert result.losses == ()
    assert result.injected > 0 and result.checked > 0
    assert result.history.statuses[503] + result.unknown > 0, "nobody felt it"


async def test_nothing_is_lost_when_the_file_system_is_full(tmp_path, start):
    try:
        with small_file_system(tmp_path):
            place = EmbeddedPlace(tmp_path)
            scene = Scene(place, start(place))
            result = await run_fault(FILE_SYSTEM_FULL, scene, SECONDS)
            scene.service.stop()
    except CannotMount:
        pytest.skip("this process may not mount a file system")
    assert result.losses == ()
    assert result.injected > 0 and result.checked > 0
    assert result.history.statuses[503] + result.unknown > 0, "nobody felt it"


def test_a_service_that_may_not_write_the_file_says_so(tmp_path, start):
    place = EmbeddedPlace(tmp_path)
    place.path.touch(mode=0o400)
    with pytest.raises(RuntimeError, match=f"faxbox: sqlite store {place.path}: .*ermission"):
        start(place, obeys_modes=True)
