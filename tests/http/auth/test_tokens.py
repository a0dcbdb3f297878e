"""Tokens: issued, accepted, refused."""

import base64
import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from faxbox_service.container import Repositories
from faxbox_service.documents.names import SYSTEM_AUTH, SYSTEM_CONFIG, account_database
from faxbox_service.settings.settings import Settings
from faxbox_service.stores.errors import StoreUnavailable
from tests.http.conftest import NOBODY

INVALID = {"message": "invalid credentials"}


@pytest.fixture
async def key(service):
    """Kazoo's way to the private key, from the text of docs/reference/data-model.md alone."""
    store = service.repositories.store
    key_id = (await store.get(SYSTEM_CONFIG, "auth"))["default"]["system_key"]
    document = await store.get(SYSTEM_AUTH, key_id)
    assert document["pvt_type"] == "system_key"
    pem = await store.get_attachment(SYSTEM_AUTH, key_id, "private_key.pem")
    assert pem.content_type == "application/x-pem-file"
    return key_id, serialization.load_pem_private_key(pem.data, None)


async def signature(service, tenant, own_secret):
    store = service.repositories.store
    auth = await store.get(SYSTEM_CONFIG, "auth")
    secret = own_secret + auth["default"]["secret_for_user_signature"]
    digest = hmac.new(secret.encode(), tenant.account.id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def own_secret(service, tenant):
    database = account_database(tenant.account.id)
    document = await service.repositories.store.get(database, tenant.account.id)
    return document["pvt_signature_secret"]


async def claims(service, tenant, **changes):
    return {
        "iss": "kazoo",
        "account_id": tenant.account.id,
        "method": "cb_api_auth",
        "exp": 4_000_000_000,
        "identity_sig": await signature(service, tenant, await own_secret(service, tenant)),
        **changes,
    }


async def test_an_issued_token_is_one_of_kazoos(service, tenant, key):
    key_id, private_key = key
    token = tenant.client.token
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": key_id}
    payload = jwt.decode(token, private_key.public_key(), algorithms=["RS256"])
    expected = await claims(service, tenant, exp=payload["exp"], jti=payload["jti"])
    assert payload == expected
    assert len(await own_secret(service, tenant)) == 32


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
async def test_a_token_made_by_the_reference_alone_is_accepted(service, tenant, key, algorithm):
    key_id, private_key = key
    token = jwt.encode(
        await claims(service, tenant), private_key, algorithm, headers={"kid": key_id}
    )
    assert (await service.client(token).get(tenant.faxboxes)).status == 200


def with_another_character(token):
    """A token whose signature has other bits; the last characters may hold none that count."""
    at = len(token) - 10
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


async def bad_tokens(service, tenant, other, key):
    key_id, private_key = key
    good = await claims(service, tenant)
    public_pem = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def signed(payload, **headers):
        return jwt.encode(payload, private_key, "RS256", headers={"kid": key_id, **headers})

    def unsigned(header, payload, tail=b""):
        parts = (json.dumps(header).encode(), json.dumps(payload).encode(), tail)
        return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)

    hmac_key = hashlib.sha256(public_pem).digest()
    return {
        "garbage": "garbage",
        "empty parts": "..",
        "not ASCII": "ü",
        "another account's signature": signed({**good, "account_id": other.account.id}),
        "no signature of the identity": signed(
            {name: value for name, value in good.items() if name != "identity_sig"}
        ),
        "number as signature": signed({**good, "identity_sig": 5}),
        "non-ASCII signature": signed({**good, "identity_sig": "ü"}),
        "no account": signed({**good, "account_id": None}),
        "no database's name": signed({**good, "account_id": "../_users"}),
        "unknown account": signed({**good, "account_id": "f" * 32}),
        "unknown user": signed({**good, "owner_id": "f" * 32}),
        "a user that is no user": signed({**good, "owner_id": tenant.account.id}),
        "another issuer": signed({**good, "iss": "someone"}),
        "no expiry": signed({name: v for name, v in good.items() if name != "exp"}),
        "text as expiry": signed({**good, "exp": "soon"}),
        "masquerading": signed(
            {**good, "as": {"account_id": other.account.id, "owner_id": "f" * 32}}
        ),
        "unknown key": signed(good, kid="f" * 32),
        "a key outside": signed(good, kid="../system_config/auth"),
        "no key": unsigned({"alg": "RS256"}, good, b"x"),
        "no algorithm": unsigned({"alg": "none", "kid": key_id}, good),
        "HMAC": jwt.encode(good, hmac_key, "HS256", headers={"kid": key_id}),
        "changed": with_another_character(tenant.client.token),
    }


async def test_bad_tokens_are_refused(service, tenant, other, key):
    for name, token in (await bad_tokens(service, tenant, other, key)).items():
        answer = await service.client(token).get(tenant.faxboxes)
        assert answer.status == 401, name
        assert (answer.json["message"], answer.data) == ("invalid_credentials", INVALID), name
        assert answer.json["auth_token"] == token
        assert "version" not in answer.json


async def test_no_token(service, tenant):
    answer = await service.client().get(tenant.faxboxes)
    assert (answer.status, answer.data) == (401, INVALID)
    assert not {"auth_token", "version"} & answer.json.keys()


async def test_an_expired_token_has_a_reply_of_its_own(service, tenant, key):
    key_id, private_key = key
    payload = await claims(service, tenant, exp=1_000_000_000)
    token = jwt.encode(payload, private_key, "RS256", headers={"kid": key_id})
    answer = await service.client(token).get(tenant.faxboxes)
    assert (answer.status, answer.json["message"], answer.data) == (401, "invalid credentials", {})


async def test_a_token_may_come_in_the_query_or_the_envelope(service, tenant):
    token = tenant.client.token
    anonymous = service.client()
    in_query = await anonymous.get(f"{tenant.faxboxes}?auth_token={token}")
    in_envelope = await anonymous.put(tenant.faxboxes, {"name": "x"}, auth_token=token)
    in_data = await anonymous.put(tenant.faxboxes, {"name": "x", "auth_token": token})
    assert (in_query.status, in_envelope.status, in_data.status) == (200, 201, 401)


async def test_the_header_wins_over_everything(service, tenant):
    answer = await service.client("bad").get(f"{tenant.faxboxes}?auth_token={tenant.client.token}")
    assert answer.status == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_a_token_is_a_bearer_token_as_well(service, tenant, other, scheme):
    headers = {"Authorization": f"{scheme} {tenant.client.token}"}
    answer = await service.client().get(tenant.faxboxes, headers=headers)
    assert (answer.status, answer.json["auth_token"]) == (200, tenant.client.token)
    assert (await service.client().get(other.faxboxes, headers=headers)).status == 403
    headers = {"Authorization": f"{scheme} {tenant.client.token}x"}
    assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 401


async def test_other_schemes_prove_nothing(service, tenant):
    for scheme in ("Digest", "Token", tenant.client.token):
        headers = {"Authorization": f"{scheme} {tenant.client.token}"}
        assert (await service.client().get(tenant.faxboxes, headers=headers)).status == 401


async def test_a_basic_credential_is_never_echoed(service, tenant):
    headers = {"Authorization": "Basic c2VjcmV0OnNlY3JldA=="}
    answer = await service.client().get(tenant.faxboxes, headers=headers)
    assert answer.status == 401
    assert b"c2VjcmV0" not in answer.body


async def test_the_claimed_account_must_be_the_tokens(tenant, other):
    right = {"X-Auth-Account-ID": tenant.account.id}
    wrong = {"X-Auth-Account-ID": other.account.id}
    assert (await tenant.client.get(tenant.faxboxes, headers=right)).status == 200
    assert (await tenant.client.get(tenant.faxboxes, headers=wrong)).status == 401


async def test_a_new_secret_ends_an_accounts_tokens(service, tenant):
    store, database = service.repositories.store, account_database(tenant.account.id)
    document = await store.get(database, tenant.account.id)
    await store.put(database, {**document, "pvt_signature_secret": "0" * 32})
    assert (await service.client(tenant.client.token).get(tenant.faxboxes)).status == 401


async def test_the_rule_of_the_account_tree(service, root, tenant, other):
    for client, path, status in (
        (root.client, tenant.faxboxes, 200),
        (tenant.client, tenant.faxboxes, 200),
        (tenant.client, root.faxboxes, 403),
        (other.client, tenant.faxboxes, 403),
        (other.client, f"{tenant.faxboxes}/{'f' * 32}", 403),
        (tenant.client, f"/v2/accounts/{'f' * 32}/faxboxes", 404),
        (service.client(), f"/v2/accounts/{'f' * 32}/faxboxes", 401),
        (tenant.client, "/v2/faxboxes", 403),
        (service.client(), "/v2/faxboxes", 401),
    ):
        assert (await client.get(path)).status == status, path


async def login(service, resource, **data):
    return await service.client().put(f"/v2/{resource}", data)


async def test_login_with_the_api_key(service, tenant):
    key = (await tenant.client.get(f"{tenant.path}/api_key")).data["api_key"]
    answer = await login(service, "api_auth", api_key=key)
    assert answer.status == 201
    assert answer.headers["location"] == f"/v2/api_auth/{tenant.account.id}"
    assert "etag" not in answer.headers
    assert answer.json["revision"] == "automatic"
    assert answer.data["account_id"] == tenant.account.id
    assert (await service.client(answer.json["auth_token"]).get(tenant.faxboxes)).status == 200


async def test_an_unknown_api_key(service):
    answer = await login(service, "api_auth", api_key="0" * 64)
    assert (answer.status, answer.json["message"], answer.data) == (
        404,
        "bad identifier",
        ["0" * 64],
    )


@pytest.fixture
async def user(service, tenant):
    fields = {"username": "Alice", "first_name": "Alice", "last_name": "Test", "enabled": True}
    users = service.repositories.users
    return await users.create(tenant.account, {**fields, "password": "Secret1234"}, NOBODY)


@pytest.mark.parametrize(("method", "digest"), [("md5", hashlib.md5), ("sha", hashlib.sha1)])
async def test_login_of_a_user(service, tenant, user, method, digest):
    credentials = digest(b"alice:Secret1234").hexdigest()
    for account in ({"account_name": tenant.account.name.upper()}, {"realm": tenant.account.realm}):
        answer = await login(
            service, "user_auth", credentials=credentials, method=method, **account
        )
        assert answer.status == 201, answer.body
        assert answer.data["owner_id"] == user["_id"]
        assert answer.headers["location"] == f"/v2/user_auth/{user['_id']}"
    client = service.client(answer.json["auth_token"])
    box = await client.put(tenant.faxboxes, {"name": "x"})
    stored = await service.stored(tenant.account.id, box.data["id"])
    assert stored["pvt_auth_user_id"] == user["_id"]
    shown = (await client.get("/v2/token_auth")).data
    assert (shown["owner_id"], shown["method"]) == (user["_id"], "cb_user_auth")


def basic(text):
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


async def test_a_user_may_ask_without_a_token(service, tenant, user):
    digest = hashlib.md5(b"alice:Secret1234").hexdigest()
    headers = basic(f"{tenant.account.id}:{digest}")
    box = await service.client().put(tenant.faxboxes, {"name": "x"}, headers=headers)
    assert (box.status, "auth_token" in box.json) == (201, False)
    stored = await service.stored(tenant.account.id, box.data["id"])
    assert stored["pvt_auth_user_id"] == user["_id"]
    claims = (await service.client().get("/v2/token_auth", headers=headers)).data
    assert (claims["account_id"], claims["owner_id"]) == (tenant.account.id, user["_id"])


async def test_credentials_may_come_as_an_option(service, tenant, user):
    digest = hashlib.md5(b"alice:Secret1234").hexdigest()
    text = basic(f"{tenant.account.id}:{digest}")["Authorization"]
    client = service.client()
    listed = await client.get(f"{tenant.faxboxes}?authorization={text.replace(' ', '%20')}")
    assert (listed.status, "auth_token" in listed.json) == (200, False)
    made = await client.put(tenant.faxboxes, {"name": "x"}, authorization=text)
    assert made.status == 201
    assert (await client.put(tenant.faxboxes, {"name": "x"}, authorization=5)).status == 401


async def test_basic_credentials_that_prove_nothing(service, tenant, other, user):
    digest = hashlib.md5(b"alice:Secret1234").hexdigest()
    wrong = [
        basic(f"{other.account.id}:{digest}"),
        basic(f"{'0' * 32}:{digest}"),
        basic(f"{tenant.account.id}:{'0' * 32}"),
        basic(f"{tenant.account.id}:{digest}:x"),
        basic(f"{tenant.account.id}"),
        basic("alice:Secret1234"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic ///"},
        {"Authorization": "Basic é"},
        {**basic(f"{tenant.account.id}:{digest}"), "X-Auth-Account-ID": other.account.id},
    ]
    for headers in wrong:
        answer = await service.client().get(tenant.faxboxes, headers=headers)
        assert (answer.status, answer.json["message"]) == (401, "invalid_credentials"), headers
    stranger = await service.client().get(
        other.faxboxes, headers=basic(f"{tenant.account.id}:{digest}")
    )
    assert stranger.status == 403


async def test_refused_logins(service, tenant, other, user):
    good = hashlib.md5(b"alice:Secret1234").hexdigest()
    for data in (
        {"credentials": hashlib.md5(b"alice:wrong").hexdigest(), "realm": tenant.account.realm},
        {"credentials": good, "realm": other.account.realm},
        {"credentials": good, "realm": "nowhere"},
        {"credentials": good},
        {"credentials": good, "realm": tenant.account.realm, "method": "sha"},
        {"credentials": good, "account_name": ""},
    ):
        answer = await login(service, "user_auth", **data)
        assert (answer.status, answer.data) == (401, INVALID)


async def test_a_password_is_stored_only_as_hashes(service, tenant, user):
    document = await service.repositories.store.get(
        account_database(tenant.account.id), user["_id"]
    )
    assert "Secret1234" not in json.dumps(document)
    assert document["pvt_md5_auth"] == hashlib.md5(b"alice:Secret1234").hexdigest()
    assert document["pvt_sha1_auth"] == hashlib.sha1(b"alice:Secret1234").hexdigest()


async def test_a_key_that_is_named_but_missing_stops_the_start(tmp_path):
    settings = Settings.load({"FAXBOX_STORE": f"sqlite://{tmp_path}/x.db"})
    repositories = await Repositories.open(settings)
    store = repositories.store
    key_id = (await store.get(SYSTEM_CONFIG, "auth"))["default"]["system_key"]
    document = await store.get(SYSTEM_AUTH, key_id)
    await store.delete(SYSTEM_AUTH, key_id, document["_rev"])
    await repositories.close()
    with pytest.raises(StoreUnavailable, match=key_id):
        await Repositories.open(settings)
