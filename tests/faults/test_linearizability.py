"""Conditional writers of one box on two workers: each revision has one successor, and one history.

(Herlihy and Wing, 1990: every write takes effect at one moment between its request and its reply.)
"""

import asyncio
from dataclasses import dataclass, field

from .clients.ground import Tenant, make_ground
from .clients.ledger import generation
from .clients.requests import Client, History, Outcome
from .conftest import SECONDS

WRITERS = 6


@dataclass
class Seen:
    """What the writers saw of one box."""

    revisions: dict[str, str] = field(default_factory=dict)
    """The mark that a revision was seen with."""
    successors: dict[str, str] = field(default_factory=dict)
    newest: int = 0
    """The highest generation that anybody was told of."""
    refusals: int = 0


async def write(client: Client, tenant: Tenant, path: str, number: int, seen: Seen) -> None:
    """Read the box, and write it on the condition that it is still the same, again and again.

    For some time, and until others have come first at least once.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    round_number = 0
    while loop.time() < end or len(seen.successors) <= WRITERS or not seen.refusals:
        known = seen.newest
        read = await client.request(tenant, "GET", path)
        assert read.status == 200
        assert generation(read.revision) >= known, "a read went back in time"
        note(seen, read.revision, read.data["mark"])
        round_number += 1
        mark = f"{number}-{round_number}"
        method = "POST" if number % 2 else "PATCH"
        data = {"name": "contested", "mark": mark}
        answer = await client.request(tenant, method, path, data, read.revision)
        if answer.outcome is Outcome.ACKNOWLEDGED:
            assert read.revision not in seen.successors, "two winners of one revision"
            seen.successors[read.revision] = answer.revision
            note(seen, answer.revision, mark)
        else:
            assert answer.status == 412
            seen.refusals += 1


def note(seen: Seen, revision: str, mark: str) -> None:
    """Remember what a revision says: it can say one thing only."""
    assert seen.revisions.setdefault(revision, mark) == mark
    seen.newest = max(seen.newest, generation(revision))


async def test_the_winners_of_one_box_form_one_chain(scene):
    ground = await make_ground(scene.place.url, 1)
    tenant = ground.tenants[0]
    history = History()
    client = Client(scene.service.base_url, history)
    seen = Seen()
    first = await client.request(
        tenant, "PUT", tenant.faxboxes, {"name": "contested", "mark": "first"}
    )
    path = f"{tenant.faxboxes}/{first.data['id']}"
    note(seen, first.revision, "first")
    await asyncio.gather(*(write(client, tenant, path, n, seen) for n in range(WRITERS)))
    last = await client.request(tenant, "GET", path)
    await client.close()
    chain = [first.revision]
    while chain[-1] in seen.successors:
        chain.append(seen.successors[chain[-1]])
    assert len(chain) == len(seen.successors) + 1, "some winners are in no chain from the first"
    assert [generation(revision) for revision in chain] == list(range(1, len(chain) + 1))
    assert (last.revision, last.data["mark"]) == (chain[-1], seen.revisions[chain[-1]])
    stored = scene.place.read()
    assert stored.accounts[tenant.account_id][first.data["id"]]["_rev"] == chain[-1]
    assert stored.faxes[first.data["id"]]["mark"] == last.data["mark"]
    assert history.faults == []
