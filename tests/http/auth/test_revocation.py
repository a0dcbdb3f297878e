"""Tokens that end before they expire: one by one, or all of an identity."""

import asyncio
import base64
import json

import pytest

from faxbox_service.container import Repositories
from faxbox_service.documents.model.signed_token import fingerprint_of
from faxbox_service.documents.names import REVOCATIONS, account_database
from faxbox_service.repositories.errors import InvalidCredentials
from faxbox_service.settings.settings import Settings
from tests.http.conftest import NOBODY, status_within_a_second

INVALID = {"message": "invalid credentials"}


async def new_token(service, tenant, owner_id=None):
    return await service.repositories.tokens.issue(tenant.account, owner_id, "cb_user_auth")


async def test_a_token_that_was_given_up_is_refused(service, tenant):
    client = service.client(await new_token(service, tenant))
    assert (await client.get(tenant.faxboxes)).status == 200
    ended = await client.delete("/v2/token_auth")
    assert (ended.status, ended.json["status"], "data" in ended.json) == (200, "success", False)
    for request in (client.get(tenant.faxboxes), client.delete("/v2/token_auth")):
        answer = await request
        assert (answer.status, answer.data) == (401, INVALID)


async def test_other_tokens_of_the_same_identity_and_second_stay(service, tenant):
    tokens = [await new_token(service, tenant) for _ in range(3)]
    assert len(set(tokens)) == 3
    await service.client(tokens[0]).delete("/v2/token_auth")
    answers = [(await service.client(token).get(tenant.faxboxes)).status for token in tokens]
    assert answers == [401, 200, 200]


async def test_another_worker_refuses_it_within_a_second(service, elsewhere, tenant):
    client = elsewhere.client(await new_token(service, tenant))
    assert (await client.get(tenant.faxboxes)).status == 200
    await service.client(client.token).delete("/v2/token_auth")
    assert await status_within_a_second(client, tenant.faxboxes, 401) == 401


async def test_a_worker_that_starts_later_refuses_it(service, store_url, tenant):
    token = await new_token(service, tenant)
    await service.client(token).delete("/v2/token_auth")
    repositories = await Repositories.open(Settings.load({"FAXBOX_STORE": store_url}))
    with pytest.raises(InvalidCredentials):
        await repositories.tokens.verify(token)
    await repositories.close()


async def test_another_spelling_of_the_signature_is_the_same_token(service, tenant):
    token = await new_token(service, tenant)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 256 bytes are 342 characters: the last one has four bits that mean nothing.
    other = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    decoded = [base64.urlsafe_b64decode(t.rpartition(".")[2] + "==") for t in (token, other)]
    assert decoded[0] == decoded[1]
    assert fingerprint_of(token) == fingerprint_of(other)


async def test_no_token_is_in_the_store(service, tenant):
    token = await new_token(service, tenant)
    await service.client(token).delete("/v2/token_auth")
    changes = await service.repositories.store.changes(REVOCATIONS, None, include_docs=True)
    written = json.dumps([change.document for change in changes.changes])
    assert "token_revocation" in written
    assert not [part for part in token.split(".") if part in written]


async def test_what_has_expired_is_cleared_away(service, tenant):
    store, now = service.repositories.store, 1_000_000_000
    stale = {"_id": "e" * 64, "pvt_type": "token_revocation", "expires": now}
    await store.put(REVOCATIONS, stale)
    await asyncio.sleep(0.3)
    await service.client(await new_token(service, tenant)).delete("/v2/token_auth")
    changes = await store.changes(REVOCATIONS, None)
    assert [c.is_deleted for c in changes.changes if c.id == stale["_id"]] == [True]


@pytest.fixture
async def user(service, tenant):
    fields = {"username": "alice", "first_name": "Alice", "last_name": "Test", "enabled": True}
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)


async def test_a_reset_secret_ends_a_users_tokens_and_nobody_elses(
    service, elsewhere, tenant, user
):
    mine = await new_token(service, tenant, user["_id"])
    accounts = await new_token(service, tenant)
    for worker in (service, elsewhere):
        assert (await worker.client(mine).get(tenant.faxboxes)).status == 200
    await service.repositories.tokens.reset_secret(tenant.account.id, user["_id"])
    assert (await service.client(mine).get(tenant.faxboxes)).status == 401
    assert await status_within_a_second(elsewhere.client(mine), tenant.faxboxes, 401) == 401
    for worker in (service, elsewhere):
        assert (await worker.client(accounts).get(tenant.faxboxes)).status == 200


async def test_a_reset_secret_ends_an_accounts_tokens_and_not_its_users(service, tenant, user):
    mine = await new_token(service, tenant, user["_id"])
    await service.repositories.tokens.reset_secret(tenant.account.id, None)
    assert (await tenant.client.get(tenant.faxboxes)).status == 401
    assert (await service.client(mine).get(tenant.faxboxes)).status == 200
    again = service.client(await new_token(service, tenant))
    assert (await again.get(tenant.faxboxes)).status == 200


async def test_a_secret_that_kazoo_resets_ends_tokens_within_the_time_of_memory(
    service, tenant, monkeypatch
):
    database = account_database(tenant.account.id)
    store = service.repositories.store
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    document = await store.get(database, tenant.account.id)
    await store.put(database, {**document, "pvt_signature_secret": "0" * 32})
    tokens = service.repositories.tokens
    later = tokens._clock() + 6
    monkeypatch.setattr(tokens, "_clock", lambda: later)
    assert (await tenant.client.get(tenant.faxboxes)).status == 401


async def test_keys_can_be_rotated_without_logging_anyone_out(service, elsewhere, tenant):
    old = await new_token(service, tenant)
    key_id = await service.repositories.signing_keys.rotate()
    new = await new_token(service, tenant)
    headers = [
        json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "==")) for token in (old, new)
    ]
    assert headers[0]["kid"] != headers[1]["kid"] == key_id
    for worker in (service, elsewhere):
        for token in (old, new):
            assert (await worker.client(token).get(tenant.faxboxes)).status == 200
