"""`POST …/faxboxes/{F}?restore=true`: a soft-deleted box comes back as it was."""

from tests.http.claims import claim_of, holder_of, make_box, new_address, taken
from tests.http.users import log_in, make


async def deleted_box(tenant, **fields):
    box = await make_box(tenant, **fields)
    path = f"{tenant.faxboxes}/{box['id']}"
    assert (await tenant.client.delete(path)).status == 200
    return box, path


async def test_the_box_comes_back_as_it_was(service, tenant):
    address = new_address()
    box, path = await deleted_box(tenant, custom_smtp_email_address=address, flags=["a"])
    answer = await tenant.client.post(f"{path}?restore=true")
    assert (answer.status, answer.data) == (200, box)
    assert answer.json["revision"].startswith("3-")
    assert (await tenant.client.get(path)).data == box
    assert (await tenant.client.get(tenant.faxboxes)).data == [box]
    copy = await service.copy(box["id"])
    assert "pvt_deleted" not in copy
    for held in (address, box["smtp_email_address"]):
        assert await holder_of(service, held) == box["id"]


async def test_the_option_may_stand_in_the_envelope_and_data_changes_nothing(tenant):
    box, path = await deleted_box(tenant)
    answer = await tenant.client.post(path, {"name": "other"}, restore=True)
    assert (answer.status, answer.data) == (200, box)


async def test_without_the_option_a_deleted_box_is_not_there(tenant):
    _, path = await deleted_box(tenant)
    assert (await tenant.client.post(path, {"name": "x"})).status == 404
    assert (await tenant.client.post(f"{path}?restore=false", {"name": "x"})).status == 404
    assert (await tenant.client.post(path, {"name": "x", "restore": True})).status == 404


async def test_a_box_that_is_there_stays_as_it_is(tenant):
    box = await make_box(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.post(f"{path}?restore=true", {"name": "other"})
    assert (answer.status, answer.data) == (200, box)
    assert answer.json["revision"].startswith("1-")


async def test_an_address_that_is_anothers_by_now_is_told(service, tenant, other):
    address = new_address()
    box, path = await deleted_box(tenant, custom_smtp_email_address=address)
    rival = await make_box(other, custom_smtp_email_address=address)
    answer = await tenant.client.post(f"{path}?restore=true")
    assert (answer.status, answer.data) == (400, taken(address))
    assert (await tenant.client.get(path)).status == 404
    assert await holder_of(service, address) == rival["id"]
    # Its other address was not taken, and is not kept.
    assert await claim_of(service, box["smtp_email_address"]) is None


async def test_what_was_deleted_for_good_or_never_was_is_not_found(tenant):
    box = await make_box(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    assert (await tenant.client.delete(f"{path}?should_soft_delete=false")).status == 200
    for gone in (path, f"{tenant.faxboxes}/nobody", f"{tenant.faxboxes}/{tenant.account.id}"):
        answer = await tenant.client.post(f"{gone}?restore=true")
        assert (answer.status, answer.json["message"]) == (404, "bad_identifier")


async def test_a_stale_precondition_forbids_it(tenant):
    _, path = await deleted_box(tenant)
    headers = {"If-Match": '"1-0"'}
    assert (await tenant.client.post(f"{path}?restore=true", headers=headers)).status == 412
    assert (await tenant.client.get(path)).status == 404


async def test_only_admins_may(service, tenant, root):
    _, path = await deleted_box(tenant)
    for level, status in (("user", 403), ("admin", 200)):
        name = f"name{level}"
        await make(tenant, username=name, priv_level=level)
        token = (await log_in(service, tenant, name, "Secret1234")).json["auth_token"]
        assert (await service.client(token).post(f"{path}?restore=true")).status == status
    await tenant.client.delete(path)
    assert (await root.client.post(f"{path}?restore=true")).status == 200


async def test_other_accounts_may_not(tenant, other):
    _, path = await deleted_box(tenant)
    assert (await other.client.post(f"{path}?restore=true")).status == 403
