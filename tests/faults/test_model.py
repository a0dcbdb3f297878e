"""Random histories of several clients on two workers, compared with a plain model."""

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.http.conftest import Service, worker

from .checks.checking import disagreements
from .clients.ground import NOBODY, Ground, Tenant, make_ground
from .clients.ledger import Life
from .clients.model import (
    ACCEPTED,
    ADDRESS,
    CREATED,
    TAKEN,
    Model,
    ModelBox,
    known_fields,
    merged,
    settled,
)
from .clients.requests import Answer, Client, History
from .system.places import Place

EXAMPLES = {"embedded": 15, "couchdb": 6}
STEPS = 20

WORKERS = st.sampled_from((0, 1))
TENANTS = st.sampled_from((0, 1))
POOL = st.sampled_from(("a", "B", "c"))
ADDRESSES = st.none() | POOL
NOTES = st.text(max_size=5)
PRECONDITIONS = st.sampled_from(("none", "none", "current", "former"))


class Pair:
    """Two workers in this process over one store, and an event loop to ask them in."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.history = History()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.services: list[Service] = []
        self.clients: list[Client] = []
        self.ground: Ground

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    async def open(self) -> None:
        self.ground = await make_ground(self.place.url)
        for _ in range(2):
            service = await self._stack.enter_async_context(worker(self.place.url, {}))
            self.services.append(service)
            self.clients.append(Client(service.base_url, self.history))

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        await self._stack.aclose()

    def end(self) -> None:
        self.run(self.close())
        self._runner.close()

    async def new_tenant(self) -> Tenant:
        repositories = self.services[0].repositories
        root = await repositories.accounts.find(self.ground.root.account_id)
        fields = {"name": f"model {secrets.token_hex(8)}"}
        account = await repositories.accounts.create_child(root, fields, NOBODY)
        found = await repositories.accounts.find(account["_id"])
        token = await repositories.tokens.issue(found, None, "cb_api_auth")
        return Tenant(account["_id"], token)


class Histories(RuleBasedStateMachine):
    """What clients do, one after the other or two at once, and what must come of it."""

    pair: ClassVar[Pair]
    boxes: Bundle[ModelBox] = Bundle("boxes")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.run_name = secrets.token_hex(4)
        self.tenants: list[Tenant] = []

    @initialize()
    def make_accounts(self) -> None:
        self.tenants = [self.pair.run(self.pair.new_tenant()) for _ in range(2)]

    @rule(target=boxes, w=WORKERS, t=TENANTS, pooled=ADDRESSES, note=NOTES)
    def create(self, w: int, t: int, pooled: str | None, note: str) -> Any:
        fields = {"name": "box", "note": note, **self._addressed(pooled)}
        answer = self._ask(w, self.tenants[t], "PUT", "", fields)
        if self.model.is_taken(fields.get(ADDRESS)):
            assert answer.status == TAKEN
            return multiple()
        assert answer.status == CREATED
        return self._made(self.tenants[t], fields, answer)

    @rule(target=boxes, t=TENANTS, pooled=POOL)
    def create_twice_at_once(self, t: int, pooled: str) -> Any:
        fields = {"name": "box", **self._addressed(pooled)}
        is_taken = self.model.is_taken(fields[ADDRESS])
        answers = self._ask_both(self.tenants[t], "PUT", "", (fields, fields))
        statuses = sorted(answer.status for answer in answers)
        assert statuses == ([TAKEN, TAKEN] if is_taken else [CREATED, TAKEN])
        won = [answer for answer in answers if answer.status == CREATED]
        return multiple(*(self._made(self.tenants[t], fields, answer) for answer in won))

    @rule(box=boxes, w=WORKERS, pooled=ADDRESSES, note=NOTES, precondition=PRECONDITIONS)
    def replace(
        self, box: ModelBox, w: int, pooled: str | None, note: str, precondition: str
    ) -> None:
        fields = {"name": "replaced", "note": note, **self._addressed(pooled)}
        revision = _revision(box, precondition)
        verdicts = self.model.verdicts(box, fields.get(ADDRESS), revision, is_post=True)
        answer = self._ask(w, self._tenant(box), "POST", f"/{box.id}", fields, revision)
        self._compare(box, answer, verdicts, settled(fields))

    @rule(box=boxes, w=WORKERS, note=NOTES, precondition=PRECONDITIONS)
    def patch(self, box: ModelBox, w: int, note: str, precondition: str) -> None:
        self._patch(box, w, {"note": note}, precondition)

    @rule(box=boxes, w=WORKERS, pooled=ADDRESSES, precondition=PRECONDITIONS)
    def patch_the_address(
        self, box: ModelBox, w: int, pooled: str | None, precondition: str
    ) -> None:
        self._patch(box, w, {ADDRESS: None, **self._addressed(pooled)}, precondition)

    @rule(box=boxes, left=NOTES, right=NOTES)
    def patch_two_fields_at_once(self, box: ModelBox, left: str, right: str) -> None:
        changes = ({"left": left}, {"right": right})
        verdicts = self.model.verdicts(box, None, None)
        answers = self._ask_both(self._tenant(box), "PATCH", f"/{box.id}", changes)
        assert {answer.status for answer in answers} == verdicts
        if verdicts == {ACCEPTED}:
            fields = merged(box.fields, {"left": left, "right": right})
            last = max(answers, key=lambda answer: int(answer.revision.partition("-")[0]))
            self._compare(box, last, verdicts, fields)

    @rule(box=boxes, w=WORKERS, precondition=PRECONDITIONS)
    def delete(self, box: ModelBox, w: int, precondition: str) -> None:
        self._end(box, w, "", Life.HIDDEN, precondition)

    @rule(box=boxes, w=WORKERS, precondition=PRECONDITIONS)
    def delete_for_good(self, box: ModelBox, w: int, precondition: str) -> None:
        self._end(box, w, "?should_soft_delete=false", Life.GONE, precondition)

    @rule(box=boxes.filter(lambda box: box.life is not Life.LIVE), w=WORKERS)
    def restore(self, box: ModelBox, w: int) -> None:
        verdicts = self.model.restoration_verdicts(box)
        path = f"/{box.id}?restore=true"
        answer = self._ask(w, self._tenant(box), "POST", path, {})
        if self._compare(box, answer, verdicts, box.fields):
            box.life = Life.LIVE

    @rule(box=boxes, w=WORKERS)
    def read(self, box: ModelBox, w: int) -> None:
        answer = self._ask(w, self._tenant(box), "GET", f"/{box.id}")
        assert answer.status == (ACCEPTED if box.life is Life.LIVE else 404)
        if answer.status == ACCEPTED:
            assert known_fields(answer.data) == box.fields
            assert answer.revision == box.revision

    def teardown(self) -> None:
        """Documents, copies and claims are what the model says, and nobody got a bad answer."""
        account_ids = {tenant.account_id for tenant in self.tenants}
        stored = self.pair.place.read().only(account_ids)
        lives = {box_id: box for box_id, box in self.model.boxes.items() if box.life != Life.GONE}
        found = {
            document["_id"]: document
            for documents in stored.accounts.values()
            for document in documents.values()
            if document.get("pvt_type") == "faxbox"
        }
        assert found.keys() == lives.keys()
        for box_id, box in lives.items():
            assert known_fields(found[box_id]) == box.fields
            assert found[box_id]["_rev"] == box.revision
            assert bool(found[box_id].get("pvt_deleted")) == (box.life is Life.HIDDEN)
        assert disagreements(stored) == []
        assert self.pair.history.faults == []

    def _patch(self, box: ModelBox, w: int, changes: dict[str, Any], precondition: str) -> None:
        revision = _revision(box, precondition)
        verdicts = self.model.verdicts(box, changes.get(ADDRESS), revision)
        answer = self._ask(w, self._tenant(box), "PATCH", f"/{box.id}", changes, revision)
        self._compare(box, answer, verdicts, merged(box.fields, changes))

    def _end(self, box: ModelBox, w: int, query: str, life: Life, precondition: str) -> None:
        revision = _revision(box, precondition)
        verdicts = self.model.verdicts(box, None, revision)
        path = f"/{box.id}{query}"
        answer = self._ask(w, self._tenant(box), "DELETE", path, None, revision)
        if self._compare(box, answer, verdicts, box.fields):
            box.life = life

    def _compare(
        self, box: ModelBox, answer: Answer, verdicts: set[int], fields: dict[str, Any]
    ) -> bool:
        """Compare an answer with the model; whether the change was made."""
        assert answer.status in verdicts, answer
        if answer.status != ACCEPTED:
            return False
        assert known_fields(answer.data) == fields
        box.fields = fields
        box.former_revision, box.revision = box.revision, answer.revision
        return True

    def _made(self, tenant: Tenant, fields: dict[str, Any], answer: Answer) -> ModelBox:
        box = ModelBox(tenant.account_id, answer.data["id"], settled(fields), answer.revision)
        self.model.boxes[box.id] = box
        return box

    def _tenant(self, box: ModelBox) -> Tenant:
        return next(tenant for tenant in self.tenants if tenant.account_id == box.account_id)

    def _addressed(self, pooled: str | None) -> dict[str, Any]:
        return {} if pooled is None else {ADDRESS: f"{pooled}.{self.run_name}.example.com"}

    def _ask(
        self,
        w: int,
        tenant: Tenant,
        method: str,
        path: str,
        data: Any = None,
        revision: str | None = None,
    ) -> Answer:
        client = self.pair.clients[w]
        asked = client.request(tenant, method, f"{tenant.faxboxes}{path}", data, revision)
        answer: Answer = self.pair.run(asked)
        return answer

    def _ask_both(
        self, tenant: Tenant, method: str, path: str, data: tuple[Any, Any]
    ) -> list[Answer]:
        """Ask both workers at once."""

        async def asked() -> list[Answer]:
            requests = [
                client.request(tenant, method, f"{tenant.faxboxes}{path}", each)
                for client, each in zip(self.pair.clients, data, strict=True)
            ]
            return list(await asyncio.gather(*requests))

        answers: list[Answer] = self.pair.run(asked())
        return answers


def _revision(box: ModelBox, precondition: str) -> str | None:
    match precondition:
        case "current":
            return box.revision
        case "former":
            return box.former_revision
        case _:
            return None


@pytest.fixture(scope="module")
def pair(place: Place):
    pair = Pair(place)
    pair.run(pair.open())
    yield pair
    pair.end()


def test_the_service_does_what_the_model_does(pair):
    class HistoriesOfThePair(Histories):
        pass

    HistoriesOfThePair.pair = pair
    run_state_machine_as_test(
        HistoriesOfThePair,
        settings=settings(
            max_examples=EXAMPLES[pair.place.kind], stateful_step_count=STEPS, deadline=None
        ),
    )
