"""The addresses that faxboxes are given: `<8 hex>.<domain>` (docs/reference/data-model.md, 5.2)."""

import logging

from faxbox_service.documents.model.smtp_address import folded, mail_domain_error
from faxbox_service.documents.types import AccountId, Json
from faxbox_service.repositories.configuration import Configuration
from faxbox_service.repositories.primitives.clock import IdGenerator

_log = logging.getLogger(__name__)

_RANDOM_BYTES = 4


class AddressGenerator:
    """Generates new addresses."""

    def __init__(self, configuration: Configuration, ids: IdGenerator, default_domain: str) -> None:
        self._configuration = configuration
        self._ids = ids
        self._default_domain = default_domain

    async def generate(self, reseller_id: AccountId | None) -> str:
        """A new `<8 hex>.<domain>`; the domain is the reseller's, the system's or the default."""
        return f"{self._ids.random_hex(_RANDOM_BYTES)}.{folded(await self._domain(reseller_id))}"

    async def _domain(self, reseller_id: AccountId | None) -> str:
        setting = ("fax", "default_smtp_domain")
        if reseller_id is not None:
            domain = await self._configuration.account_value(reseller_id, *setting)
            if _is_domain(domain):
                return str(domain)
        domain = await self._configuration.system_value(*setting)
        return str(domain) if _is_domain(domain) else self._default_domain


def _is_domain(configured: Json) -> bool:
    """Whether a configured domain can be used: mail reaches only what is a domain name."""
    if not isinstance(configured, str) or not configured:
        return False
    fault = mail_domain_error(configured)
    if fault is not None:
        _log.warning("default_smtp_domain %r is not a domain name: %s", configured, fault)
    return fault is None
