"""What answers, and since when."""

from faxbox_service import __version__


async def test_about_for_superduper_admins(root):
    answer = await root.client.get("/v2/about")
    assert answer.status == 200
    assert answer.data["version"] == __version__
    assert answer.data["store"]["kind"] in ("sqlite", "couchdb")
    assert answer.data["store"]["version"]
    assert answer.data["uptime"] >= 0
    assert "revision" not in answer.json


async def test_about_below_an_account(service, root, tenant, other):
    path = f"{tenant.path}/about"
    for client in (tenant.client, root.client):
        assert (await client.get(path)).status == 200
    assert (await other.client.get(path)).status == 403
    assert (await service.client().get(path)).status == 401


async def test_about_is_not_for_everyone(service, tenant):
    assert (await tenant.client.get("/v2/about")).status == 403
    assert (await service.client().get("/v2/about")).status == 401


async def test_about_has_nothing_below_it(root):
    assert (await root.client.get("/v2/about/x")).status == 404
    answer = await root.client.put("/v2/about", {})
    assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, GET")
