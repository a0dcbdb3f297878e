"""`?revs_info=true` and `?rev=`: what a box was before, and who made it what it is."""

import pytest

from tests.http.claims import make_box
from tests.http.users import log_in, make


async def history_of(client, path):
    answer = await client.get(f"{path}?revs_info=true")
    assert answer.status == 200, answer.body
    return answer.data["_revs_info"]


@pytest.fixture
async def path(tenant):
    return f"{tenant.faxboxes}/{(await make_box(tenant))['id']}"


async def test_the_revisions_are_listed_with_times_and_authors(service, tenant, path):
    user = (await make(tenant, username="bob", priv_level="admin")).data["id"]
    token = (await log_in(service, tenant, "bob", "Secret1234")).json["auth_token"]
    await service.client(token).patch(path, {"name": "Lobby"})
    answer = await tenant.client.get(f"{path}?revs_info=true")
    stored = await service.stored(tenant.account.id, answer.data["id"])
    shown = answer.data
    newest, oldest = shown.pop("_revs_info")
    assert newest == {
        "rev": answer.json["revision"],
        "status": "available",
        "pvt_modified": stored["pvt_modified"],
        "pvt_auth_account_id": tenant.account.id,
        "pvt_auth_user_id": user,
    }
    assert oldest["rev"].startswith("1-")
    assert "pvt_auth_user_id" not in oldest
    assert answer.tagged == newest["rev"]
    assert shown == (await tenant.client.get(path)).data


async def test_each_of_them_can_be_read(tenant, path):
    names = ["Front desk", "one", "two", "three"]
    for name in names[1:]:
        await tenant.client.patch(path, {"name": name})
    revisions = [info["rev"] for info in await history_of(tenant.client, path)]
    assert [revision.partition("-")[0] for revision in revisions] == ["4", "3", "2", "1"]
    for revision, name in zip(revisions, reversed(names), strict=True):
        answer = await tenant.client.get(f"{path}?rev={revision}")
        assert (answer.status, answer.data["name"]) == (200, name)
        assert answer.json["revision"] == revision
        assert answer.tagged == revision
        assert not [member for member in answer.data if member.startswith(("_", "pvt_"))]


@pytest.mark.parametrize("revision", ["9-" + "0" * 32, "1-" + "0" * 32, "x", "", "1-%C3%A9", "%00"])
async def test_what_is_no_revision_of_it_is_not_found(tenant, path, revision):
    answer = await tenant.client.get(f"{path}?rev={revision}")
    assert (answer.status, answer.json["message"]) == (404, "bad_identifier")


@pytest.mark.parametrize(
    ("query", "envelope", "cause"),
    [("?rev", {}, "true"), ("", {"rev": 5}, "5"), ("", {"rev": {}}, "{}")],
)
async def test_what_is_no_text_is_no_revision(tenant, path, query, envelope, cause):
    answer = await tenant.client.get(f"{path}{query}", data={}, **envelope)
    assert (answer.status, answer.data["cause"]) == (404, cause)


async def test_deletions_are_listed_and_not_read(tenant, path):
    await tenant.client.delete(path)
    assert (await tenant.client.get(f"{path}?revs_info=true")).status == 404
    await tenant.client.post(f"{path}?restore=true")
    infos = await history_of(tenant.client, path)
    assert [info.get("deleted") for info in infos] == [None, True, None]
    assert (await tenant.client.get(f"{path}?rev={infos[1]['rev']}")).status == 404
    assert (await tenant.client.get(f"{path}?rev={infos[2]['rev']}")).status == 200
    await tenant.client.delete(path)
    assert (await tenant.client.get(f"{path}?rev={infos[2]['rev']}")).status == 404


async def test_it_is_only_for_reading(tenant, path):
    first = (await history_of(tenant.client, path))[0]["rev"]
    await tenant.client.patch(path, {"name": "Lobby"})
    answer = await tenant.client.patch(f"{path}?rev={first}", {"caller_id": "1"})
    assert (answer.status, answer.data["name"]) == (200, "Lobby")
    assert "_revs_info" not in (await tenant.client.patch(f"{path}?revs_info=true", {})).data


async def test_what_was_read_can_be_sent_back(tenant, path):
    await tenant.client.patch(path, {"name": "Lobby"})
    shown = (await tenant.client.get(f"{path}?revs_info=true")).data
    answer = await tenant.client.post(path, shown)
    assert answer.status == 200
    assert "_revs_info" not in answer.data


async def test_preconditions_hold_for_the_revision_that_is_read(tenant, path):
    first = (await history_of(tenant.client, path))[0]["rev"]
    await tenant.client.patch(path, {"name": "Lobby"})
    unchanged = await tenant.client.get(
        f"{path}?rev={first}", headers={"If-None-Match": f'"{first}"'}
    )
    assert unchanged.status == 304


async def test_other_documents_have_no_history_here(tenant, path):
    other = f"{tenant.faxboxes}/{tenant.account.id}"
    for option in ("revs_info=true", "rev=1-0"):
        assert (await tenant.client.get(f"{other}?{option}")).status == 404


async def test_other_accounts_see_none(other, path):
    assert (await other.client.get(f"{path}?revs_info=true")).status == 403
