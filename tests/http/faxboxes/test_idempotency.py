"""`Idempotency-Key`: a creation that is repeated happens once, and is answered as it first was."""

import asyncio

import pytest

from faxbox_service.documents.names import IDEMPOTENCY
from faxbox_service.repositories.errors import StaleRevision
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.stores.errors import StoreUnavailable
from tests.http.claims import holder_of, make_box, new_address, taken
from tests.http.conftest import send_raw

BOX = {"name": "Front desk", "caller_id": "+14155550100"}
WRITES = ("put", "put_many")


def key_of(key):
    return {"Idempotency-Key": key}


async def create(tenant, key, data=BOX, client=None):
    return await (client or tenant.client).put(tenant.faxboxes, data, headers=key_of(key))


async def boxes_of(tenant):
    return (await tenant.client.get(tenant.faxboxes)).data


def same(answer):
    """What of a reply is the same when it is repeated."""
    told = {name: answer.json[name] for name in ("data", "revision", "status")}
    return answer.status, answer.headers["etag"], answer.headers["location"], told


async def test_a_creation_that_is_repeated_is_answered_as_it_was(tenant):
    key = new_id()
    first = await create(tenant, key)
    assert first.status == 201
    again = await create(tenant, key)
    assert same(again) == same(first)
    assert again.json["request_id"] != first.json["request_id"]
    assert [box["id"] for box in await boxes_of(tenant)] == [first.data["id"]]


@pytest.mark.parametrize("query", ["", "?should_soft_delete=false"])
async def test_whatever_became_of_the_box(tenant, query):
    key = new_id()
    first = await create(tenant, key)
    path = f"{tenant.faxboxes}/{first.data['id']}"
    await tenant.client.patch(path, {"name": "Lobby"})
    assert same(await create(tenant, key)) == same(first)
    await tenant.client.delete(f"{path}{query}")
    assert same(await create(tenant, key)) == same(first)
    assert await boxes_of(tenant) == []


async def test_the_order_of_members_makes_no_difference(tenant):
    key = new_id()
    first = await create(tenant, key)
    assert same(await create(tenant, key, dict(reversed(BOX.items())))) == same(first)


async def test_other_data_under_the_key_is_refused(tenant):
    key = new_id()
    await create(tenant, key)
    answer = await create(tenant, key, {**BOX, "retries": 2})
    assert (answer.status, answer.json["message"]) == (422, "idempotency_key_reused")
    assert answer.data == {"message": "the idempotency key was used with other data", "cause": key}
    assert len(await boxes_of(tenant)) == 1


async def test_keys_are_each_accounts_own(tenant, other):
    key = new_id()
    first = await create(tenant, key)
    beside = await create(other, key, {"name": "x"})
    assert (first.status, beside.status) == (201, 201)
    assert first.data["id"] != beside.data["id"]


async def test_without_a_key_every_request_creates(tenant):
    for _ in range(2):
        assert (await tenant.client.put(tenant.faxboxes, BOX)).status == 201
    assert len(await boxes_of(tenant)) == 2


async def test_what_was_refused_leaves_the_key_unused(tenant, other):
    key, address = new_id(), new_address()
    rival = await make_box(other, custom_smtp_email_address=address)
    wanted = {**BOX, "custom_smtp_email_address": address}
    for data in ({"name": ""}, wanted):
        assert (await create(tenant, key, data)).status == 400
    assert (await create(tenant, key, wanted)).data == taken(address)
    await other.client.delete(f"{other.faxboxes}/{rival['id']}")
    assert (await create(tenant, key, wanted)).status == 201
    assert (await create(tenant, key)).status == 422


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "\t"])
async def test_a_key_that_no_client_should_make_is_refused(tenant, key):
    answer = await create(tenant, key)
    assert (answer.status, answer.json["message"]) == (400, "malformed_request")
    assert await boxes_of(tenant) == []


async def test_a_key_that_is_no_text_is_refused(service, tenant):
    body = b'{"data": {"name": "x"}}'
    head = (
        f"PUT {tenant.faxboxes} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {tenant.client.token}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    )
    reply = await send_raw(service, head.encode() + b"\xff\xe9\r\n\r\n" + body)
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b'{"message":"header is not UTF-8","cause":"idempotency-key"}' in reply


async def test_many_at_once_on_two_workers_create_one(service, elsewhere, tenant):
    key = new_id()
    wanted = {**BOX, "custom_smtp_email_address": new_address()}
    clients = [tenant.client, elsewhere.client(tenant.client.token)]
    answers = await asyncio.gather(
        *(create(tenant, key, wanted, clients[n % 2]) for n in range(20))
    )
    [box] = await boxes_of(tenant)
    assert [answer.status for answer in answers] == [201] * 20
    assert all(answer.data == box for answer in answers)


async def test_a_repetition_that_is_refused_does_not_unmake_what_is_created(service, tenant):
    """The first one is at its creation while another, on another worker, is refused."""
    once = service.repositories.idempotent_creations.once
    key, box = new_id(), {"_id": "a", "_rev": "1-a"}

    async def nothing(faxbox_id):
        return None

    async def refuse(faxbox_id):
        raise StaleRevision

    async def create_beside(faxbox_id):
        with pytest.raises(StaleRevision):
            await once(tenant.account.id, key, BOX, nothing, refuse)
        return box

    assert await once(tenant.account.id, key, BOX, nothing, create_beside) == box
    assert await once(tenant.account.id, key, BOX, nothing, refuse) == box


async def test_after_a_day_the_key_is_new(service, tenant):
    key = new_id()
    first = await create(tenant, key)
    store = service.repositories.store
    for record in await store.documents(IDEMPOTENCY, limit=999):
        await store.put(IDEMPOTENCY, {**record, "expires": 1})
    again = await create(tenant, key, {"name": "another"})
    assert again.status == 201
    assert again.data["id"] != first.data["id"]


async def test_expired_records_are_purged(service, tenant):
    store = service.repositories.store
    await service.repositories.idempotent_creations.purge()
    for name in ("old", "young"):
        await create(tenant, new_id(), {"name": name})
    old, *young = await store.documents(IDEMPOTENCY, limit=999)
    await store.put(IDEMPOTENCY, {**old, "expires": 1})
    await service.repositories.idempotent_creations.purge()
    assert await store.documents(IDEMPOTENCY, limit=999) == young


async def test_no_key_is_stored(service, tenant):
    key = f"secret-{new_id()}"
    await create(tenant, key)
    records = await service.repositories.store.documents(IDEMPOTENCY, limit=999)
    assert records and key not in repr(records)


class CrashingStore:
    """Lets so many writes through, and fails from then on, before the write or after it."""

    def __init__(self, store, patch, survivors, after):
        self.left = survivors
        for name in WRITES:
            patch.setattr(store, name, self.wrapped(getattr(store, name), after))

    def wrapped(self, write, after):
        async def crash(*arguments):
            if self.left <= 0 and not after:
                raise StoreUnavailable("crashed")
            result = await write(*arguments)
            self.left -= 1
            if self.left < 0:
                raise StoreUnavailable("crashed")
            return result

        return crash


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("survivors", range(5))
async def test_a_creation_that_broke_off_anywhere_is_completed(
    service, tenant, monkeypatch, survivors, after
):
    key = new_id()
    wanted = {**BOX, "custom_smtp_email_address": new_address()}
    CrashingStore(service.repositories.store, monkeypatch, survivors, after)
    await create(tenant, key, wanted)
    monkeypatch.undo()
    again = await create(tenant, key, wanted)
    assert again.status == 201
    assert await boxes_of(tenant) == [again.data]
    assert same(await create(tenant, key, wanted)) == same(again)


@pytest.fixture
async def broken_off(service, tenant, monkeypatch):
    """A creation that broke off once its box was there, which has given up its address since."""
    key, address = new_id(), new_address()
    wanted = {**BOX, "custom_smtp_email_address": address}
    with monkeypatch.context() as patch:
        # The record, the claim, the box.
        CrashingStore(service.repositories.store, patch, 3, after=False)
        await create(tenant, key, wanted)
    [box] = await boxes_of(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    changed = await tenant.client.patch(path, {"custom_smtp_email_address": new_address()})
    assert changed.status == 200
    return key, wanted, box


async def test_what_a_box_gave_up_is_not_claimed_again(service, tenant, broken_off):
    """The reply is the first one, or what it would have been."""
    key, wanted, box = broken_off
    again = await create(tenant, key, wanted)
    assert (again.status, again.data) == (201, box)
    assert await holder_of(service, wanted["custom_smtp_email_address"]) is None


async def test_what_a_box_gave_up_may_be_anothers(tenant, other, broken_off):
    key, wanted, box = broken_off
    await make_box(other, custom_smtp_email_address=wanted["custom_smtp_email_address"])
    again = await create(tenant, key, wanted)
    assert (again.status, again.data) == (201, box)
    assert (await create(tenant, key)).status == 422
    assert [found["id"] for found in await boxes_of(tenant)] == [box["id"]]
