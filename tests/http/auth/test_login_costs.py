"""What a login costs the service, and what it tells by that."""

import asyncio
import hashlib
import threading

import pytest
from argon2 import PasswordHasher

from faxbox_service.documents.model import passwords
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.repositories.accounts.rules import LISTING_BY_NAME, LISTING_BY_REALM
from faxbox_service.repositories.users.rules import BY_USERNAME
from tests.http.auth.test_logins import basic
from tests.http.conftest import NOBODY
from tests.http.users import NAMES

RIGHT = hashlib.md5(b"alice:Secret1234").hexdigest()
WRONG = hashlib.md5(b"alice:wrong").hexdigest()
NUMBERS = "numbers/+1415"


class HasherCalls:
    """Counts what argon2 is asked for, and the threads in which it is."""

    def __init__(self):
        self.threads = []

    def counted(self, method):
        def call(*arguments):
            self.threads.append(threading.current_thread())
            return method(*arguments)

        return call

    def taken(self):
        count = len(self.threads)
        self.threads.clear()
        return count


@pytest.fixture
async def user(service, tenant):
    users = service.repositories.users
    fields = {**NAMES, "username": "alice", "enabled": True}
    await users.create(tenant.account, {**NAMES, "first_name": "No", "last_name": "P"}, NOBODY)
    return await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)


@pytest.fixture
def hasher(user, monkeypatch):
    calls = HasherCalls()
    for name in ("verify", "hash"):
        monkeypatch.setattr(PasswordHasher, name, calls.counted(getattr(PasswordHasher, name)))
    return calls


@pytest.fixture
def lookups(service, monkeypatch):
    """What is read, one after the other: a document's id or a view, and its database."""
    read = []
    for name in ("get", "view"):
        method = getattr(service.repositories.store, name)

        def counted(database, what, *given, _method=method):
            read.append((what, database))
            return _method(database, what, *given)

        monkeypatch.setattr(service.repositories.store, name, counted)
    return read


async def refusals(service, tenant):
    """Every way in which a login with a password can fail, by what is wrong."""
    known = {"realm": tenant.account.realm}
    return {
        "a wrong password": {"credentials": WRONG, **known},
        "a wrong SHA-1": {"credentials": "0" * 40, "method": "sha", **known},
        "a name and a wrong password": {"credentials": WRONG, "username": "alice", **known},
        "an unknown user": {"credentials": WRONG, "username": "nobody", **known},
        "a user name of any length": {"credentials": WRONG, "username": "x" * 9000, **known},
        "an unknown realm": {"credentials": RIGHT, "realm": "nowhere.example.com"},
        "an unknown name": {"credentials": RIGHT, "account_name": "nobody's"},
        "a name of any length": {"credentials": RIGHT, "account_name": "x" * 9000},
        "a realm of any length": {"credentials": RIGHT, "realm": "x" * 9000},
        "an unknown number": {"credentials": RIGHT, "phone_number": "+14155550199"},
        "no number": {"credentials": RIGHT, "phone_number": "1" * 9000},
        "no account": {"credentials": RIGHT},
        "what is no hash": {"credentials": "x", **known},
    }


async def test_every_refused_login_takes_one_verification(service, tenant, user, hasher):
    await service.client().put(
        "/v2/user_auth", {"credentials": WRONG, "realm": tenant.account.realm}
    )
    hasher.taken()
    for name, data in (await refusals(service, tenant)).items():
        answer = await service.client().put("/v2/user_auth", data)
        assert (answer.status, answer.data) == (401, {"message": "invalid credentials"}), name
        assert hasher.taken() == 1, name


@pytest.mark.parametrize("field", ["realm", "account_name"])
async def test_an_unknown_account_takes_as_many_lookups(service, tenant, user, lookups, field):
    value = {"realm": tenant.account.realm, "account_name": tenant.account.name}[field]

    async def count(given):
        lookups.clear()
        await service.client().put("/v2/user_auth", {"credentials": WRONG, field: given})
        return len(lookups)

    # The known account is read now and then, when the news arrives that it has changed.
    known = min([await count(value) for _ in range(5)])
    assert known == await count("nobody.example.com") == 2


async def test_every_refused_basic_credential_takes_one_verification(
    service, tenant, other, user, hasher
):
    settings = {"_id": "configs_crossbar.auth", "default": {"basic_auth_type": "sha"}}
    await service.repositories.store.put(account_database(tenant.account.id), settings)
    for text in (
        f"{tenant.account.id}:{WRONG}",
        f"{tenant.account.id}:alice:wrong",
        f"{tenant.account.id}:alice:Secret1234",
        f"{tenant.account.id}:nobody:wrong",
        f"{tenant.account.id}:{'x' * 300}:wrong",
        f"{other.account.id}:alice:Secret1234",
        f"{'0' * 32}:alice:Secret1234",
        f"{'0' * 32}:{RIGHT}",
    ):
        answer = await service.client().get("/v2/token_auth", headers=basic(text))
        assert (answer.status, hasher.taken()) == (401, 1), text


async def test_who_has_no_password_takes_as_long(service, tenant, user, hasher):
    """A record that is none takes a look at it, and a whole verification besides."""
    database = account_database(tenant.account.id)
    for record, count in ((None, 1), ("rubbish", 1), ({"md5": "$argon2id$x"}, 2)):
        fields = {passwords.ARGON2: record}
        bare = {"_id": "u" * 32, "pvt_type": "user", "username": "bare", "enabled": True, **fields}
        revision = await service.repositories.store.put(database, bare)
        data = {"credentials": WRONG, "username": "bare", "realm": tenant.account.realm}
        assert (await service.client().put("/v2/user_auth", data)).status == 401
        assert hasher.taken() == count
        await service.repositories.store.delete(database, bare["_id"], revision)


async def test_passwords_are_hashed_beside_the_event_loop(service, tenant, user, hasher):
    loop = threading.current_thread()
    users = f"{tenant.path}/users"
    made = await tenant.client.put(users, {**NAMES, "username": "bob", "password": "x"})
    path = f"{users}/{made.data['id']}"
    await tenant.client.patch(path, {"password": "y"})
    await tenant.client.post(path, {**NAMES, "username": "bob", "password": "z"})
    await service.client().put(
        "/v2/user_auth", {"credentials": RIGHT, "realm": tenant.account.realm}
    )
    await service.client().get("/v2/about", headers=basic(f"{tenant.account.id}:alice:no"))
    assert len(hasher.threads) == 8
    assert len(set(hasher.threads)) == 1 and loop not in hasher.threads


class TestManyLogins:
    async def test_those_beyond_are_asked_to_come_again(self, service, tenant, user, monkeypatch):
        door = threading.Event()
        hashing = service.repositories.users._hashing
        monkeypatch.setattr(hashing, "_most", 3)
        held = asyncio.create_task(hashing.run(door.wait, 10))
        data = {"credentials": WRONG, "realm": tenant.account.realm}

        async def log_in():
            return await service.client().put("/v2/user_auth", data)

        waiting = [asyncio.create_task(log_in()) for _ in range(2)]
        for _ in range(500):
            if hashing._in_progress == 3:
                break
            await asyncio.sleep(0.01)
        for answer in (
            await log_in(),
            await service.client().put("/v2/user_auth", {**data, "realm": "nowhere"}),
            await service.client().get("/v2/about", headers=basic(f"{tenant.account.id}:{WRONG}")),
        ):
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await tenant.client.get(tenant.faxboxes)).status == 200
        door.set()
        assert await held
        assert {answer.status for answer in await asyncio.gather(*waiting)} == {401}
        assert (await log_in()).status == 401


class TestTheRateLimit:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_RATE_LIMIT_BURST": "3", "FAXBOX_RATE_LIMIT_REFILL": "0.001"}

    async def test_it_comes_before_any_hash(self, service, tenant, user, hasher):
        data = {"credentials": WRONG, "realm": tenant.account.realm}
        statuses = [(await service.client().put("/v2/user_auth", data)).status for _ in range(5)]
        assert (statuses, hasher.taken()) == ([401, 401, 429, 429, 429], 2)
        headers = basic(f"{tenant.account.id}:alice:wrong")
        assert (await service.client().get("/v2/about", headers=headers)).status == 429
        assert hasher.taken() == 0


LONG = "x" * 2000


async def test_names_and_passwords_are_bounded(service, tenant, lookups):
    users = f"{tenant.path}/users"
    fields = {**NAMES, "username": "bob", "password": "x"}
    for name, value, rule in (
        ("username", LONG, "maxLength"),
        # So long a text is not even matched with the pattern, and of two rules the last is told.
        ("username", LONG * 1000, "pattern"),
        ("password", LONG, "maxLength"),
        ("password", LONG * 1000, "maxLength"),
    ):
        lookups.clear()
        answer = await tenant.client.put(users, {**fields, name: value})
        assert (answer.status, [*answer.data], [*answer.data[name]]) == (400, [name], [rule])
        if name == "password":
            assert LONG not in answer.body.decode()
        else:
            assert (BY_USERNAME, account_database(tenant.account.id)) not in lookups
    longest = "é" * 1024
    made = await tenant.client.put(users, {**fields, "username": "b" * 256, "password": longest})
    assert made.status == 201
    headers = basic(f"{tenant.account.id}:{'b' * 256}:{longest}")
    assert (await service.client().get(users, headers=headers)).status == 200


@pytest.mark.parametrize("field", ["name", "realm"])
async def test_what_cannot_be_an_accounts_is_not_looked_for(tenant, lookups, field):
    answer = await tenant.client.put(tenant.path, {"name": "x", "realm": "x.y.z", field: LONG})
    assert (answer.status, [*answer.data[field]]) == (400, ["maxLength"])
    views = {"name": LISTING_BY_REALM, "realm": LISTING_BY_NAME}
    assert [what for what, database in lookups if database == ACCOUNTS] == [views[field]]


@pytest.mark.parametrize("value", [5, None, [], {}, True])
async def test_a_user_name_to_log_in_with_is_a_text(service, tenant, user, value):
    data = {"credentials": WRONG, "realm": tenant.account.realm, "username": value}
    assert (await service.client().put("/v2/user_auth", data)).status in (400, 401)
