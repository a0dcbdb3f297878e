"""Runs of a fault: load, the fault, recovery, one repair, and the check of what is stored."""

import asyncio
import random
from dataclasses import dataclass

from .checks.checking import disagreements, held_addresses, losses
from .clients.ground import Tenant, make_ground, repair_once
from .clients.ledger import Ledger
from .clients.load import Load, Pace
from .clients.requests import Answer, Client, History, Outcome
from .faults import Fault, Scene

_RECOVERY_SECONDS = 30.0
_TRIES = 10
_CREATED = 201
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    fault: str
    requests: int
    injected: int
    checked: int
    """Acknowledged writes whose effect was looked for."""
    refused: int
    """Requests answered with 4xx or 5xx."""
    unknown: int
    """Requests without an answer."""
    losses: tuple[str, ...]
    """Everything that does not hold."""
    history: History


async def run_fault(fault: Fault, scene: Scene, seconds: float, pace: Pace | None = None) -> Result:
    """Put accounts of their own under load, let the fault happen, and check what is left."""
    ground = await make_ground(scene.place.url)
    seed = random.randrange(2**32)
    load = Load(scene.service.base_url, ground.tenants, pace or Pace(), seed)
    await load.prepare()
    running = asyncio.ensure_future(load.run())
    try:
        injected = await fault.inject(scene, load, seconds)
        found = await _recovered(load, running)
    finally:
        load.stop()
        await running
    await repair_once(scene.place.url)
    found += checked(scene, load.history, load.ledger)
    found += await _free_addresses_that_cannot_be_taken(scene, load)
    outcomes = load.history.outcomes
    return Result(
        fault=fault.name,
        requests=load.history.requests,
        injected=injected,
        checked=load.ledger.acknowledged,
        refused=outcomes[Outcome.REFUSED] + outcomes[Outcome.UNAVAILABLE],
        unknown=outcomes[Outcome.UNKNOWN],
        losses=tuple(found),
        history=load.history,
    )


def checked(scene: Scene, history: History, ledger: Ledger) -> list[str]:
    """Everything that does not hold now."""
    stored = scene.place.read()
    return [*history.faults, *losses(stored, ledger), *disagreements(stored)]


async def _recovered(load: Load, running: "asyncio.Future[None]") -> list[str]:
    """Wait until every client is served again, under load."""
    served = asyncio.ensure_future(load.until_served())
    await asyncio.wait(
        (served, running), timeout=_RECOVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    if served.done():
        return []
    served.cancel()
    return [f"clients are not served {_RECOVERY_SECONDS:g} s after the fault"]


async def _free_addresses_that_cannot_be_taken(scene: Scene, load: Load) -> list[str]:
    """Try each address of the pool that no live box holds: a stale claim must not keep it."""
    held = held_addresses(scene.place.read())
    tenant = load.shared[0][0]
    client = Client(scene.service.base_url, load.history)
    found = []
    try:
        for address in load.addresses:
            answers = await _taken(client, tenant, address)
            expected = {_REFUSED} if address in held else {_CREATED}
            if len(answers) > 1:
                # One of those that were not definite may have taken it.
                expected.add(_REFUSED)
            if answers[-1].status not in expected:
                found.append(f"{address}: {answers[-1]} instead of {expected}")
    finally:
        await client.close()
    return found


async def _taken(client: Client, tenant: Tenant, address: str) -> list[Answer]:
    """Create a box with an address, and again until the answer is definite."""
    answers: list[Answer] = []
    while not (answers and answers[-1].is_definite) and len(answers) < _TRIES:
        if answers:
            await asyncio.sleep(answers[-1].pause)
        data = {"name": "taker", "custom_smtp_email_address": address}
        answers.append(await client.request(tenant, "PUT", tenant.faxboxes, data))
    return answers
