"""No lost update: revisions, preconditions, and writers at the same time.

See docs/contract.md, 3 and 4.
"""

import asyncio

import pytest


@pytest.fixture
async def box(tenant):
    answer = await tenant.client.put(tenant.faxboxes, {"name": "Front desk"})
    return f"{tenant.faxboxes}/{answer.data['id']}", answer.json["revision"]


def tag(revision):
    return {"If-Match": f'"{revision}"'}


async def test_every_reply_shows_the_revision_to_use_next(tenant, box):
    path, revision = box
    for method in ("POST", "PATCH", "POST"):
        answer = await tenant.client.request(method, path, {"name": "x"}, headers=tag(revision))
        assert answer.status == 200
        assert answer.json["revision"] != revision
        revision = answer.json["revision"]
        assert answer.tagged == revision
        assert (await tenant.client.get(path)).json["revision"] == revision
    deleted = await tenant.client.delete(path, headers=tag(revision))
    assert deleted.status == 200


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_stale_if_match_is_a_412_and_changes_nothing(tenant, box, method):
    path, revision = box
    await tenant.client.patch(path, {"retries": 2})
    answer = await tenant.client.request(method, path, {"name": "x"}, headers=tag(revision))
    assert answer.status == 412
    assert answer.json["message"] == "precondition_failed"
    assert (await tenant.client.get(path)).data["retries"] == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("where", ["data", "envelope"])
async def test_a_stale_revision_in_the_body_is_a_409(tenant, box, method, where):
    path, revision = box
    await tenant.client.patch(path, {"retries": 2})
    data = {"name": "x", "_rev": revision} if where == "data" else {"name": "x"}
    envelope = {"revision": revision} if where == "envelope" else {}
    answer = await tenant.client.request(method, path, data, **envelope)
    assert answer.status == 409
    assert answer.json["message"] == "datastore_conflict"
    assert answer.data["message"] == "conflicting documents"
    # Who posts a dump back is told which value it is, and what to do without it.
    assert answer.data["cause"] == revision
    assert "`_rev` in `data`" in answer.data["hint"]
    assert "leave both out" in answer.data["hint"]
    current = (await tenant.client.get(path)).json["revision"]
    data = {"name": "x", "_rev": current} if where == "data" else {"name": "x"}
    envelope = {"revision": current} if where == "envelope" else {}
    assert (await tenant.client.request(method, path, data, **envelope)).status == 200


async def test_a_delete_may_state_its_revision(tenant, box):
    path, revision = box
    await tenant.client.patch(path, {"retries": 2})
    assert (await tenant.client.request("DELETE", path, {}, revision=revision)).status == 409
    assert (await tenant.client.get(path)).status == 200


async def test_any_revision_matches_a_star(tenant, box):
    path, _ = box
    for method in ("POST", "PATCH", "DELETE"):
        answer = await tenant.client.request(method, path, {"name": "x"}, headers={"If-Match": "*"})
        assert answer.status == 200


async def test_if_match_on_what_does_not_exist(tenant):
    path = f"{tenant.faxboxes}/{'f' * 32}"
    assert (await tenant.client.post(path, {"name": "x"}, headers=tag("1-a"))).status == 404
    created = await tenant.client.put(tenant.faxboxes, {"name": "x"}, headers=tag("1-a"))
    assert created.status == 412
    assert (await tenant.client.get(tenant.faxboxes)).data == []


async def test_if_none_match(tenant, box):
    path, revision = box
    headers = {"If-None-Match": f'"{revision}"'}
    same = await tenant.client.get(path, headers=headers)
    assert (same.status, same.body, same.tagged) == (304, b"", revision)
    assert (await tenant.client.post(path, {"name": "x"}, headers=headers)).status == 412
    await tenant.client.patch(path, {"retries": 2})
    assert (await tenant.client.get(path, headers=headers)).status == 200


async def test_concurrent_patches_of_different_fields_all_survive(tenant, box):
    path, _ = box
    fields = {f"field_{number}": number for number in range(12)}
    answers = await asyncio.gather(
        *(tenant.client.patch(path, {name: value}) for name, value in fields.items())
    )
    assert [answer.status for answer in answers] == [200] * len(fields)
    data = (await tenant.client.get(path)).data
    assert {name: data.get(name) for name in fields} == fields


async def test_of_concurrent_conditional_writers_exactly_one_wins(service, tenant, box):
    path, revision = box
    answers = await asyncio.gather(
        *(
            tenant.client.post(path, {"name": f"writer {number}"}, headers=tag(revision))
            for number in range(10)
        )
    )
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200] + [412] * 9
    winner = next(answer for answer in answers if answer.status == 200)
    assert (await tenant.client.get(path)).data == winner.data


async def test_after_concurrent_writes_the_copy_is_the_document(service, tenant, box):
    path, _ = box
    await asyncio.gather(
        *(tenant.client.post(path, {"name": f"writer {number}"}) for number in range(10))
    )
    faxbox_id = path.rpartition("/")[2]
    stored = await service.stored(tenant.account.id, faxbox_id)
    copy = await service.copy(faxbox_id)
    assert {**copy, "_rev": None} == {**stored, "_rev": None}
