"""No cache hands one caller's reply to another (docs/contract.md, 25; RFC 9111, 4)."""

import pytest

READS = ["{faxboxes}", "{box}", "{faxboxes}?paginate=false", "{faxboxes}?accept=csv", "{account}"]


@pytest.fixture
async def paths(tenant):
    box = (await tenant.client.put(tenant.faxboxes, {"name": "x"})).data
    return {
        "faxboxes": tenant.faxboxes,
        "box": f"{tenant.faxboxes}/{box['id']}",
        "account": tenant.path,
    }


@pytest.mark.parametrize("path", READS)
async def test_a_tag_is_good_for_the_caller_who_got_it(tenant, root, paths, path):
    path = path.format(**paths)
    own = await tenant.client.get(path)
    others = await root.client.get(path)
    assert own.headers["etag"] != others.headers["etag"]
    for client, answer, status in (
        (tenant.client, own, 304),
        (root.client, own, 200),
        (root.client, others, 304),
    ):
        again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status == status
        assert again.headers["cache-control"] == "private, no-cache"
        assert "x-auth-token" in again.headers["vary"]
    assert again.headers["etag"] == others.headers["etag"]


async def test_a_renewed_token_is_another_caller(service, tenant, paths):
    first = await tenant.client.get(paths["box"])
    token = await service.repositories.tokens.issue(tenant.account, None, "cb_user_auth")
    second = await service.client(token).get(
        paths["box"], headers={"If-None-Match": first.headers["etag"]}
    )
    assert (second.status, second.json["auth_token"]) == (200, token)


@pytest.mark.parametrize(
    "headers", [{"X-Pretty-Print": "true"}, {"Accept-Encoding": "gzip"}], ids=["pretty", "gzip"]
)
async def test_what_the_body_differs_by_makes_another_tag(tenant, paths, headers):
    plain = await tenant.client.get(paths["box"], headers={"Accept-Encoding": "identity"})
    other = await tenant.client.get(paths["box"], headers=headers)
    assert plain.tagged == other.tagged
    assert plain.headers["etag"] != other.headers["etag"]
    assert {name.lower() for name in headers} <= set(plain.headers["vary"].split(", "))


async def test_any_callers_tag_is_good_for_a_change(tenant, root, paths):
    tag = (await root.client.get(paths["box"])).headers["etag"]
    changed = await tenant.client.patch(paths["box"], {"retries": 2}, headers={"If-Match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] == (await tenant.client.get(paths["box"])).headers["etag"]
    stale = await tenant.client.patch(paths["box"], {"retries": 3}, headers={"If-Match": tag})
    assert stale.status == 412


async def test_a_lone_revision_needs_no_quotes(tenant, paths):
    revision = (await tenant.client.get(paths["box"])).json["revision"]
    same = await tenant.client.get(paths["box"], headers={"If-None-Match": revision})
    assert same.status == 304
    changed = await tenant.client.patch(
        paths["box"], {"retries": 2}, headers={"If-Match": revision}
    )
    assert changed.status == 200


async def test_errors_and_changes_are_never_stored(service, tenant, paths):
    for answer in (
        await tenant.client.get(f"{tenant.faxboxes}/nobody"),
        await service.client().get(tenant.faxboxes),
        await tenant.client.get("/v2/nothing"),
        await tenant.client.get("/v1/nothing"),
        await tenant.client.request("MOVE", tenant.faxboxes),
        await tenant.client.patch(paths["box"], {"retries": 2}),
        await tenant.client.put(tenant.faxboxes, {"name": "y"}),
        await tenant.client.get(tenant.faxboxes, headers={"Accept": "image/png"}),
    ):
        assert answer.headers["cache-control"] == "no-store"


async def test_what_everybody_may_read_has_the_same_tag_for_all(service, tenant, other):
    tags = {
        (await client.get("/v2/openapi.json")).headers["etag"]
        for client in (service.client(), tenant.client, other.client)
    }
    assert len(tags) == 1
