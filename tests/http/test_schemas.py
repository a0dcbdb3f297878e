"""Schemas, validation by them, and operators' own."""

import asyncio
import copy
import logging

import pytest

from faxbox_service.documents.names import SYSTEM_SCHEMAS
from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase

PACKAGED = packaged_schema("faxbox").document


@pytest.fixture
async def schemas_database(service):
    """The database of schemas, which is left without ours."""
    store = service.repositories.store
    yield store
    for schema_id in ("faxbox", "other", "kapi.x"):
        try:
            document = await store.get(SYSTEM_SCHEMAS, schema_id)
            await store.delete(SYSTEM_SCHEMAS, schema_id, document["_rev"])
        except (DocumentNotFound, MissingDatabase):
            continue


async def until(condition, patience=10.0):
    """Wait for what the changes feed brings."""
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def stricter():
    schema = copy.deepcopy(PACKAGED)
    schema["_id"] = "faxbox"
    schema["properties"]["retries"]["maximum"] = 2
    schema["required"] = ["name", "owner_id"]
    return schema


async def test_the_list_is_for_anyone_and_sorted(service):
    answer = await service.client().get("/v2/schemas")
    assert answer.status == 200
    assert answer.data == sorted(answer.data)
    assert set(answer.data) >= {"accounts", "api_auth", "faxbox", "user_auth"}
    assert not {"revision", "page_size", "version"} & answer.json.keys()


async def test_one_schema_with_its_tag(service):
    answer = await service.client().get("/v2/schemas/faxbox")
    assert answer.status == 200
    expected = {name: value for name, value in PACKAGED.items() if name != "_id"}
    assert answer.data == {**expected, "id": "faxbox"}
    tag = answer.headers["etag"]
    assert answer.tagged == answer.json["revision"]
    again = await service.client().get("/v2/schemas/faxbox", headers={"If-None-Match": tag})
    assert again.status == 304


async def test_schemas_that_are_named_like_resources(service, tenant):
    for schema_id in ("accounts", "api_auth", "user_auth"):
        answer = await service.client().get(f"/v2/schemas/{schema_id}")
        assert (answer.status, answer.data["id"]) == (200, schema_id)
        answer = await tenant.client.put(f"/v2/schemas/{schema_id}/validation", {"x": 1})
        assert answer.status in (201, 400)


@pytest.mark.parametrize("schema_id", ["nope", "..%2Ffaxbox", "faxbox.json", "_design%2Fx"])
async def test_unknown_schemas(service, tenant, schema_id):
    for answer in (
        await service.client().get(f"/v2/schemas/{schema_id}"),
        await tenant.client.put(f"/v2/schemas/{schema_id}/validation", {}),
    ):
        assert (answer.status, answer.json["message"]) == (404, "bad_identifier")


async def test_validation_needs_a_token_and_stores_nothing(service, tenant):
    path = "/v2/schemas/faxbox/validation"
    assert (await service.client().put(path, {"name": "x"})).status == 401
    valid = await tenant.client.put(path, {"name": "x", "retries": "3", "_id": "y"})
    assert (valid.status, valid.data["retries"], valid.data["media"]) == (201, 3, {})
    assert not {"id", "_id"} & valid.data.keys()
    assert "location" not in valid.headers
    invalid = await tenant.client.put(path, {"retries": 9})
    assert (invalid.status, set(invalid.data)) == (400, {"name", "retries"})
    assert (await tenant.client.get(tenant.faxboxes)).data == []


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v2/schemas", "OPTIONS, GET"),
        ("DELETE", "/v2/schemas/faxbox", "OPTIONS, GET"),
        ("GET", "/v2/schemas/faxbox/validation", "OPTIONS, PUT"),
    ],
)
async def test_methods(tenant, method, path, allow):
    answer = await tenant.client.request(method, path, {})
    assert (answer.status, answer.headers["allow"]) == (405, allow)


async def test_paths_that_are_none(tenant):
    for path in ("/v2/schemas/faxbox/x", "/v2/schemas/faxbox/validation/x"):
        assert (await tenant.client.get(path)).status == 404


async def test_an_operators_schema_is_in_force_at_once(service, tenant, schemas_database):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x", "retries": 4})).data
    await schemas_database.put(SYSTEM_SCHEMAS, stricter())

    async def is_refused():
        answer = await tenant.client.put(tenant.faxboxes, {"name": "x", "retries": 4})
        if answer.status == 201:
            return False
        assert (answer.status, set(answer.data)) == (400, {"retries", "owner_id"})
        assert answer.data["retries"]["maximum"]["target"] == 2
        return True

    await until(is_refused)
    path = f"{tenant.faxboxes}/{box['id']}"
    assert (await tenant.client.patch(path, {"name": "y"})).status == 400
    shown = await service.client().get("/v2/schemas/faxbox")
    assert shown.data["required"] == ["name", "owner_id"]
    stored = await schemas_database.get(SYSTEM_SCHEMAS, "faxbox")
    assert shown.json["revision"] == stored["_rev"]

    await schemas_database.delete(SYSTEM_SCHEMAS, "faxbox", stored["_rev"])

    async def is_accepted():
        return (await tenant.client.put(tenant.faxboxes, {"name": "x", "retries": 4})).status == 201

    await until(is_accepted)


@pytest.mark.parametrize(
    "change",
    [
        {"properties": []},
        {"properties": {"name": {"type": "nothing"}}},
        {"properties": {"name": {"pattern": "("}}},
        {"properties": {"name": {"$ref": "nowhere"}}},
        {"properties": {"name": {"$ref": "#/definitions/none"}}},
        {"$ref": "#"},
        {"required": "name"},
    ],
)
async def test_a_broken_schema_is_refused_and_the_packaged_one_stays(
    service, tenant, schemas_database, caplog, change
):
    caplog.set_level(logging.ERROR)
    await schemas_database.put(SYSTEM_SCHEMAS, {**stricter(), **change})

    def refusals():
        return [line for line in caplog.messages if line.startswith("the schema faxbox in ")]

    async def is_told():
        return bool(refusals())

    await until(is_told)
    assert refusals()[0].endswith("the packaged one stays in use")
    assert (await tenant.client.put(tenant.faxboxes, {"name": "x", "retries": 4})).status == 201
    shown = await service.client().get("/v2/schemas/faxbox")
    assert shown.data["properties"] == PACKAGED["properties"]
    assert len(refusals()) == 1


async def test_other_schemas_may_be_referred_to(service, tenant, schemas_database):
    other = {
        "_id": "other",
        "definitions": {"short": {"type": "string", "maxLength": 3}},
        "properties": {"code": {"$ref": "#/definitions/short"}, "n": {"type": "integer"}},
        "type": "object",
    }
    await schemas_database.put(SYSTEM_SCHEMAS, other)
    schema = stricter()
    schema["properties"]["other"] = {"$ref": "other"}
    await schemas_database.put(SYSTEM_SCHEMAS, schema)
    path = "/v2/schemas/faxbox/validation"

    async def is_judged():
        data = {"name": "x", "owner_id": "o", "other": {"code": "long", "n": "5"}}
        answer = await tenant.client.put(path, data)
        return answer.status == 400 and set(answer.data) == {"other.code"}

    await until(is_judged)
    valid = {"name": "x", "owner_id": "o", "other": {"code": "abc", "n": "5"}}
    assert (await tenant.client.put(path, valid)).data["other"] == {"code": "abc", "n": 5}
    assert "other" in (await service.client().get("/v2/schemas")).data
    direct = await tenant.client.put("/v2/schemas/other/validation", {"code": 1})
    assert (direct.status, set(direct.data)) == (400, {"code"})


async def test_internal_schemas_are_listed_only_when_asked_for(service, schemas_database):
    await schemas_database.put(SYSTEM_SCHEMAS, {"_id": "kapi.x", "type": "object"})

    async def is_listed():
        return "kapi.x" in (await service.client().get("/v2/schemas?internals=true")).data

    await until(is_listed)
    for query in ("", "?internals=false", "?internals=x"):
        assert "kapi.x" not in (await service.client().get(f"/v2/schemas{query}")).data
