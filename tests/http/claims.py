"""What tests of addresses and of `faxes` have in common."""

from typing import Any

from faxbox_service.documents.model.address_claim import claim_id
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.stores.errors import DocumentNotFound


def new_address() -> str:
    """One that no other test uses."""
    return f"{new_id()}.example.com"


async def make_box(tenant, **fields) -> dict[str, Any]:
    answer = await tenant.client.put(tenant.faxboxes, {"name": "Front desk", **fields})
    assert answer.status == 201, answer.body
    return answer.data


async def claim_of(service, address: str) -> dict[str, Any] | None:
    try:
        return await service.repositories.store.get(FAXES, claim_id(address))
    except DocumentNotFound:
        return None


async def holder_of(service, address: str) -> str | None:
    """The id of the box that has claimed the address."""
    claim = await claim_of(service, address)
    return None if claim is None else claim["faxbox_id"]


async def write_as_kazoo(service, tenant, **fields) -> dict[str, Any]:
    """A box as a Kazoo node writes it: both copies, no claims, addresses in any case."""
    box = {
        "_id": new_id(),
        "name": "Kazoo's",
        "pvt_type": "faxbox",
        "pvt_account_id": tenant.account.id,
        "pvt_account_db": account_database(tenant.account.id).replace("/", "%2F"),
        "pvt_smtp_email_address": f"{new_id()[:8]}.fax.kazoo.io",
        "pvt_created": 63867219200,
        "pvt_modified": 63867219200,
        "pvt_vsn": "1",
        **fields,
    }
    store = service.repositories.store
    await store.put(account_database(tenant.account.id), box)
    await store.put(FAXES, {**box, "pvt_account_db": "faxes"})
    return box


def taken(address: str) -> dict[str, Any]:
    """The data of the reply that refuses an address."""
    fault = {"message": "email address must be unique", "cause": address}
    return {"custom_smtp_email_address": {"unique": fault}}
