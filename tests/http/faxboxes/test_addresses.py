"""Addresses of faxboxes: no two boxes hold one, and one that is let go is free.

See docs/contract.md, 6.
"""

import asyncio

import pytest

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model.address_claim import claim_id, new_claim
from faxbox_service.documents.model.smtp_address import folded
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.faxboxes.address_claims import AddressClaims
from faxbox_service.repositories.faxboxes.address_generator import AddressGenerator
from faxbox_service.repositories.primitives.clock import new_id, system_clock, system_ids
from faxbox_service.stores.errors import MissingView, StoreUnavailable
from tests.http.claims import (
    claim_of,
    holder_of,
    make_box,
    new_address,
    taken,
    write_as_kazoo,
)


async def test_a_box_claims_both_its_addresses(service, tenant):
    address = new_address()
    box = await make_box(tenant, custom_smtp_email_address=address.upper())
    for held in (address, box["smtp_email_address"]):
        claim = await claim_of(service, held)
        assert (claim["pvt_type"], claim["address"]) == ("faxbox_address", held)
        assert (claim["faxbox_id"], claim["pvt_account_id"]) == (box["id"], tenant.account.id)


LOOK_ALIKES = {
    "a blank behind": "{} ",
    "a blank before": " {}",
    "a newline": "{}\n",
    "a NUL": "{}\0",
    "a dot behind": "{}.",
    "a dot before": ".{}",
    "full width": "\uff46{}",
    "an ideographic full stop": "x\u3002{}",
    "a zero width space": "{}\u200b",
    "the Kelvin sign": "{}\u212a",
    "quotes": '""@{}',
    "a quoted mailbox": '"a"@{}',
    "angle brackets": "<a@{}>",
    "a comment": "a(b)@{}",
    "two at": "a@b@{}",
    "a literal": "a@[127.0.0.1]",
    "a host's number": "127.0.0.1",
    "Unicode": "\xfc.{}",
    "no A-label": "xn--a-\xfc.{}",
    "an A-label of nothing": "xn--.{}",
    "an A-label that is none": "xn--99999.{}",
    "nothing": "",
}


@pytest.mark.parametrize("form", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "preview"])
async def test_what_is_no_address_is_refused_as_it_was_sent(tenant, form, method):
    address = form.format(new_address())
    path = tenant.faxboxes
    if method != "PUT":
        box = await make_box(tenant, custom_smtp_email_address=new_address())
        path = f"{path}/{box['id']}"
    fields = {"name": "x", "custom_smtp_email_address": address}
    if method == "preview":
        answer = await tenant.client.request("GET", f"{path}?verb=POST", fields)
    else:
        answer = await tenant.client.request(method, path, fields)
    assert (answer.status, answer.json["message"]) == (400, "validation error")
    assert answer.data.keys() == {"custom_smtp_email_address"}
    fault = answer.data["custom_smtp_email_address"]["wrong_format"]
    assert fault["value"] == address
    assert fault["message"].startswith("Field is not in the correct format: ")
    if method != "PUT":
        assert (await tenant.client.get(path)).data == box


async def test_an_invalid_address_comes_before_a_box_that_is_not_there(tenant):
    fields = {"name": "x", "custom_smtp_email_address": "a b"}
    assert (await tenant.client.post(f"{tenant.faxboxes}/{new_id()}", fields)).status == 400


async def test_mailboxes_and_international_names_are_addresses(service, tenant):
    for form in ("a+B@{}", "xn--mnchen-3ya.{}", "x.y@XN--MNCHEN-3YA.{}"):
        address = form.format(new_address())
        box = await make_box(tenant, custom_smtp_email_address=address)
        assert box["custom_smtp_email_address"] == address.lower()
        assert await holder_of(service, address.lower()) == box["id"]


@pytest.mark.parametrize("odd", ["Sales {}", "{} ", "B\xdcRO@{}", ""])
async def test_what_kazoo_stored_otherwise_stays_until_it_is_changed(service, tenant, odd):
    address = odd.format(new_address())
    box = await write_as_kazoo(service, tenant, custom_smtp_email_address=address)
    path = f"{tenant.faxboxes}/{box['_id']}"
    assert (await tenant.client.get(path)).data["custom_smtp_email_address"] == address
    kept = await tenant.client.patch(path, {"name": "other"})
    assert (kept.status, kept.data["name"]) == (200, "other")
    assert kept.data["custom_smtp_email_address"] == address
    replaced = await tenant.client.post(path, {"name": "y", "custom_smtp_email_address": address})
    assert (replaced.status, replaced.data["name"]) == (200, "y")
    for sent in (f"{address}x ", "  "):
        changed = await tenant.client.patch(path, {"custom_smtp_email_address": sent})
        assert changed.data["custom_smtp_email_address"]["wrong_format"]["value"] == sent
    right = new_address()
    changed = await tenant.client.patch(path, {"custom_smtp_email_address": right})
    assert (changed.status, changed.data["custom_smtp_email_address"]) == (200, right)
    assert await holder_of(service, right) == box["_id"]
    again = await tenant.client.patch(path, {"custom_smtp_email_address": address})
    assert again.status == 400


async def test_a_letter_that_becomes_another_in_lower_case_keeps_nobody_from_an_address(
    service, tenant, other
):
    address = f"k{new_address()}"
    kelvin = f"\u212a{address[1:]}"
    assert kelvin.lower() == address
    await write_as_kazoo(service, other, custom_smtp_email_address=kelvin)
    box = await make_box(tenant, custom_smtp_email_address=address)
    assert await holder_of(service, address) == box["id"]


@pytest.mark.parametrize("configured", ["Fax.Reseller.Example", "fax reseller.example", "x" * 250])
async def test_only_a_domain_name_becomes_that_of_generated_addresses(
    service, root, monkeypatch, configured
):
    async def value(self, *_):
        return configured

    monkeypatch.setattr(Configuration, "account_value", value)
    monkeypatch.setattr(Configuration, "system_value", value)
    domain = (await make_box(root))["smtp_email_address"].partition(".")[2]
    assert domain == ("fax.reseller.example" if "." in configured[:4] else "fax.kazoo.io")


async def test_generated_and_custom_addresses_share_one_name_space(tenant, other):
    box = await make_box(tenant)
    address = box["smtp_email_address"]
    answer = await other.client.put(
        other.faxboxes, {"name": "x", "custom_smtp_email_address": address.upper()}
    )
    assert (answer.status, answer.data) == (400, taken(address))


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_taken_address_is_refused_and_nothing_changes(service, tenant, other, method):
    address = new_address()
    await make_box(other, custom_smtp_email_address=address)
    box = await make_box(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    changes = {"name": "x", "custom_smtp_email_address": address}
    answer = await tenant.client.request(method, path, changes)
    assert (answer.status, answer.data) == (400, taken(address))
    assert (await tenant.client.get(path)).data == box


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_changed_address_is_free_for_others(service, tenant, other, method):
    before, after = new_address(), new_address()
    box = await make_box(tenant, custom_smtp_email_address=before)
    path = f"{tenant.faxboxes}/{box['id']}"
    changes = {"name": "x", "custom_smtp_email_address": after}
    assert (await tenant.client.request(method, path, changes)).status == 200
    assert await claim_of(service, before) is None
    assert await holder_of(service, after) == box["id"]
    other_box = await make_box(other, custom_smtp_email_address=before)
    assert await holder_of(service, before) == other_box["id"]


async def test_a_removed_address_is_free_for_others(service, tenant, other):
    address = new_address()
    box = await make_box(tenant, custom_smtp_email_address=address)
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.patch(path, {"custom_smtp_email_address": None})
    assert (answer.status, "custom_smtp_email_address" in answer.data) == (200, False)
    await make_box(other, custom_smtp_email_address=address)


@pytest.mark.parametrize("query", ["", "?should_soft_delete=false"])
async def test_deleting_a_box_frees_its_addresses(service, tenant, other, query):
    address = new_address()
    box = await make_box(tenant, custom_smtp_email_address=address)
    assert (await tenant.client.delete(f"{tenant.faxboxes}/{box['id']}{query}")).status == 200
    for held in (address, box["smtp_email_address"]):
        assert await claim_of(service, held) is None
    await make_box(other, custom_smtp_email_address=address)
    await make_box(other, custom_smtp_email_address=box["smtp_email_address"])


@pytest.mark.parametrize("query", ["", "?should_soft_delete=false"])
async def test_deleting_an_account_frees_the_addresses_of_its_boxes(service, root, other, query):
    answer = await root.client.put(root.path, {"name": f"doomed {new_id()}"})
    doomed = f"/v2/accounts/{answer.data['id']}"
    address = new_address()
    box = await root.client.put(
        f"{doomed}/faxboxes", {"name": "x", "custom_smtp_email_address": address}
    )
    assert (await root.client.delete(f"{doomed}{query}")).status == 200
    assert await claim_of(service, address) is None
    assert await claim_of(service, box.data["smtp_email_address"]) is None
    await make_box(other, custom_smtp_email_address=address)


async def test_a_box_may_swap_its_addresses_back_and_forth(service, tenant):
    one, two = new_address(), new_address()
    box = await make_box(tenant, custom_smtp_email_address=one)
    path = f"{tenant.faxboxes}/{box['id']}"
    for address in (two, one, two, one):
        answer = await tenant.client.patch(path, {"custom_smtp_email_address": address})
        assert answer.status == 200
    assert await holder_of(service, one) == box["id"]
    assert await claim_of(service, two) is None


@pytest.mark.parametrize("own", ["custom", "generated"])
async def test_a_box_of_kazoo_without_a_claim_is_honoured(service, tenant, other, own):
    address = new_address()
    names = {"custom": "custom_smtp_email_address", "generated": "pvt_smtp_email_address"}
    await write_as_kazoo(service, other, **{names[own]: address.upper()})
    answer = await tenant.client.put(
        tenant.faxboxes, {"name": "x", "custom_smtp_email_address": address}
    )
    assert (answer.status, answer.data) == (400, taken(address))
    assert await claim_of(service, address) is None


async def test_a_copy_that_is_older_than_its_box_holds_nothing(service, tenant, other):
    address = new_address()
    box = await write_as_kazoo(service, other, custom_smtp_email_address=address)
    store, database = service.repositories.store, account_database(other.account.id)
    await store.put(database, {**await store.get(database, box["_id"]), "pvt_deleted": True})
    await make_box(tenant, custom_smtp_email_address=address)


async def test_a_claim_whose_box_never_came_is_taken_over(service, tenant, other):
    address = new_address()
    now = gregorian_seconds(system_clock())
    claim = new_claim(address, new_id(), other.account.id, now - 60, 30)
    await service.repositories.store.put(FAXES, claim)
    box = await make_box(tenant, custom_smtp_email_address=address)
    assert await holder_of(service, address) == box["id"]


async def test_a_claim_of_a_box_that_uses_it_no_more_is_taken_over(service, tenant, other):
    address = new_address()
    idle = await make_box(other)
    now = gregorian_seconds(system_clock())
    await service.repositories.store.put(
        FAXES, new_claim(address, idle["id"], other.account.id, now)
    )
    box = await make_box(tenant, custom_smtp_email_address=address)
    assert await holder_of(service, address) == box["id"]


async def test_while_a_claim_is_reserved_nobody_is_told_that_it_is_taken(service, tenant, other):
    address = new_address()
    now = gregorian_seconds(system_clock())
    claim = new_claim(address, new_id(), other.account.id, now, 60)
    await service.repositories.store.put(FAXES, claim)
    fields = {"name": "x", "custom_smtp_email_address": address}
    answer = await tenant.client.put(tenant.faxboxes, fields)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert (await tenant.client.get(tenant.faxboxes)).data == []


async def test_whoever_waits_for_a_reserved_claim_gets_it_when_it_is_freed(service, tenant, other):
    address = new_address()
    store, now = service.repositories.store, gregorian_seconds(system_clock())
    claim = new_claim(address, new_id(), other.account.id, now, 60)
    revision = await store.put(FAXES, claim)
    fields = {"name": "x", "custom_smtp_email_address": address}
    waiting = asyncio.create_task(tenant.client.put(tenant.faxboxes, fields))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await store.delete(FAXES, claim["_id"], revision)
    assert (await waiting).status == 201


async def test_of_many_who_want_an_address_at_once_one_gets_it(service, elsewhere, tenant, other):
    address = new_address()
    fields = {"name": "x", "custom_smtp_email_address": address}
    clients = [tenant.client, elsewhere.client(tenant.client.token)]
    answers = await asyncio.gather(
        *(clients[n % 2].put(tenant.faxboxes, fields) for n in range(40))
    )
    assert sorted(answer.status for answer in answers) == [201] + [400] * 39
    [winner] = [answer.data["id"] for answer in answers if answer.status == 201]
    assert await holder_of(service, address) == winner
    assert len((await tenant.client.get(tenant.faxboxes)).data) == 1


async def test_a_generated_address_that_is_anothers_is_made_anew(
    service, tenant, other, monkeypatch
):
    held = (await make_box(other))["smtp_email_address"]
    fresh = new_address()
    offered = iter([held, fresh])

    async def generate(self, reseller_id):
        return next(offered)

    monkeypatch.setattr(AddressGenerator, "generate", generate)
    box = await make_box(tenant)
    assert box["smtp_email_address"] == fresh
    assert await holder_of(service, fresh) == box["id"]
    assert await holder_of(service, held) != box["id"]
    assert (await service.copy(box["id"]))["pvt_smtp_email_address"] == fresh


async def test_very_long_addresses_have_claims_too(service, tenant, other):
    address = ".".join(letter * 63 for letter in "abc") + f".{new_address()}"
    box = await make_box(tenant, custom_smtp_email_address=address)
    assert len(claim_id(address)) < 200
    assert await holder_of(service, address) == box["id"]
    fields = {"name": "x", "custom_smtp_email_address": address}
    assert (await other.client.put(other.faxboxes, fields)).status == 400


@pytest.mark.parametrize("address", ["ÄÖ Ü/../%2F?#", "\U0001f4e0\x00\n", "_design/x", "."])
async def test_any_text_that_kazoo_stored_is_claimed(service, tenant, other, address):
    address = f"{address}{new_id()}"
    box = await write_as_kazoo(service, tenant, custom_smtp_email_address=address)
    await service.repositories.faxbox_consistency.reconcile(tenant.account.id, [box["_id"]])
    assert await holder_of(service, folded(address)) == box["_id"]
    fields = {"name": "x", "custom_smtp_email_address": address}
    assert (await other.client.put(other.faxboxes, fields)).status == 400


@pytest.mark.parametrize("method", ["put_many", "view"])
async def test_a_store_that_fails_is_never_not_unique(service, tenant, monkeypatch, method):
    async def fail(*arguments, **options):
        raise StoreUnavailable("away")

    monkeypatch.setattr(service.repositories.store, method, fail)
    address = new_address()
    fields = {"name": "x", "custom_smtp_email_address": address}
    answer = await tenant.client.put(tenant.faxboxes, fields)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    monkeypatch.undo()
    assert await claim_of(service, address) is None
    assert (await tenant.client.put(tenant.faxboxes, fields)).status == 201


async def test_without_our_view_kazoos_is_asked(service, tenant, other, monkeypatch):
    store, view = service.repositories.store, service.repositories.store.view

    async def only_kazoos(database, wanted, rows):
        if wanted.design == "faxbox_service":
            raise MissingView("no right to install it")
        return await view(database, wanted, rows)

    monkeypatch.setattr(store, "view", only_kazoos)
    address = new_address()
    await write_as_kazoo(service, other, custom_smtp_email_address=address)
    fields = {"name": "x", "custom_smtp_email_address": address}
    assert (await tenant.client.put(tenant.faxboxes, fields)).status == 400
    await make_box(tenant, custom_smtp_email_address=new_address())


async def test_a_change_that_is_refused_keeps_no_address(service, tenant):
    address = new_address()
    box = await make_box(tenant)
    path = f"{tenant.faxboxes}/{box['id']}"
    answer = await tenant.client.patch(
        path, {"custom_smtp_email_address": address}, headers={"If-Match": '"1-0"'}
    )
    assert answer.status == 412
    assert await claim_of(service, address) is None


async def test_who_fails_frees_no_address_that_another_reserved_for_the_same_box(service, tenant):
    claims = AddressClaims(
        service.repositories.store, system_clock, system_ids, reserved_seconds=60
    )
    address, box_id = new_address(), new_id()
    first, second = (claims.new_reservation(tenant.account.id, box_id) for _ in range(2))
    await claims.claim(first, {address})
    await claims.claim(second, {address})
    for failed in (second, first):
        await claims.release(failed)
        assert await holder_of(service, address) == box_id
    alone = claims.new_reservation(tenant.account.id, box_id)
    address = new_address()
    await claims.claim(alone, {address})
    await claims.release(alone)
    assert await claim_of(service, address) is None


async def test_round_trips_are_those_that_the_design_allows(service, tenant):
    store = service.repositories.store
    fewest: dict[str, int] = {}

    async def counted(name, request):
        before = store.round_trips
        answer = await request
        assert answer.status in (200, 201), answer.body
        # The store counts what followers of its changes ask for, too.
        fewest[name] = min(fewest.get(name, 99), store.round_trips - before)
        return f"{tenant.faxboxes}/{answer.data['id']}"

    for _ in range(4):
        path = await counted("create", tenant.client.put(tenant.faxboxes, {"name": "x"}))
        await counted("read", tenant.client.get(path))
        await counted("patch", tenant.client.patch(path, {"name": "y"}))
        await counted("change", tenant.client.post(path, {"name": "z"}))
        await counted("soft delete", tenant.client.delete(path))
        fields = {"name": "x", "custom_smtp_email_address": new_address()}
        path = await counted("create, custom", tenant.client.put(tenant.faxboxes, fields))
        await counted("delete", tenant.client.delete(f"{path}?should_soft_delete=false"))
    assert fewest == {
        "create": 2,
        "read": 1,
        "patch": 4,
        "change": 4,
        "soft delete": 4,
        "create, custom": 4,
        "delete": 4,
    }


async def test_a_box_is_not_written_once_its_reservation_has_ended(
    service, tenant, other, monkeypatch
):
    address = new_address()
    reserve = AddressClaims._reserve

    async def slow(self, *arguments):
        taken = await reserve(self, *arguments)
        self._reserved_seconds = 0
        return taken

    monkeypatch.setattr(AddressClaims, "_reserve", slow)
    fields = {"name": "x", "custom_smtp_email_address": address}
    answer = await tenant.client.put(tenant.faxboxes, fields)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert (await tenant.client.get(tenant.faxboxes)).data == []
