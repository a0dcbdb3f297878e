"""The addresses of faxboxes: generated ones, and that nobody takes another's (contract, 6)."""

import secrets
from collections.abc import Iterable

from faxbox_service.documents.names import FAXES
from faxbox_service.documents.schema import InvalidDocument
from faxbox_service.documents.types import AccountId, DocumentId
from faxbox_service.stores.base import MissingDatabase, Store, View, ViewRange

from .configuration import Configuration

EMAIL_ADDRESS = View("faxbox", "email_address")


class Addresses:
    """Makes new addresses and finds who holds one."""

    def __init__(self, store: Store, configuration: Configuration, default_domain: str) -> None:
        self._store = store
        self._configuration = configuration
        self._default_domain = default_domain

    async def generate(self, reseller_id: AccountId | None) -> str:
        """A new `<8 hex>.<domain>`; the domain is the reseller's, the system's or the default."""
        return f"{secrets.token_hex(4)}.{await self._domain(reseller_id)}"

    async def require_free(self, addresses: Iterable[str], faxbox_id: DocumentId) -> None:
        """Raise `InvalidDocument` (rule `unique`) when another live box holds one of them."""
        for address in addresses:
            if await self._is_taken(address, faxbox_id):
                raise InvalidDocument(
                    {
                        "custom_smtp_email_address": {
                            "unique": {
                                "message": "email address must be unique",
                                "cause": address,
                            }
                        }
                    }
                )

    async def _is_taken(self, address: str, faxbox_id: DocumentId) -> bool:
        rows = ViewRange(key=address, limit=2)
        try:
            holders = await self._store.view(FAXES, EMAIL_ADDRESS, rows)
        except MissingDatabase:
            return False
        return any(row.id != faxbox_id for row in holders)

    async def _domain(self, reseller_id: AccountId | None) -> str:
        setting = ("fax", "default_smtp_domain")
        if reseller_id is not None:
            domain = await self._configuration.account_value(reseller_id, *setting)
            if isinstance(domain, str) and domain:
                return domain
        domain = await self._configuration.system_value(*setting)
        return domain if isinstance(domain, str) and domain else self._default_domain
