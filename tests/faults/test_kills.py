"""A worker dies before each write of each operation: the operation was done, or it was not.

Whichever, it can be done again, and one repair makes everything agree.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from .checks.checking import disagreements
from .checks.stored import Stored
from .clients.ground import Ground, Tenant, make_ground, repair_once
from .clients.requests import Answer, Client, History, Outcome
from .faults import Scene
from .system.fault_points import AFTER, BEFORE

MOST_WRITES = 30


@dataclass
class Bench:
    """Where operations are tried."""

    scene: Scene
    ground: Ground
    client: Client
    count: int = 0

    @property
    def tenant(self) -> Tenant:
        return self.ground.tenants[0]

    def address(self) -> str:
        """One that nobody has had."""
        self.count += 1
        return f"box-{self.count}.{self.ground.root.account_id[:8]}.example.com"

    async def box(self, **fields: Any) -> str:
        """The path of a new box."""
        data = {"name": "box", "custom_smtp_email_address": self.address(), **fields}
        answer = await self.client.request(self.tenant, "PUT", self.tenant.faxboxes, data)
        assert answer.status == 201
        return f"{self.tenant.faxboxes}/{answer.data['id']}"

    async def account(self) -> str:
        """The path of a new account with a box in it."""
        path = f"/v2/accounts/{self.ground.root.account_id}"
        data = {"name": f"doomed {self.address()}"}
        answer = await self.client.request(self.ground.root, "PUT", path, data)
        assert answer.status == 201
        account = f"/v2/accounts/{answer.data['id']}"
        box = {"name": "box", "custom_smtp_email_address": self.address()}
        made = await self.client.request(self.ground.root, "PUT", f"{account}/faxboxes", box)
        assert made.status == 201
        return account


@dataclass(frozen=True)
class Operation:
    """What is done to what; `prepare` gives the path, `data` what is sent there."""

    method: str
    prepare: Callable[[Bench], Awaitable[str]]
    data: Callable[[Bench], Any] = lambda _: None
    query: str = ""
    is_roots: bool = False
    makes_account: bool = False

    async def send(self, bench: Bench, path: str) -> Answer:
        """Do it once."""
        tenant = bench.ground.root if self.is_roots else bench.tenant
        return await bench.client.request(
            tenant, self.method, f"{path}{self.query}", self.data(bench)
        )


async def _collection(bench: Bench) -> str:
    return bench.tenant.faxboxes


async def _hidden_box(bench: Bench) -> str:
    path = await bench.box()
    assert (await bench.client.request(bench.tenant, "DELETE", path)).status == 200
    return path


async def _root(bench: Bench) -> str:
    return f"/v2/accounts/{bench.ground.root.account_id}"


def _addressed(bench: Bench) -> dict[str, Any]:
    return {"name": "box", "custom_smtp_email_address": bench.address()}


OPERATIONS = {
    "create": Operation("PUT", _collection, lambda _: {"name": "box"}),
    "create with an address": Operation("PUT", _collection, _addressed),
    "change one field": Operation("PATCH", Bench.box, lambda _: {"mark": "changed"}),
    "change the address": Operation("POST", Bench.box, _addressed),
    "remove the address": Operation(
        "PATCH", Bench.box, lambda _: {"custom_smtp_email_address": None}
    ),
    "delete": Operation("DELETE", Bench.box),
    "restore": Operation("POST", _hidden_box, lambda _: {}, "?restore=true"),
    "delete for good": Operation("DELETE", Bench.box, query="?should_soft_delete=false"),
    "create an account": Operation(
        "PUT",
        _root,
        lambda bench: {"name": f"new {bench.address()}"},
        is_roots=True,
        makes_account=True,
    ),
    "delete an account": Operation("DELETE", Bench.account, is_roots=True),
    "delete an account for good": Operation(
        "DELETE", Bench.account, query="?should_soft_delete=false", is_roots=True
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_death_at_any_write_leaves_all_or_nothing(scene, name):
    operation = OPERATIONS[name]
    history = History()
    bench = Bench(
        scene, await make_ground(scene.place.url), Client(scene.service.base_url, history)
    )
    writes = 0
    while (await _killed(bench, operation, BEFORE, writes + 1)) and writes < MOST_WRITES:
        writes += 1
    assert 0 < writes < MOST_WRITES
    assert await _killed(bench, operation, AFTER, writes)
    await bench.client.close()
    assert history.faults == []


async def _killed(bench: Bench, operation: Operation, moment: str, number: int) -> bool:
    """Do it once and let the worker die at a write; whether it came that far."""
    path = await operation.prepare(bench)
    trigger = bench.scene.service.trigger
    trigger.arm(moment, number)
    answer = await operation.send(bench, path)
    was_killed = trigger.disarm()
    assert answer.outcome is (Outcome.UNKNOWN if was_killed else Outcome.ACKNOWLEDGED), answer
    account_id = path.split("/")[3]
    await repair_once(bench.scene.place.url, None if operation.makes_account else account_id)
    assert disagreements(_read(bench, account_id)) == []
    again = await operation.send(bench, path)
    # What was done already is found to be so.
    assert again.outcome is Outcome.ACKNOWLEDGED or again.status == 404, again
    assert disagreements(_read(bench, account_id)) == []
    return was_killed


def _read(bench: Bench, account_id: str) -> Stored:
    """What the run knows of: the account, and those that are or were below the root."""
    stored = bench.scene.place.read()
    root_id = bench.ground.root.account_id
    children = {
        document["_id"]
        for document in stored.account_copies.values()
        if root_id in document.get("pvt_tree", ())
    }
    return stored.only({account_id, *children})
