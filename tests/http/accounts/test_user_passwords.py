"""Passwords of users: how they are kept, and what they open."""

import base64
import hashlib
import json
import logging

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faxbox_service.documents.model.passwords import ARGON2
from faxbox_service.documents.names import account_database
from tests.http.users import ALICE, basic, log_in, make, stored, users_of

MARK = "Secret1234"
"""In every password of any text, to be looked for where it must not be."""


async def test_a_password_is_nowhere(service, tenant, caplog):
    caplog.set_level(logging.DEBUG)
    made = await make(tenant, confirm_password="Secret1234")
    path = f"{users_of(tenant)}/{made.data['id']}"
    replies = [
        made,
        await tenant.client.get(path),
        await tenant.client.patch(path, {"password": "Better5678"}),
        await tenant.client.post(path, {**ALICE, "password": "Better5678"}),
        await tenant.client.put(users_of(tenant), ALICE),
        await tenant.client.get(users_of(tenant)),
    ]
    document = json.dumps(await stored(service, tenant, made.data["id"]))
    for text in (document, caplog.text, *(reply.body.decode() for reply in replies)):
        assert "Secret1234" not in text and "Better5678" not in text
    for reply in replies:
        assert "pvt_" not in repr(reply.data) and "argon2" not in repr(reply.data)


async def test_a_new_password_ends_the_tokens_of_the_old_one(service, tenant):
    path = f"{users_of(tenant)}/{(await make(tenant)).data['id']}"
    first = await log_in(service, tenant, "alice", "Secret1234")
    client = service.client(first.json["auth_token"])
    assert (await client.get(tenant.faxboxes)).status == 200
    await tenant.client.patch(path, {"password": "Secret1234"})
    assert (await client.get(tenant.faxboxes)).status == 200
    await tenant.client.patch(path, {"password": "Better5678"})
    assert (await client.get(tenant.faxboxes)).status == 401
    assert (await log_in(service, tenant, "alice", "Secret1234")).status == 401
    assert (await log_in(service, tenant, "alice", "Better5678", "sha")).status == 201


async def test_a_password_that_kazoo_has_changed(service, tenant):
    user_id = (await make(tenant)).data["id"]
    document = await stored(service, tenant, user_id)
    pair = b"alice:Kazoos1234"
    changed = {
        "pvt_md5_auth": hashlib.md5(pair).hexdigest(),
        "pvt_sha1_auth": hashlib.sha1(pair).hexdigest(),
    }
    store, database = service.repositories.store, account_database(tenant.account.id)
    await store.put(database, {**document, **changed})
    for answer in (
        await log_in(service, tenant, "alice", "Secret1234"),
        await log_in(service, tenant, "alice", "Secret1234", username="alice"),
    ):
        assert answer.status == 401
    old = basic(tenant, "alice", "Secret1234")
    assert (await service.client().get(tenant.faxboxes, headers=old)).status == 401
    assert (await log_in(service, tenant, "alice", "Kazoos1234")).status == 201
    assert ARGON2 not in await stored(service, tenant, user_id)
    assert (await log_in(service, tenant, "alice", "Kazoos1234", "sha")).status == 201


class TestWithoutKazoosHashes:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_KAZOO_CREDENTIALS": "false", "FAXBOX_ACCOUNT_CACHE": "0"}

    async def test_only_argon2_is_kept(self, service, tenant):
        user_id = (await make(tenant)).data["id"]
        document = await stored(service, tenant, user_id)
        assert ARGON2 in document
        for digest in (hashlib.md5, hashlib.sha1):
            assert digest(b"alice:Secret1234").hexdigest() not in json.dumps(document)
        for method in ("md5", "sha"):
            named = await log_in(service, tenant, "alice", "Secret1234", method, username="ALICE")
            assert (named.status, named.data["owner_id"]) == (201, user_id)
            nameless = await log_in(service, tenant, "alice", "Secret1234", method)
            wrong = await log_in(service, tenant, "alice", "wrong", method, username="alice")
            nobody = await log_in(service, tenant, "bob", "wrong", method, username="bob")
            assert (nameless.status, wrong.status, nobody.status) == (401, 401, 401)
            assert without_circumstances(wrong.json) == without_circumstances(nobody.json)
        right, wrong = (basic(tenant, "alice", password) for password in ("Secret1234", "x"))
        assert (await service.client().get(tenant.faxboxes, headers=right)).status == 200
        assert (await service.client().get(tenant.faxboxes, headers=wrong)).status == 401

    async def test_kazoos_hashes_go_with_the_next_password(self, service, tenant):
        user_id = (await make(tenant)).data["id"]
        document = await stored(service, tenant, user_id)
        kazoo = {"pvt_md5_auth": hashlib.md5(b"alice:Secret1234").hexdigest()}
        database = account_database(tenant.account.id)
        await service.repositories.store.put(database, {**document, **kazoo})
        await tenant.client.patch(f"{users_of(tenant)}/{user_id}", {"password": "Better5678"})
        assert "pvt_md5_auth" not in await stored(service, tenant, user_id)


class TestAnyNameAndPassword:
    @pytest.fixture(params=[True, False], ids=["with Kazoo's hashes", "without Kazoo's hashes"])
    def keeps_kazoo_hashes(self, request):
        return request.param

    @pytest.fixture
    def environment(self, keeps_kazoo_hashes):
        return {"FAXBOX_KAZOO_CREDENTIALS": str(keeps_kazoo_hashes).lower()}

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        name=st.from_regex(r"[A-Za-z0-9_+@.-]{1,20}", fullmatch=True),
        text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    )
    async def test_logs_in(self, service, tenant, keeps_kazoo_hashes, caplog, name, text):
        caplog.set_level(logging.DEBUG)
        password = f"{text}{MARK}"
        made = await make(tenant, username=name, password=password)
        user_id, lowered = made.data["id"], name.lower()
        document = await stored(service, tenant, user_id)
        pair = f"{lowered}:{password}".encode()
        kazoo = {
            "pvt_md5_auth": hashlib.md5(pair).hexdigest(),
            "pvt_sha1_auth": hashlib.sha1(pair).hexdigest(),
        }
        kept = {field: document[field] for field in kazoo if field in document}
        assert kept == (kazoo if keeps_kazoo_hashes else {})
        named = {} if keeps_kazoo_hashes else {"username": name}
        by_digest = [
            await log_in(service, tenant, lowered, password, method, **named)
            for method in ("md5", "sha")
        ]
        assert [answer.data.get("owner_id") for answer in by_digest] == [user_id, user_id]
        by_password = await service.client().get(
            tenant.faxboxes, headers=basic(tenant, name, password)
        )
        assert by_password.status == 200
        wrong = await log_in(service, tenant, lowered, f"{password}x", **named)
        assert wrong.status == 401
        replies = [answer.body.decode() for answer in (made, *by_digest, by_password, wrong)]
        for seen in (json.dumps(document), caplog.text, *replies):
            assert MARK not in seen
        await tenant.client.delete(f"{users_of(tenant)}/{user_id}?should_soft_delete=false")


@pytest.mark.parametrize("who", ["a user", "nobody", "nobody's account"])
async def test_a_wrong_password_takes_as_long_whoever_it_is_for(service, tenant, monkeypatch, who):
    await make(tenant)
    verified = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda *given: verified.append(given) or verify(*given)
    )
    account_id = "f" * 32 if who == "nobody's account" else tenant.account.id
    name = "alice" if who == "a user" else "bob"
    text = base64.b64encode(f"{account_id}:{name}:wrong".encode()).decode()
    headers = {"Authorization": f"Basic {text}"}
    assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 401
    assert len(verified) == 1


def without_circumstances(envelope):
    return {n: v for n, v in envelope.items() if n not in ("timestamp", "request_id", "tokens")}
