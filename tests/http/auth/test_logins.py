"""Logging in: by phone number, in accounts that are disabled or on trial, and Basic credentials."""

import base64
import hashlib
import json
import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import account_database
from faxbox_service.repositories.auth.phone_numbers import normalized_number
from faxbox_service.repositories.primitives.clock import system_clock
from tests.http.conftest import NOBODY

MD5 = hashlib.md5(b"alice:Secret:1234").hexdigest()
SHA1 = hashlib.sha1(b"alice:Secret:1234").hexdigest()
NUMBER = "+14155550100"
NUMBERS = "numbers/+1415"


@pytest.fixture
def environment():
    return {"FAXBOX_ACCOUNT_CACHE": "0"}


@pytest.fixture
async def user(service, tenant):
    fields = {"username": "alice", "first_name": "Alice", "last_name": "Test", "enabled": True}
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": "Secret:1234"}, NOBODY)


async def login(service, **data):
    return await service.client().put("/v2/user_auth", {"credentials": MD5, **data})


async def change(service, tenant, **fields):
    store, database = service.repositories.store, account_database(tenant.account.id)
    document = await store.get(database, tenant.account.id)
    await store.put(database, {**document, **fields})


@pytest.fixture
async def number(service, tenant):
    store = service.repositories.store
    await store.create_database(NUMBERS)
    document = {
        "_id": NUMBER,
        "pvt_type": "number",
        "pvt_state": "in_service",
        "pvt_assigned_to": tenant.account.id,
    }
    document["_rev"] = await store.put(NUMBERS, document)
    yield document
    await store.delete_database(NUMBERS)


@pytest.mark.parametrize("text", [NUMBER, "14155550100", "4155550100", "(415) 555-0100"])
async def test_an_account_is_found_by_its_phone_number(service, user, number, text):
    answer = await login(service, phone_number=text)
    assert (answer.status, answer.data["owner_id"]) == (201, user["_id"])


@pytest.mark.parametrize(
    "change", [{"pvt_state": "reserved"}, {"pvt_assigned_to": "f" * 32}, {"pvt_deleted": True}]
)
async def test_a_number_that_is_nobodys_finds_nobody(service, user, number, change):
    await service.repositories.store.put(NUMBERS, {**number, **change})
    assert (await login(service, phone_number=NUMBER)).status == 401


async def test_without_such_a_number_realm_and_name_count(service, tenant, other, user):
    for more in (
        {"realm": tenant.account.realm},
        {"account_name": tenant.account.name},
        {"realm": "nowhere", "account_name": tenant.account.name},
    ):
        for text in ("+14155550199", "nonsense", "../../_users/x"):
            assert (await login(service, phone_number=text, **more)).status == 201
    wins = {"realm": other.account.realm, "account_name": tenant.account.name}
    assert (await login(service, **wins)).status == 401


@given(st.text())
def test_a_number_is_normal_or_none(text):
    number = normalized_number(text)
    assert number is None or re.fullmatch("[+][0-9]+", number)
    assert number is None or normalized_number(number) == number


async def test_a_disabled_account_takes_no_logins_and_keeps_its_tokens(service, tenant, user):
    await change(service, tenant, pvt_enabled=False)
    answer = await login(service, realm=tenant.account.realm)
    assert (answer.status, answer.json["message"]) == (400, "validation error")
    assert answer.data == {"account": {"disabled": {"message": "account disabled"}}}
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    wrong = await login(service, realm=tenant.account.realm, credentials="0" * 32)
    assert wrong.status == 401


@pytest.mark.parametrize("form", ["md5", "sha", "password"])
async def test_basic_opens_nothing_of_a_disabled_account(service, tenant, user, form):
    headers = basic(f"{tenant.account.id}:{FORMS[form]}")
    client = service.client()
    assert (await client.put(tenant.faxboxes, {"name": "x"}, headers=headers)).status == 201
    await change(service, tenant, pvt_enabled=False)
    for answer in (
        await client.put(tenant.faxboxes, {"name": "x"}, headers=headers),
        await client.get(tenant.faxboxes, headers=headers),
        await client.get("/v2/token_auth", headers=headers),
    ):
        assert (answer.status, answer.json["message"]) == (400, "validation error")
        assert answer.data == {"account": {"disabled": {"message": "account disabled"}}}
    wrong = basic(f"{tenant.account.id}:alice:wrong")
    assert (await client.get(tenant.faxboxes, headers=wrong)).status == 401
    await change(service, tenant, pvt_enabled=True)
    assert (await client.get(tenant.faxboxes, headers=headers)).status == 200


async def test_basic_opens_nothing_of_an_account_that_is_gone(service, root, user, tenant):
    headers = basic(f"{tenant.account.id}:alice:Secret:1234")
    assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 200
    await change(service, tenant, pvt_deleted=True)
    service.repositories.account_cache.invalidate(tenant.account.id)
    assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 401
    await change(service, tenant, pvt_deleted=False)


class TestRememberedBasicCredentials:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_ACCOUNT_CACHE": "60"}

    async def test_they_open_nothing_of_an_account_that_was_disabled_since(
        self, service, tenant, user
    ):
        headers = basic(f"{tenant.account.id}:alice:Secret:1234")
        client = service.client()
        assert (await client.get(tenant.faxboxes, headers=headers)).status == 200
        await service.repositories.accounts.change_private(
            tenant.account.id, lambda document: {**document, "pvt_enabled": False}
        )
        assert (await client.get(tenant.faxboxes, headers=headers)).status == 400

    async def test_those_that_prove_nothing_leave_nothing_behind(self, service, tenant, user):
        known = service.repositories.configuration._documents
        await login(service, realm=tenant.account.realm)
        before = len(list(known.items()))
        for number in range(20):
            for account_id in (tenant.account.id, f"{number:032x}"):
                headers = basic(f"{account_id}:alice:{number}")
                assert (await service.client().get("/v2/about", headers=headers)).status == 401
        assert len(list(known.items())) == before


async def test_an_account_whose_trial_is_over_can_do_nothing(service, tenant, user):
    ended = gregorian_seconds(system_clock()) - 10
    await change(service, tenant, pvt_trial_expires=ended)
    expected = {"account": {"expired": {"message": "account expired", "cause": ended}}}
    for answer in (
        await tenant.client.get(tenant.faxboxes),
        await login(service, realm=tenant.account.realm),
        await service.client().get(
            tenant.faxboxes, headers=basic(f"{tenant.account.id}:alice:Secret:1234")
        ),
    ):
        assert (answer.status, answer.json["message"]) == (400, "validation error")
        assert answer.data == expected
    await change(service, tenant, pvt_trial_expires=ended + 3600)
    assert (await tenant.client.get(tenant.faxboxes)).status == 200


async def test_a_disabled_user_cannot_log_in(service, tenant, user):
    database = account_database(tenant.account.id)
    store = service.repositories.store
    document = await store.get(database, user["_id"])
    await store.put(database, {**document, "enabled": False})
    assert (await login(service, realm=tenant.account.realm)).status == 401
    headers = basic(f"{tenant.account.id}:alice:Secret:1234")
    assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 401


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


FORMS = {"md5": MD5, "sha": SHA1, "password": "alice:Secret:1234", "upper": "ALICE:Secret:1234"}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_every_form_of_basic_credentials(service, tenant, other, user, form):
    headers = basic(f"{tenant.account.id}:{form}")
    client = service.client()
    assert (await client.get(tenant.faxboxes, headers=headers)).status == 200
    assert (await client.get(other.faxboxes, headers=headers)).status == 403
    claims = (await client.get("/v2/token_auth", headers=headers)).data
    assert (claims["owner_id"], claims["method"]) == (user["_id"], "cb_basic_auth")
    ended = await client.delete("/v2/token_auth", headers=headers)
    assert ended.status == 200
    elsewhere = basic(f"{other.account.id}:{form}")
    assert (await client.get(other.faxboxes, headers=elsewhere)).status == 401


@pytest.mark.parametrize("wanted", ["md5", "sha", "plain"])
async def test_an_account_may_want_one_form(service, tenant, user, wanted):
    settings = {"_id": "configs_crossbar.auth", "default": {"basic_auth_type": wanted}}
    await service.repositories.store.put(account_database(tenant.account.id), settings)
    for form, kind in ((MD5, "md5"), (SHA1, "sha"), ("alice:Secret:1234", "plain")):
        headers = basic(f"{tenant.account.id}:{form}")
        answer = await service.client().get(tenant.faxboxes, headers=headers)
        assert answer.status == (200 if kind == wanted else 401), kind


async def test_no_secret_is_logged(service, tenant, user, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = "Secret:9999"
    for form in (*FORMS.values(), f"alice:{wrong}"):
        await service.client().get(tenant.faxboxes, headers=basic(f"{tenant.account.id}:{form}"))
    token = (await login(service, realm=tenant.account.realm)).json["auth_token"]
    await service.client(token).delete("/v2/token_auth")
    await service.client(token).get(tenant.faxboxes)
    key = (await tenant.client.get(f"{tenant.path}/api_key")).data["api_key"]
    await service.client().put("/v2/api_auth", {"api_key": key})
    logged = caplog.text + json.dumps([str(record.args) for record in caplog.records])
    for secret in (MD5, SHA1, "Secret:1234", wrong, token, tenant.client.token, key):
        assert secret not in logged
