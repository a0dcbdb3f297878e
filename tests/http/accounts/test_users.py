"""Users: made, read, changed, removed, and logged in."""

import hashlib

import pytest

from faxbox_service.documents.model.passwords import ARGON2
from tests.http.conftest import NOBODY, pages_of
from tests.http.users import ALICE, NAMES, log_in, make, stored, users_of


async def test_a_new_user(service, tenant):
    answer = await make(tenant, email="alice@example.com", custom={"x": 1})
    user = answer.data
    assert answer.headers["location"] == f"{users_of(tenant)}/{user['id']}"
    assert answer.json["revision"] == answer.tagged
    assert (user["username"], user["priv_level"], user["enabled"]) == ("alice", "user", True)
    assert user["custom"] == {"x": 1}
    read = await tenant.client.get(f"{users_of(tenant)}/{user['id']}")
    assert (read.status, read.data, read.headers["etag"]) == (200, user, answer.headers["etag"])
    document = await stored(service, tenant, user["id"])
    assert document["pvt_md5_auth"] == hashlib.md5(b"alice:Secret1234").hexdigest()
    assert document["pvt_sha1_auth"] == hashlib.sha1(b"alice:Secret1234").hexdigest()
    assert document[ARGON2].keys() == {"md5", "sha"}
    assert len(document["pvt_signature_secret"]) == 32
    assert document["pvt_alphanum_name"] == "alicetest"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"username": "x"}, {"first_name": ["required"], "last_name": ["required"]}),
        ({**NAMES, "username": "x"}, {"password": ["required"]}),
        ({**NAMES, "password": "x"}, {"username": ["required"]}),
        ({**ALICE, "username": "a b"}, {"username": ["pattern"]}),
        ({**ALICE, "email": "nobody"}, {"email": ["wrong_format"]}),
        ({**ALICE, "priv_level": "root"}, {"priv_level": ["enum"]}),
        ({**ALICE, "username": 5, "enabled": "x"}, {"username": ["type"], "enabled": ["type"]}),
        ({**ALICE, "hotdesk": {"pin": "1"}}, {"hotdesk.pin": ["minLength"]}),
    ],
)
async def test_what_is_not_valid(tenant, fields, errors):
    answer = await tenant.client.put(users_of(tenant), fields)
    assert (answer.status, answer.json["message"]) == (400, "validation error")
    assert {name: list(rules) for name, rules in answer.data.items()} == errors
    assert (await tenant.client.get(users_of(tenant))).data == []


async def test_user_names_are_unique_in_an_account(tenant, other):
    first = await make(tenant)
    again = await tenant.client.put(users_of(tenant), {**ALICE, "username": "ALICE"})
    assert again.status == 400
    assert again.data == {
        "username": {
            "unique": {"message": "Username must be unique within account", "cause": "alice"}
        }
    }
    await make(other)
    second = await make(tenant, username="bob")
    path = f"{users_of(tenant)}/{second.data['id']}"
    taken = await tenant.client.patch(path, {"username": "alice", "password": "x"})
    assert list(taken.data) == ["username"]
    await tenant.client.delete(f"{users_of(tenant)}/{first.data['id']}")
    assert (await tenant.client.patch(path, {"username": "alice", "password": "x"})).status == 200


async def test_a_user_who_cannot_log_in(service, tenant):
    answer = await tenant.client.put(users_of(tenant), NAMES)
    assert (answer.status, "username" in answer.data) == (201, False)
    document = await stored(service, tenant, answer.data["id"])
    assert not {"pvt_md5_auth", "pvt_sha1_auth", ARGON2} & document.keys()


async def test_changing(service, tenant):
    path = f"{users_of(tenant)}/{(await make(tenant, custom={'a': 1})).data['id']}"
    before = await stored(service, tenant, path.rpartition("/")[2])
    merged = await tenant.client.patch(path, {"custom": {"b": 2}, "email": None})
    assert merged.data["custom"] == {"a": 1, "b": 2}
    replaced = await tenant.client.post(path, {**NAMES, "username": "alice"})
    assert "custom" not in replaced.data
    after = await stored(service, tenant, before["_id"])
    for name in ("pvt_md5_auth", "pvt_sha1_auth", ARGON2, "pvt_signature_secret", "pvt_created"):
        assert after[name] == before[name]
    stale = {"If-Match": '"1-0"'}
    for answer in (
        await tenant.client.post(path, {**NAMES, "username": "alice"}, headers=stale),
        await tenant.client.patch(path, {"x": 1}, headers=stale),
        await tenant.client.delete(path, headers=stale),
        await tenant.client.get(path, headers=stale),
    ):
        assert answer.status == 412
    conflict = await tenant.client.patch(path, {"x": 1}, revision="1-0")
    assert (conflict.status, conflict.json["message"]) == (409, "datastore_conflict")
    without = await tenant.client.post(path, NAMES)
    assert without.status == 200
    document = await stored(service, tenant, before["_id"])
    assert not {"pvt_md5_auth", "pvt_sha1_auth", ARGON2} & document.keys()


@pytest.mark.parametrize("query", ["", "?should_soft_delete=false"])
async def test_deleting_ends_everything(service, tenant, query):
    user = (await make(tenant)).data
    path = f"{users_of(tenant)}/{user['id']}"
    client = service.client(
        (await log_in(service, tenant, "alice", "Secret1234")).json["auth_token"]
    )
    assert (await client.get(tenant.faxboxes)).status == 200
    answer = await tenant.client.delete(f"{path}{query}")
    assert (answer.status, answer.data) == (200, {**user, "_read_only": {"deleted": True}})
    assert (await tenant.client.get(path)).json["message"] == "bad_identifier"
    assert (await tenant.client.delete(path)).status == 404
    assert (await tenant.client.get(users_of(tenant))).data == []
    assert (await client.get(tenant.faxboxes)).status == 401
    assert (await log_in(service, tenant, "alice", "Secret1234")).status == 401


async def test_only_users_are_users(tenant):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data["id"]
    for other in (box, tenant.account.id, "_design/users", "nobody"):
        answer = await tenant.client.get(f"{users_of(tenant)}/{other.replace('/', '%2F')}")
        assert (answer.status, answer.json["message"]) == (404, "bad_identifier")


async def test_the_list(tenant):
    made = [(await make(tenant, username=f"u{n}", flags=[f"f{n}"])).data for n in range(5)]
    made.sort(key=lambda user: user["id"], reverse=True)
    answer = await tenant.client.get(users_of(tenant))
    assert answer.data[0] == {
        "id": made[0]["id"],
        "features": ["vm_to_email"],
        "username": made[0]["username"],
        "first_name": "Alice",
        "last_name": "Test",
        "priv_level": "user",
        "flags": made[0]["flags"],
    }
    pages = await pages_of(tenant.client, f"{users_of(tenant)}?page_size=2")
    assert [user["id"] for page in pages for user in page.data] == [user["id"] for user in made]
    one = await tenant.client.get(f"{users_of(tenant)}?filter_username=u3")
    assert [user["username"] for user in one.data] == ["u3"]
    table = await tenant.client.get(f"{users_of(tenant)}?accept=csv")
    assert len(table.body.splitlines()) == 6
    hidden = await tenant.client.get(f"{users_of(tenant)}?has_key=pvt_md5_auth")
    assert hidden.data == []


async def test_a_user_may_stand_in_between(tenant, other):
    user_id = (await make(tenant)).data["id"]
    assert (await tenant.client.get(f"{users_of(tenant)}/{user_id}/faxboxes")).status == 200
    assert (await other.client.get(f"{users_of(other)}/{user_id}/faxboxes")).status == 404


class TestOwnersThatMustExist:
    @pytest.fixture
    def environment(self):
        return {"FAXBOX_CHECK_OWNER": "true"}

    async def test_they_must(self, service, tenant, other):
        user_id = (await make(tenant)).data["id"]
        stranger = (await make(other)).data["id"]
        owned = await tenant.client.put(tenant.faxboxes, {"name": "x", "owner_id": user_id})
        assert owned.status == 201
        path = f"{tenant.faxboxes}/{owned.data['id']}"
        for owner_id in (stranger, "f" * 32, tenant.account.id, 5, ""):
            refused = {
                "owner_id": {
                    "not_found": {
                        "message": "The owner was not found in the account",
                        "cause": owner_id,
                    }
                }
            }
            for answer in (
                await tenant.client.put(tenant.faxboxes, {"name": "x", "owner_id": owner_id}),
                await tenant.client.post(path, {"name": "x", "owner_id": owner_id}),
                await tenant.client.patch(path, {"owner_id": owner_id}),
            ):
                assert (answer.status, answer.data) == (400, refused)
        await tenant.client.delete(f"{users_of(tenant)}/{user_id}")
        assert (await tenant.client.patch(path, {"name": "y"})).status == 200
        assert (await tenant.client.patch(path, {"owner_id": None})).status == 200


async def test_owners_are_not_looked_for_by_default(tenant):
    box = await tenant.client.put(tenant.faxboxes, {"name": "x", "owner_id": "anyone"})
    assert (box.status, box.data["owner_id"]) == (201, "anyone")


async def test_who_makes_users_is_written_down(service, tenant):
    user = await service.repositories.users.create(tenant.account, ALICE, NOBODY)
    assert user["pvt_is_authenticated"] is False
    made = (await make(tenant, username="bob")).data["id"]
    document = await stored(service, tenant, made)
    assert document["pvt_auth_account_id"] == tenant.account.id
