"""What deaths leave behind is mended by the service itself, with nobody's help."""

import asyncio

from .checks.checking import disagreements, losses
from .clients.ground import make_ground
from .clients.load import Load, Pace
from .clients.requests import Client
from .conftest import SECONDS
from .faults import Scene, kills_at_any_time, kills_at_writes

SETTINGS = {
    "FAXBOX_ADDRESS_RESERVATION": "2",
    "FAXBOX_RECONCILE_INTERVAL": "0.1",
    # Nothing but a look at everything finds a claim whose box was never written.
    "FAXBOX_SWEEP_INTERVAL": "2",
}
LOOKS = 200
PAUSE = 0.2


async def test_the_reconciler_mends_what_deaths_left(place, start):
    scene = Scene(place, start(place, environment=SETTINGS))
    ground = await make_ground(place.url)
    load = Load(scene.service.base_url, ground.tenants, Pace(), seed=7)
    await load.prepare()
    running = asyncio.ensure_future(load.run())
    deaths = await kills_at_writes(scene, load, SECONDS)
    deaths += await kills_at_any_time(scene, load, SECONDS / 2)
    load.stop()
    await running
    assert deaths > 0
    faults = await faults_left(scene, load)
    assert faults == []
    assert losses(place.read(), load.ledger) == []


async def faults_left(scene: Scene, load: Load) -> list[str]:
    """What does not agree, as soon as that is nothing; a client goes on using the service."""
    client = Client(scene.service.base_url, load.history)
    tenant, box_id = load.shared[0]
    for look in range(LOOKS):
        await client.request(tenant, "PATCH", f"{tenant.faxboxes}/{box_id}", {"look": look})
        await asyncio.sleep(PAUSE)
        faults = disagreements(scene.place.read())
        if not faults:
            break
    await client.close()
    return faults
