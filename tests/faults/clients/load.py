"""Several clients at once, doing everything that can be done to boxes, as sound clients do it.

A sound client tries again what was not answered or answered with 503. Every attempt carries a
value of its own, so that each value found later tells which attempt wrote it.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from .ground import Tenant
from .ledger import (
    Ledger,
    Life,
    OwnBox,
    SharedField,
    Step,
    hidden,
    marked,
    removed,
    replaced,
    restored,
)
from .requests import Answer, Client, History

ADDRESSES_PER_CLIENT = 1
SHARED_PER_TENANT = 2
_MOST_BOXES = 12
_NOT_FOUND = 404

Attempt: TypeAlias = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How many clients there are, and how long each waits at most before it tries again."""

    clients: int = 6
    longest_pause: float = 0.1


class Load:
    """Boxes of some accounts under load, and the ledger of what clients were told."""

    def __init__(self, base_url: str, tenants: tuple[Tenant, ...], pace: Pace, seed: int) -> None:
        self.history = History()
        self.ledger = Ledger()
        run = secrets.token_hex(3)
        self.addresses = [
            f"pool-{number}.{run}.example.com"
            for number in range(pace.clients * ADDRESSES_PER_CLIENT)
        ]
        self.shared: list[tuple[Tenant, str]] = []
        self.client = Client(base_url, self.history)
        self.longest_pause = pace.longest_pause
        self._tenants = tenants
        self._workers = [_Worker(self, number, seed) for number in range(pace.clients)]
        self._unserved: set[int] = set()
        self._served = asyncio.Event()
        self.is_stopping = False

    async def prepare(self) -> None:
        """Make the boxes that all clients change."""
        for tenant in self._tenants:
            for _ in range(SHARED_PER_TENANT):
                answer = await self.client.request(
                    tenant, "PUT", tenant.faxboxes, {"name": "shared", "mark": None}
                )
                self.shared.append((tenant, answer.data["id"]))

    async def run(self) -> None:
        """Load the service until `stop` is called."""
        workers = [
            asyncio.ensure_future(worker.run(self._tenants[number % len(self._tenants)]))
            for number, worker in enumerate(self._workers)
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await self.client.close()

    def stop(self) -> None:
        """Let each client finish the request it is at, and no more."""
        self.is_stopping = True

    async def until_served(self) -> None:
        """Return when every client has had an answer that was an acknowledgement, from now on."""
        self._unserved = set(range(len(self._workers)))
        self._served.clear()
        await self._served.wait()

    def was_served(self, number: int) -> None:
        """Note that a client got what it wanted."""
        self._unserved.discard(number)
        if not self._unserved:
            self._served.set()


class _Worker:
    """One client: its own boxes, its own field of the shared ones."""

    def __init__(self, load: Load, number: int, seed: int) -> None:
        self._load = load
        self._number = number
        self._random = random.Random(seed * 1000 + number)
        self._boxes: list[OwnBox] = []
        self._fields: dict[str, SharedField] = {}
        self._marks = 0

    async def run(self, tenant: Tenant) -> None:
        choices: list[tuple[Callable[[Tenant], Awaitable[None]], int]] = [
            (self._patch, 25),
            (self._patch_shared, 25),
            (self._create, 10),
            (self._replace, 12),
            (self._readdress, 12),
            (self._hide, 5),
            (self._restore, 7),
            (self._remove, 4),
        ]
        steps, weights = zip(*choices, strict=True)
        while not self._load.is_stopping:
            (step,) = self._random.choices(steps, weights)
            if step == self._create and len(self._boxes) >= _MOST_BOXES:
                step = self._remove
            await step(tenant)

    async def _create(self, tenant: Tenant) -> None:
        async def attempt() -> Answer:
            mark, address = self._mark(), self._address()
            answer = await self._send(tenant, "PUT", tenant.faxboxes, _fields(mark, address))
            box = self._load.ledger.judge_creation(
                tenant.account_id, mark, _stored(address), answer
            )
            if box is not None:
                self._boxes.append(box)
            return answer

        await self._until_definite(attempt)

    async def _patch(self, tenant: Tenant) -> None:
        def change(mark: str) -> tuple[Any, Step]:
            return {"mark": mark, "echo": {"mark": mark}}, marked(mark)

        await self._change(tenant, "PATCH", change, Life.LIVE)

    async def _replace(self, tenant: Tenant) -> None:
        def change(mark: str) -> tuple[Any, Step]:
            address = self._address()
            return _fields(mark, address), replaced(mark, _stored(address))

        await self._change(tenant, "POST", change, Life.LIVE)

    async def _readdress(self, tenant: Tenant) -> None:
        def change(mark: str) -> tuple[Any, Step]:
            address = self._address()
            data = {**_fields(mark, None), "custom_smtp_email_address": address}
            return data, replaced(mark, _stored(address))

        await self._change(tenant, "PATCH", change, Life.LIVE)

    async def _hide(self, tenant: Tenant) -> None:
        await self._step(tenant, "DELETE", "", hidden, Life.LIVE)

    async def _restore(self, tenant: Tenant) -> None:
        await self._step(tenant, "POST", "?restore=true", restored, Life.HIDDEN)

    async def _remove(self, tenant: Tenant) -> None:
        await self._step(tenant, "DELETE", "?should_soft_delete=false", removed, Life.LIVE)

    async def _change(
        self,
        tenant: Tenant,
        method: str,
        change: Callable[[str], tuple[Any, Step]],
        life: Life,
    ) -> None:
        """Change one of the client's own boxes, each attempt with another mark."""
        box = self._box(life)
        if box is None:
            return

        async def attempt() -> Answer:
            mark = self._mark()
            data, step = change(mark)
            answer = await self._send(tenant, method, f"{tenant.faxboxes}/{box.id}", data)
            self._load.ledger.judge(box, step, mark, answer)
            return answer

        await self._until_definite(attempt)

    async def _step(self, tenant: Tenant, method: str, query: str, step: Step, life: Life) -> None:
        """Move one of the client's own boxes on in its life."""
        box = self._box(life)
        if box is None:
            return

        async def attempt() -> Answer:
            data = {} if method == "POST" else None
            answer = await self._send(tenant, method, f"{tenant.faxboxes}/{box.id}{query}", data)
            self._load.ledger.judge(box, step, None, answer)
            return answer

        await self._until_definite(attempt)
        if {state.life for state in box.possible} == {Life.GONE}:
            self._boxes.remove(box)

    async def _patch_shared(self, _: Tenant) -> None:
        """Write this client's field of a box that all change, at times with a precondition."""
        tenant, box_id = self._random.choice(self._load.shared)
        path = f"{tenant.faxboxes}/{box_id}"
        shared = self._field(tenant, box_id)
        is_conditional = self._random.random() < 0.3

        async def attempt() -> Answer:
            revision = None
            if is_conditional:
                read = await self._send(tenant, "GET", path)
                if read.status != 200:
                    return read
                revision = read.revision
            value = self._mark()
            answer = await self._send(tenant, "PATCH", path, {shared.name: value}, revision)
            self._load.ledger.judge_field(shared, value, answer)
            if revision is not None:
                self._load.ledger.judge_succession(box_id, revision, answer)
            return answer

        answer = await self._until_definite(attempt)
        if answer.status == _NOT_FOUND:
            self._load.ledger.losses.append(f"{box_id}: 404 for a box that nobody deleted")

    async def _until_definite(self, attempt: Attempt) -> Answer:
        while True:
            answer = await attempt()
            if answer.is_definite:
                self._load.was_served(self._number)
                return answer
            if self._load.is_stopping:
                return answer
            await asyncio.sleep(min(answer.pause or 1.0, self._load.longest_pause))

    async def _send(
        self,
        tenant: Tenant,
        method: str,
        path: str,
        data: Any = None,
        if_match: str | None = None,
    ) -> Answer:
        return await self._load.client.request(tenant, method, path, data, if_match)

    def _box(self, life: Life) -> OwnBox | None:
        """One of the client's boxes that may be at this point of its life."""
        boxes = [box for box in self._boxes if any(state.life is life for state in box.possible)]
        return self._random.choice(boxes) if boxes else None

    def _field(self, tenant: Tenant, box_id: str) -> SharedField:
        if box_id not in self._fields:
            name = f"field_{self._number}"
            self._fields[box_id] = SharedField(tenant.account_id, box_id, name)
            self._load.ledger.fields.append(self._fields[box_id])
        return self._fields[box_id]

    def _mark(self) -> str:
        self._marks += 1
        return f"{self._number}-{self._marks}-{self._random.getrandbits(32):08x}"

    def _address(self) -> str | None:
        """None, or one that others want too, in either case."""
        if self._random.random() < 0.5:
            return None
        address = self._random.choice(self._load.addresses)
        return address.upper() if self._random.random() < 0.3 else address


def _fields(mark: str, address: str | None) -> dict[str, Any]:
    """What a client sends; the mark stands there twice, so that half a write would show."""
    fields: dict[str, Any] = {"name": "own", "mark": mark, "echo": {"mark": mark}}
    if address is not None:
        fields["custom_smtp_email_address"] = address
    return fields


def _stored(address: str | None) -> str | None:
    return None if address is None else address.lower()
