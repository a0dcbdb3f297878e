"""How much a client may ask without proving anything."""

import asyncio
import base64
import hashlib

import pytest

from faxbox_service.repositories.primitives.clock import system_clock
from tests.http.conftest import NOBODY, worker

MANY = {"message": "too many requests"}
BURST = 5


@pytest.fixture
def environment():
    return {
        "FAXBOX_RATE_LIMIT_BURST": str(BURST),
        "FAXBOX_RATE_LIMIT_REFILL": "0.001",
        "FAXBOX_ACCOUNT_CACHE": "0",
        "FAXBOX_TRUSTED_PROXIES": "127.0.0.1",
    }


def from_address(address):
    return {"X-Forwarded-For": address}


def figures(answer):
    return (answer.status, answer.json["tokens"]["remaining"])


@pytest.mark.parametrize(
    "ask",
    [
        lambda service, tenant: service.client().get(tenant.faxboxes),
        lambda service, tenant: service.client("bad").get(tenant.faxboxes),
        lambda service, tenant: service.client().get("/v2/nothing"),
        lambda service, tenant: service.client().get(f"/v2/accounts/{'f' * 32}/faxboxes"),
        lambda service, tenant: service.client().get("/v2/account/faxboxes"),
    ],
    ids=["no token", "bad token", "unknown path", "unknown account", "alias"],
)
async def test_who_proves_nothing_pays(service, tenant, ask):
    for remaining in reversed(range(BURST)):
        answer = await ask(service, tenant)
        assert figures(answer) == (401, remaining)
        assert answer.json["tokens"]["consumed"] == 1
    refused = await ask(service, tenant)
    assert figures(refused) == (429, 0)
    assert (refused.json["message"], refused.data) == ("too_many_requests", MANY)
    assert refused.headers["retry-after"] == "1000"


async def test_an_invented_account_is_no_fresh_bucket(service, tenant):
    client = service.client()
    for number in range(BURST):
        await client.get(f"/v2/accounts/{number:032x}/faxboxes")
    assert (await client.get(f"/v2/accounts/{'f' * 32}/faxboxes")).status == 429
    assert (await client.get(tenant.faxboxes)).status == 429


async def test_a_good_token_is_free(service, tenant):
    for _ in range(2 * BURST):
        assert figures(await tenant.client.get(tenant.faxboxes)) == (200, BURST)
    for _ in range(BURST + 1):
        refused = await service.client().get(tenant.faxboxes)
    assert refused.status == 429
    assert figures(await tenant.client.get(tenant.faxboxes)) == (200, BURST)
    assert (await tenant.client.get("/v2/schemas")).status == 200


async def test_public_paths_are_paid_for_without_a_good_token(service):
    answers = [await service.client().get("/v2/schemas") for _ in range(BURST + 1)]
    assert [answer.status for answer in answers] == [200] * BURST + [429]


async def test_preflights_and_the_page_for_people_are_free(service, tenant):
    preflight = {"Origin": "http://x", "Access-Control-Request-Method": "GET"}
    for _ in range(2 * BURST):
        answer = await service.client().request("OPTIONS", tenant.faxboxes, headers=preflight)
        assert answer.status == 200
        assert (await service.client().get("/docs")).status == 200
    assert figures(await service.client().get(tenant.faxboxes)) == (401, BURST - 1)


async def test_each_address_has_its_own(service, tenant):
    client = service.client()
    for _ in range(BURST):
        await client.get(tenant.faxboxes, headers=from_address("203.0.113.1"))
    there = await client.get(tenant.faxboxes, headers=from_address("203.0.113.1"))
    here = await client.get(tenant.faxboxes, headers=from_address("203.0.113.2"))
    spoofed = await client.get(tenant.faxboxes, headers=from_address("1.1.1.1, 203.0.113.1"))
    assert (there.status, here.status, spoofed.status) == (429, 401, 429)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_changes_no_bucket(store_url, hours):
    moved = 0.0
    limits = {"FAXBOX_RATE_LIMIT_BURST": "1", "FAXBOX_RATE_LIMIT_REFILL": "1"}
    async with worker(store_url, limits, lambda: system_clock() + moved) as service:
        client = service.client()
        asked = [await client.get("/v2/nothing") for _ in range(2)]
        assert [answer.status for answer in asked] == [401, 429]
        moved = hours * 3600.0
        assert (await client.get("/v2/nothing")).status == 429
        await asyncio.sleep(1.1)
        assert (await client.get("/v2/nothing")).status == 401


@pytest.fixture
async def user(service, tenant):
    fields = {"username": "alice", "first_name": "Alice", "last_name": "Test"}
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)


def credentials(tenant, password):
    digest = hashlib.md5(f"alice:{password}".encode()).hexdigest()
    return {"credentials": digest, "realm": tenant.account.realm}


async def log_in(service, tenant, password, address):
    data = credentials(tenant, password)
    return await service.client().put("/v2/user_auth", data, headers=from_address(address))


async def test_logins_pay_though_they_succeed(service, tenant, user):
    answers = [await log_in(service, tenant, "Secret1234", "203.0.113.1") for _ in range(6)]
    assert [answer.status for answer in answers] == [201] * BURST + [429]
    assert (await log_in(service, tenant, "Secret1234", "203.0.113.2")).status == 201


async def test_the_alias_of_the_own_account_is_paid_for_once(service, tenant, user):
    text = base64.b64encode(f"{tenant.account.id}:alice:Secret1234".encode()).decode()
    headers = {"Authorization": f"Basic {text}"}
    for _ in range(BURST):
        answer = await service.client().get("/v2/account/faxboxes", headers=headers)
        assert answer.status == 200
    assert (await service.client().get(tenant.faxboxes)).status == 429


class TestFailedLogins:
    @pytest.fixture
    def environment(self):
        return {
            "FAXBOX_RATE_LIMIT_BURST": "100",
            "FAXBOX_RATE_LIMIT_REFILL": "0.001",
            "FAXBOX_ACCOUNT_CACHE": "0",
            "FAXBOX_TRUSTED_PROXIES": "127.0.0.1",
        }

    async def test_each_costs_twice_as_much(self, service, tenant, user):
        costs, before = [], 100
        for _ in range(5):
            answer = await log_in(service, tenant, "wrong", "203.0.113.1")
            costs.append(before - answer.json["tokens"]["remaining"])
            before = answer.json["tokens"]["remaining"]
            assert answer.status == 401
        assert costs == [1, 2, 4, 8, 16]
        assert figures(await log_in(service, tenant, "wrong", "203.0.113.1")) == (401, 37)
        assert figures(await log_in(service, tenant, "Secret1234", "203.0.113.1")) == (201, 2)
        assert figures(await log_in(service, tenant, "Secret1234", "203.0.113.1")) == (201, 1)

    async def test_every_way_of_guessing_counts(self, service, tenant, user):
        headers = from_address("203.0.113.1")
        await service.client().put("/v2/api_auth", {"api_key": "0" * 64}, headers=headers)
        wrong = base64.b64encode(f"{tenant.account.id}:alice:wrong".encode()).decode()
        basic = {**headers, "Authorization": f"Basic {wrong}"}
        await service.client().get(tenant.faxboxes, headers=basic)
        await log_in(service, tenant, "wrong", "203.0.113.1")
        answer = await log_in(service, tenant, "wrong", "203.0.113.1")
        assert figures(answer) == (401, 100 - 1 - 2 - 4 - 8)
        invalid = await service.client().put("/v2/user_auth", {}, headers=headers)
        assert figures(invalid) == (400, 100 - 15 - 16)

    async def test_a_refused_attempt_looks_at_nothing(self, service, tenant, user):
        for _ in range(8):
            answer = await log_in(service, tenant, "wrong", "203.0.113.1")
        assert answer.status == 429
        before = service.repositories.store.round_trips
        right = await log_in(service, tenant, "Secret1234", "203.0.113.1")
        assert right.status == 429
        assert service.repositories.store.round_trips == before


class TestAuthenticatedRequests:
    @pytest.fixture
    def environment(self):
        return {
            "FAXBOX_RATE_LIMIT_BURST": str(BURST),
            "FAXBOX_RATE_LIMIT_REFILL": "0.001",
            "FAXBOX_RATE_LIMIT_AUTHENTICATED": "true",
        }

    async def test_they_pay_for_each_account_when_that_is_wanted(self, root, tenant, other):
        for remaining in reversed(range(BURST)):
            assert figures(await root.client.get(tenant.faxboxes)) == (200, remaining)
        assert figures(await root.client.get(tenant.faxboxes)) == (429, 0)
        assert figures(await tenant.client.get(tenant.faxboxes)) == (429, 0)
        assert figures(await root.client.get(other.faxboxes)) == (200, BURST - 1)

    async def test_streamed_replies_tell_the_same(self, tenant):
        await tenant.client.put(tenant.faxboxes, {"name": "x"})
        listed = await tenant.client.get(f"{tenant.faxboxes}?paginate=false")
        assert figures(listed) == (200, BURST - 2)


class TestWithoutLimits:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_RATE_LIMIT_BURST": "0"}

    async def test_nobody_pays(self, service, tenant):
        for _ in range(150):
            answer = await service.client().get(tenant.faxboxes)
            assert figures(answer) == (401, 100)
