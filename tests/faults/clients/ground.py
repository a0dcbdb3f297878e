"""What a run stands on: accounts with tokens, made before anything goes wrong; and repairs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from faxbox_service.container import Repositories
from faxbox_service.documents.private_fields import Author
from faxbox_service.operations.repair import repair
from faxbox_service.repositories.primitives.clock import Clock, new_id, system_clock
from faxbox_service.settings.settings import Settings

NOBODY = Author("00000000000")
_LATER = 3600.0
"""Seconds: longer than any address stays reserved."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An account and a token of it."""

    account_id: str
    token: str = field(repr=False)

    @property
    def faxboxes(self) -> str:
        """The path of its faxboxes."""
        return f"/v2/accounts/{self.account_id}/faxboxes"


@dataclass(frozen=True, slots=True)
class Ground:
    """The root of the accounts, and accounts below it."""

    root: Tenant
    tenants: tuple[Tenant, ...]


@asynccontextmanager
async def open_repositories(
    store_url: str, clock: Clock = system_clock
) -> AsyncIterator[Repositories]:
    """The repositories over a store, in this process."""
    repositories = await Repositories.open(Settings.load({"FAXBOX_STORE": store_url}), clock)
    try:
        yield repositories
    finally:
        await repositories.close()


async def make_ground(store_url: str, tenants: int = 2) -> Ground:
    """Make the accounts of a run in a store."""
    async with open_repositories(store_url) as repositories:
        accounts = repositories.accounts

        async def tenant_of(account_id: str) -> Tenant:
            account = await accounts.find(account_id)
            token = await repositories.tokens.issue(account, None, "cb_api_auth")
            return Tenant(account_id, token)

        root = await accounts.create_master(f"root {new_id()}", NOBODY)
        parent = await accounts.find(root["_id"])
        children = [
            await accounts.create_child(parent, {"name": f"child {new_id()}"}, NOBODY)
            for _ in range(tenants)
        ]
        return Ground(
            await tenant_of(root["_id"]),
            tuple([await tenant_of(child["_id"]) for child in children]),
        )


async def repair_once(store_url: str, account_id: str | None = None) -> None:
    """One pass of what `faxbox repair` does, when no request that died reserves anything more."""

    def later() -> float:
        return system_clock() + _LATER

    async with open_repositories(store_url, later) as repositories:
        await repair(repositories, account_id)
