"""The addresses that faxboxes are given: `<8 hex>.<domain>` (data model, section 5.2)."""

import secrets

from faxbox_service.documents.types import AccountId

from .configuration import Configuration


class Addresses:
    """Makes new addresses."""

    def __init__(self, configuration: Configuration, default_domain: str) -> None:
        self._configuration = configuration
        self._default_domain = default_domain

    async def generate(self, reseller_id: AccountId | None) -> str:
        """A new `<8 hex>.<domain>`; the domain is the reseller's, the system's or the default."""
        return f"{secrets.token_hex(4)}.{await self._domain(reseller_id)}".lower()

    async def _domain(self, reseller_id: AccountId | None) -> str:
        setting = ("fax", "default_smtp_domain")
        if reseller_id is not None:
            domain = await self._configuration.account_value(reseller_id, *setting)
            if isinstance(domain, str) and domain:
                return domain
        domain = await self._configuration.system_value(*setting)
        return domain if isinstance(domain, str) and domain else self._default_domain
