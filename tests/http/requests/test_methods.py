"""Methods, tunnelled verbs, preflights, aliases and nouns in between."""

import pytest

from tests.http.conftest import NOBODY, send_raw

PREFLIGHT = {"Origin": "http://ui.example.com", "Access-Control-Request-Method": "PUT"}


@pytest.fixture
async def box(tenant):
    return (await tenant.client.put(tenant.faxboxes, {"name": "Front desk"})).data


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "FOO", "get"])
async def test_methods_that_crossbar_does_not_know_are_a_501(service, tenant, method):
    request = f"{method} {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    raw = await send_raw(service, request.encode())
    assert raw.startswith((b"HTTP/1.1 501 ", b"HTTP/1.0 501 "))
    assert b'"error":"501"' in raw


async def test_a_target_that_is_too_long_is_a_414(service):
    raw = await send_raw(service, b"GET /v2/" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 414 " in raw.splitlines()[0]
    assert b'"error":"414"' in raw


async def test_a_header_that_is_too_long_is_a_431(service):
    raw = await send_raw(service, b"GET /v2 HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 9000 + b"\r\n\r\n")
    assert b" 431 " in raw.splitlines()[0]


async def test_a_preflight_needs_no_token(service, tenant):
    answer = await service.client().request("OPTIONS", tenant.faxboxes, headers=PREFLIGHT)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, PUT, GET"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-auth-token" in answer.headers["access-control-allow-headers"]


async def test_a_preflight_names_the_method_asked_for_first(service, tenant):
    headers = PREFLIGHT | {"Access-Control-Request-Method": "DELETE"}
    answer = await service.client().request("OPTIONS", tenant.faxboxes, headers=headers)
    assert answer.headers["access-control-allow-methods"] == "DELETE, OPTIONS, PUT, GET"


async def test_a_preflight_repeats_no_method_that_is_none(service, tenant):
    headers = PREFLIGHT | {"Access-Control-Request-Method": "X\x80Y, <z>"}
    answer = await service.client().request("OPTIONS", tenant.faxboxes, headers=headers)
    assert answer.headers["access-control-allow-methods"] == "OPTIONS, PUT, GET"


@pytest.mark.parametrize(
    "name", ["Authorization", "If-None-Match", "If-Match", "Idempotency-Key", "X-Auth-Token"]
)
async def test_a_browser_may_send_what_the_docs_name(service, tenant, name):
    headers = PREFLIGHT | {"Access-Control-Request-Headers": name}
    answer = await service.client().request("OPTIONS", tenant.faxboxes, headers=headers)
    assert name.lower() in answer.headers["access-control-allow-headers"].split(", ")


async def test_a_script_may_read_what_it_needs(tenant):
    answer = await tenant.client.get("/v2/nothing", headers={"Origin": "http://ui.example.com"})
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"etag", "retry-after", "content-disposition", "link", "next-start-key"} <= set(exposed)


async def test_options_without_cors_is_a_405(tenant):
    answer = await tenant.client.request("OPTIONS", tenant.faxboxes)
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, PUT, GET")


async def test_a_cross_origin_success_has_the_cors_headers(tenant, box):
    answer = await tenant.client.get(tenant.faxboxes, headers={"Origin": "http://ui.example.com"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await tenant.client.get(tenant.faxboxes)).headers


async def test_a_post_carries_any_verb(tenant):
    created = await tenant.client.post(tenant.faxboxes, {"name": "Tunnelled"}, verb="put")
    assert created.status == 201
    path = created.headers["location"]
    patched = await tenant.client.post(f"{path}?verb=PATCH", {"retries": 2})
    assert patched.data == {**created.data, "retries": 2}
    assert (await tenant.client.post(f"{path}?verb=get")).data == patched.data
    assert (await tenant.client.post(path, {}, verb="DELETE")).status == 200
    assert (await tenant.client.get(path)).status == 404


async def test_a_verb_inside_data_is_a_field(tenant, box):
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.post(path, {"name": "x", "verb": "delete"})
    assert answer.data["verb"] == "delete"
    assert (await tenant.client.get(path)).status == 200


@pytest.mark.parametrize("verb", ["TRACE", "nonsense", "OPTIONS", "", "PATCH"])
async def test_a_verb_that_the_path_does_not_allow_is_a_405(tenant, verb):
    answer = await tenant.client.post(f"{tenant.faxboxes}?verb={verb}", {"name": "x"})
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, PUT, GET")


async def test_only_a_post_carries_verbs_where_it_is_not_allowed_itself(tenant, box):
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.put(f"{path}?verb=POST", {"name": "x"})
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]
    assert (await tenant.client.get(path)).data == box


async def test_a_get_shows_what_a_verb_would_do_and_does_nothing(tenant, box):
    path = f"{tenant.faxboxes}/{box['id']}"
    deleted = await tenant.client.get(f"{path}?verb=DELETE")
    assert (deleted.status, deleted.data["_read_only"]) == (200, {"deleted": True})
    patched = await tenant.client.get(f"{path}?verb=PATCH", data={"name": "Other"})
    assert patched.data["name"] == "Other"
    replaced = await tenant.client.get(f"{path}?verb=POST", data={"retries": 9})
    assert (replaced.status, set(replaced.data)) == (400, {"name", "retries"})
    assert (await tenant.client.get(path)).data == box
    bad = await tenant.client.get(f"{tenant.faxboxes}?verb=PUT")
    assert (bad.status, set(bad.data)) == (400, {"name"})
    good = await tenant.client.get(f"{tenant.faxboxes}?verb=PUT", data={"name": "via GET"})
    assert good.status == 404
    assert [item["name"] for item in (await tenant.client.get(tenant.faxboxes)).data] == [
        "Front desk"
    ]


async def test_a_get_never_logs_in(service):
    answer = await service.client().get("/v2/user_auth?verb=PUT", data={"credentials": "x"})
    assert answer.status == 405


async def test_head_has_the_headers_of_get(tenant, box):
    for path in (tenant.faxboxes, f"{tenant.faxboxes}/{box['id']}", "/v2/token_auth"):
        head = await tenant.client.request("HEAD", path)
        get = await tenant.client.get(path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers.get("etag") == get.headers.get("etag")
        assert head.headers["content-type"] == get.headers["content-type"]


async def test_the_alias_of_ones_own_account(service, tenant, box):
    assert (await tenant.client.get("/v2/account/faxboxes")).data == [box]
    created = await tenant.client.put("/v2/account/faxboxes/", {"name": "x"})
    assert created.headers["location"] == f"/v2/account/faxboxes/{created.data['id']}"
    assert (await tenant.client.get(created.headers["location"])).data == created.data
    for client in (service.client(), service.client("rubbish")):
        answer = await client.get("/v2/account/faxboxes")
        assert (answer.status, answer.json["message"]) == (401, "invalid credentials")
    preflight = await service.client().request("OPTIONS", "/v2/account/faxboxes", headers=PREFLIGHT)
    assert preflight.status == 200


async def test_a_user_in_between_must_exist_and_filters_nothing(service, tenant, other, box):
    users = service.repositories.users
    fields = {"username": "alice", "first_name": "Alice", "last_name": "Test"}
    user = await users.create(tenant.account, {**fields, "password": "secret"}, NOBODY)
    path = f"{tenant.path}/users/{user['_id']}/faxboxes"
    assert (await tenant.client.get(path)).data == [box]
    assert (await tenant.client.get(f"{path}/{box['id']}")).data == box
    stranger = f"{other.path}/users/{user['_id']}/faxboxes"
    answer = await other.client.get(stranger)
    assert (answer.status, answer.data["cause"]) == (404, user["_id"])
    wrong = await tenant.client.get(f"{tenant.path}/users/{box['id']}/faxboxes")
    assert (wrong.status, wrong.json["message"]) == (404, "bad_identifier")


@pytest.mark.parametrize("between", ["nope", "faxboxes/x", "users/a/nope/b", "x/y"])
async def test_other_things_in_between_do_not_exist(tenant, between):
    answer = await tenant.client.get(f"{tenant.path}/{between}/faxboxes")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")


@pytest.mark.parametrize(("version", "status"), [("v1", 410), ("v3", 200), ("v99", 200)])
async def test_versions(tenant, box, version, status):
    answer = await tenant.client.get(tenant.faxboxes.replace("v2", version))
    assert answer.status == status
    if status == 410:
        assert answer.json["message"] == "gone"


async def test_giving_a_token_up(tenant):
    answer = await tenant.client.delete("/v2/token_auth")
    assert (answer.status, "data" in answer.json) == (200, False)
