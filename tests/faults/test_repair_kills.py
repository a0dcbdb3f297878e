"""A repair dies at any of its writes: the next one finishes what it began."""

import signal
import subprocess
import sys

from faxbox_service.documents.names import FAXES

from .checks.checking import claim_id, disagreements
from .clients.ground import NOBODY, make_ground, open_repositories
from .system.fault_points import BEFORE, Trigger
from .system.service import ROOT

BOXES = 4
MOST_WRITES = 40


async def harmed(store_url: str) -> None:
    """Boxes of an account with a fault of every kind in `faxes`."""
    ground = await make_ground(store_url, 1)
    async with open_repositories(store_url) as repositories:
        store = repositories.store
        for tenant in ground.tenants:
            account = await repositories.accounts.find(tenant.account_id)
            run = tenant.account_id[:8]
            boxes = [
                await repositories.faxboxes.create(
                    account,
                    {"name": "box", "custom_smtp_email_address": f"{n}.{run}.example.com"},
                    NOBODY,
                )
                for n in range(BOXES)
            ]
            copies = [await store.get(FAXES, box["_id"]) for box in boxes]
            claim = await store.get(FAXES, claim_id(f"3.{run}.example.com"))
            await store.delete(FAXES, copies[0]["_id"], copies[0]["_rev"])
            await store.put(FAXES, {**copies[1], "name": "stale"})
            await store.put(FAXES, {**_unrevised(copies[2]), "_id": run * 4})
            await store.delete(FAXES, claim["_id"], claim["_rev"])
            stale = f"stale.{run}.example.com"
            await store.put(FAXES, {**_unrevised(claim), "_id": claim_id(stale), "address": stale})


def _unrevised(document):
    """A document to be put elsewhere, as if no request were under way."""
    left_out = ("_rev", "reserved_until", "reserved_by")
    return {name: value for name, value in document.items() if name not in left_out}


def repair(store_url: str, trigger: Trigger) -> "subprocess.CompletedProcess[str]":
    """Run the command; it dies where the trigger says."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "tests.faults.system.served", str(trigger.path)),
            *("repair", "--store", store_url, "--json"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_a_repair_that_died_is_finished_by_the_next(place, tmp_path):
    trigger = Trigger(tmp_path / "trigger")
    await harmed(place.url)
    assert len(disagreements(place.read())) >= 5
    for deaths in range(MOST_WRITES):
        # The first repair dies at its first write, the second at its second.
        trigger.arm(BEFORE, deaths + 1)
        result = repair(place.url, trigger)
        if not trigger.disarm():
            break
        assert result.returncode == -signal.SIGKILL
    assert deaths > 0
    assert (result.returncode, result.stderr) == (0, "")
    assert disagreements(place.read()) == []
    before = place.read()
    assert repair(place.url, trigger).returncode == 0
    assert place.read() == before, "a repair changed what was right"
