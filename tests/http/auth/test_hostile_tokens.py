"""Tokens made to hurt: long, deep, with impossible numbers, with too much in them."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization

from faxbox_service.crossbar.auth.authentication import Authenticator
from faxbox_service.documents.model.signed_token import LONGEST_CREDENTIAL
from faxbox_service.repositories.auth.identities import Identities
from faxbox_service.repositories.auth.signing_keys import SigningKeys
from faxbox_service.repositories.auth.tokens import Tokens
from faxbox_service.repositories.errors import InvalidCredentials
from faxbox_service.repositories.primitives.clock import system_clock, system_ids
from tests.http.auth.test_logins import basic
from tests.http.auth.test_masquerading import user_of
from tests.http.conftest import child_of
from tests.http.signing import claims_of, signed, signing_key
from tests.http.users import log_in

INVALID = {"message": "invalid credentials"}


def remembered(service):
    return len(list(service.repositories.tokens._verified.items()))


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def unsigned_tokens(service):
    """Text in the shape of a token, with what hurts in each of its parts."""
    key_id, _ = await signing_key(service)
    good = json.dumps({"alg": "RS256", "typ": "JWT", "kid": key_id}).encode()
    headers = {
        "deep": b'{"a":' * 900,
        "closed": b"[" * 400 + b"]" * 400,
        "number": b'{"alg":"RS256","kid":1e999}',
        "digits": b'{"alg":"RS256","kid":' + b"9" * 700 + b"}",
        "detached": json.dumps(
            {"alg": "RS256", "kid": key_id, "b64": False, "crit": ["b64"]}
        ).encode(),
        "path": b'{"alg":"RS256","kid":"../../_all_dbs"}',
        "list": b'{"alg":["RS256"],"kid":["x"]}',
        "good": good,
    }
    payloads = {
        "deep": b'{"a":' * 1300,
        "wide": b"[[]," * 1700,
        "NaN": b'{"exp":NaN}',
        "empty": b"{}",
    }
    for name, header in headers.items():
        for inside, payload in payloads.items():
            parts = map(encoded, (header, payload, b"x" * 256))
            yield f"header {name}, payload {inside}", ".".join(parts)
    for name, text in {
        "dots": "." * 8000,
        "parts": "QQ." * 2600,
        "one part": "A" * 8000,
        "no text": "A.B.C",
        "spaces": " " * 8000,
        "beyond ASCII": "é.é.é",
        "padding": f"{encoded(good)}==.{encoded(b'{}')}==.{'=' * 100}",
    }.items():
        yield name, text


async def test_whatever_is_no_token_is_refused_and_leaves_nothing(service, tenant):
    before = remembered(service)
    async for name, token in unsigned_tokens(service):
        answer = await service.client().put(tenant.faxboxes, {"name": "x"}, auth_token=token)
        assert (answer.status, answer.data) == (401, INVALID), name
        if len(token) < 4000 and token.isascii():
            for asked in (
                await service.client(token).get(tenant.faxboxes),
                await service.client().get(f"{tenant.faxboxes}?auth_token={quote(token)}"),
            ):
                assert (asked.status, asked.data) == (401, INVALID), name
    assert remembered(service) == before


IMPOSSIBLE = {
    "infinite": b'{"exp":1e999}',
    "minus infinite": b'{"exp":-1e999}',
    "no number": b'{"exp":NaN}',
    "digits": b'{"exp":' + b"9" * 4000 + b"}",
    "a large float": b'{"exp":1e300}',
    "negative": b'{"exp":-1}',
    "true": b'{"exp":true}',
    "a list": b'{"exp":[4000000000]}',
    "null": b'{"exp":null}',
    "not yet": b'{"nbf":4000000000}',
    "not before infinity": b'{"nbf":1e999}',
    "not before a list": b'{"nbf":[]}',
    "deep": b'{"x":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "deep and open": b'{"x":' * 900,
    "a surrogate": b'{"owner_id":"\\ud800"}',
    "an empty user": b'{"owner_id":""}',
    "a user of any length": b'{"owner_id":"' + b"x" * 3000 + b'"}',
    "a database's name": b'{"owner_id":"_all_docs"}',
    "a list as user": b'{"owner_id":[]}',
    "an impersonator of any kind": b'{"original_account_id":{}}',
    "an impersonator's user": b'{"original_account_id":"x","original_owner_id":5}',
    "no account": b'{"account_id":""}',
    "another database": b'{"account_id":"../_users"}',
    "an account in capitals": b'{"account_id":"' + b"A" * 32 + b'"}',
    "acts as nobody": b'{"as":{"account_id":"_users","owner_id":"_all_docs"}}',
    "issued by a number": b'{"iss":5}',
    "signed by an object": b'{"identity_sig":{}}',
    "an identity of any length": b'{"identity_sig":"' + b"x" * 3000 + b'"}',
}


@pytest.mark.parametrize("change", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_signed_claims_that_cannot_be(service, tenant, change):
    """Members that are there twice: the last counts."""
    claims = json.dumps(await claims_of(service, tenant.client.token)).encode()
    before = remembered(service)
    token = await signed(service, claims[:-1] + b"," + change[1:])
    for _ in range(2):
        answer = await service.client().put(tenant.faxboxes, {"name": "x"}, auth_token=token)
        assert answer.status == 401
    assert remembered(service) == before


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 4_000_000_000.5},
        {"nbf": 1},
        {"iat": [1]},
        {"aud": "anyone"},
        {"jti": 5},
        {"sub": {}},
        {"method": ["x"]},
        {"as": "x" * 3000},
        {"x": [[[[[]]]]]},
    ],
)
async def test_claims_that_kazoo_does_not_look_at(service, tenant, change):
    claims = await claims_of(service, tenant.client.token)
    token = await signed(service, {**claims, **change})
    answer = await service.client().put(tenant.faxboxes, {"name": "x"}, auth_token=token)
    assert answer.status == 201, answer.body
    assert (await service.client().get(f"/v2/token_auth?auth_token={token}")).status == 200


async def test_a_public_key_is_no_secret(service, tenant):
    """The oldest trick: a token that the key's public half has signed."""
    key_id, key = await signing_key(service)
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = await claims_of(service, tenant.client.token)
    header, payload = (
        encoded(json.dumps(part).encode())
        for part in ({"alg": "HS256", "typ": "JWT", "kid": key_id}, claims)
    )
    signature = hmac.new(pem, f"{header}.{payload}".encode(), hashlib.sha256).digest()
    token = f"{header}.{payload}.{encoded(signature)}"
    assert (await service.client(token).get(tenant.faxboxes)).status == 401


@pytest.mark.parametrize("length", [LONGEST_CREDENTIAL + 1, 100_000, 5_000_000])
async def test_what_is_too_long_is_not_looked_at(service, tenant, length, monkeypatch):
    looked_at = []
    for owner, name in ((Authenticator, "_basic_bearer"), (SigningKeys, "public_key")):
        monkeypatch.setattr(owner, name, lambda *given: looked_at.append(given))
    for options in (
        {"auth_token": "A" * length},
        {"auth_token": f"{tenant.client.token}{'A' * length}"},
        {"authorization": f"Basic {'QUFB' * (length // 4 + 1)}"},
        {"authorization": "x" * length},
        {"authorization": f"Bearer {'x' * length}"},
    ):
        answer = await service.client().put(tenant.faxboxes, {"name": "x"}, **options)
        if length < 65_000:
            assert (answer.status, answer.data) == (401, INVALID)
        else:
            assert answer.status == 413
        assert len(answer.body) < 1000
        assert "auth_token" not in answer.json
    assert looked_at == []


async def test_the_longest_that_is_looked_at_is_repeated_as_ever(service, tenant):
    token = "A" * LONGEST_CREDENTIAL
    answer = await service.client().put(tenant.faxboxes, {"name": "x"}, auth_token=token)
    assert (answer.status, answer.json["auth_token"]) == (401, token)


LONG = 60_000
"""Characters, as many as the body of a login may have."""


async def test_a_login_puts_into_the_token_what_names_a_user_and_nothing_else(service, tenant):
    child = await child_of(service, tenant)
    await user_of(service, tenant, priv_level="admin")
    worker = await user_of(service, child, "worker")
    target = {"account_id": child.account.id, "owner_id": worker["_id"]}
    for given, kept in (
        ("x" * LONG, None),
        (["x"] * 9_000, None),
        ({"x": "x" * LONG}, None),
        ({"account_id": "x" * 32, "x": "x" * LONG}, None),
        ({**target, "x": "x" * LONG, "as": target}, target),
        (target, target),
    ):
        answer = await log_in(service, tenant, "alice", "Secret1234", **{"as": given})
        token = answer.json["auth_token"]
        assert answer.status == 201
        assert len(token) < 1200
        assert (await claims_of(service, token)).get("as") == kept
    await service.repositories.accounts.delete(child.account)


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ({"account_id": "a" * 33, "owner_id": "b"}, "as.account_id"),
        ({"account_id": "a" * 32, "owner_id": "b" * 257}, "as.owner_id"),
        ({"owner_id": "b" * LONG}, "as.owner_id"),
    ],
)
async def test_who_is_named_by_too_much_is_told(service, tenant, target, key):
    await user_of(service, tenant)
    answer = await log_in(service, tenant, "alice", "Secret1234", **{"as": target})
    assert (answer.status, [*answer.data], [*answer.data[key]]) == (400, [key], ["maxLength"])


@pytest.mark.parametrize("owner_id", ["_all_docs", "_design/users", "_local/x", "..", "é", "a\0b"])
async def test_acting_as_something_that_is_no_user(service, tenant, owner_id):
    child = await child_of(service, tenant)
    await user_of(service, tenant)
    target = {"account_id": child.account.id, "owner_id": owner_id}
    answer = await log_in(service, tenant, "alice", "Secret1234", **{"as": target})
    assert answer.status == 201
    client = service.client(answer.json["auth_token"])
    assert (await client.get(child.faxboxes)).status == 401
    assert remembered(service) == 0
    await service.repositories.accounts.delete(child.account)


async def test_tokens_that_have_ended_are_forgotten(service, tenant):
    user = await user_of(service, tenant)
    token = await service.repositories.tokens.issue(tenant.account, user["_id"], "cb_user_auth")
    for _ in range(2):
        assert (await service.client(token).get(tenant.faxboxes)).status == 200
    assert remembered(service) == 1
    assert (await service.client(token).delete("/v2/token_auth")).status == 200
    assert remembered(service) == 0
    for _ in range(2):
        assert (await service.client(token).get(tenant.faxboxes)).status == 401
    assert remembered(service) == 0


async def test_a_signature_is_spelt_in_one_way(service, tenant):
    token = tenant.client.token
    assert (await tenant.client.get(tenant.faxboxes)).status == 200
    for spelling in (
        f"{token}=",
        f"{token}==",
        f"{token}!",
        f"{token}\t",
        f"{token}.",
        f".{token}",
    ):
        answer = await service.client().put(tenant.faxboxes, {"name": "x"}, auth_token=spelling)
        assert answer.status == 401
    assert remembered(service) == 1


class TestMemoryOfTokens:
    async def test_it_is_bounded_by_what_they_say(self, service, tenant):
        claims = await claims_of(service, tenant.client.token)
        fat = json.dumps([[] for _ in range(1200)])
        tokens = service.repositories.tokens
        tokens._verified._entries._budget = 2_000_000
        for number in range(40):
            payload = json.dumps({**claims, "jti": str(number)})[:-1] + f',"x":{fat}}}'
            token = await signed(service, payload.encode())
            await tokens.verify(token)
        assert tokens._verified._entries.size <= 2_000_000
        assert 10 < remembered(service) < 30


@asynccontextmanager
async def tokens_with_little_memory(service):
    """Another worker's tokens on the service's store."""
    repositories = service.repositories
    store, accounts, users = repositories.store, repositories.accounts, repositories.users
    tokens = Tokens(
        store,
        accounts,
        Identities(store, accounts, users, system_ids),
        repositories.signing_keys,
        system_clock,
        system_ids,
        lifetime=3600,
        recheck_seconds=5,
        revocations_in_memory=3,
    )
    await tokens.open()
    yield tokens
    await tokens.close()


async def is_refused(tokens, token):
    with suppress(InvalidCredentials):
        await tokens.verify(token)
        return False
    return True


async def test_more_revocations_than_fit_into_memory_all_count(service, elsewhere, tenant):
    async with (
        tokens_with_little_memory(service) as here,
        tokens_with_little_memory(elsewhere) as there,
    ):
        issued = [await here.issue(tenant.account, None, "cb_api_auth") for _ in range(8)]
        for worker in (here, there):
            assert [await is_refused(worker, token) for token in issued] == [False] * 8
        for token in issued[:-1]:
            await here.revoke(token)
        for worker in (here, there):
            async with asyncio.timeout(5):
                for token in issued[:-1]:
                    while not await is_refused(worker, token):  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
            assert not await is_refused(worker, issued[-1])
            assert len(worker._revocations._entries) == 3


async def test_basic_credentials_of_any_shape(service, tenant):
    for text in ("", ":", "::", "a" * 32 + ":", "a" * 32 + "::", "a" * 32 + ":\0:\0", "\0" * 5000):
        answer = await service.client().get("/v2/token_auth", headers=basic(text))
        assert (answer.status, answer.data) == (401, INVALID)
    for text in ("Basic", "Basic ", "Basic =", f"Basic {'=' * 8000}", "basic \t", "BASIC QQ=="):
        headers = {"Authorization": text}
        assert (await service.client().get("/v2/token_auth", headers=headers)).status == 401


async def test_restrictions_are_bounded(service, tenant):
    path = f"{tenant.path}/token_restrictions"
    rules = {f"r{number}": ["GET"] for number in range(5000)}
    restrictions = {"restrictions": {"_": {"_": {"faxboxes": [{"rules": rules}]}}}}
    answer = await tenant.client.post(path, restrictions)
    assert (answer.status, [*answer.data["restrictions"]]) == (400, ["maxSize"])
    assert answer.data["restrictions"]["maxSize"]["target"] == 32_000
    assert (await tenant.client.get(path)).status == 404
