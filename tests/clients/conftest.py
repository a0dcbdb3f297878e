"""The service of the tests over HTTP, and an account with a user who logs in to it."""

import hashlib

import pytest

from tests.http.conftest import (
    NOBODY,
    Service,
    Tenant,
    embedded_store_url,
    empty_store,
    environment,
    root,
    service,
    store_url,
    tenant,
)

from .session import Values

__all__ = [
    "embedded_store_url",
    "empty_store",
    "environment",
    "root",
    "service",
    "store_url",
    "tenant",
]

_USER = {
    "username": "ada",
    "first_name": "Ada",
    "last_name": "Fax",
    "email": "ada@example.com",
    "enabled": True,
}
_PASSWORD = "Secret1234"
_MEGABYTE = "0123456789abcdef" * 65536


@pytest.fixture
async def values(service: Service, tenant: Tenant) -> Values:
    """What a client knows before its first request."""
    account = tenant.account
    repositories = service.repositories
    user = await repositories.users.create(account, {**_USER, "password": _PASSWORD}, NOBODY)
    document = await service.repositories.store.get("accounts", account.id)
    return {
        "host": f"127.0.0.1:{service.port}",
        "account_id": account.id,
        "account_name": account.name,
        "realm": account.realm,
        "user_id": user["_id"],
        "credentials": hashlib.md5(f"ada:{_PASSWORD}".encode()).hexdigest(),
        "api_key": document["pvt_api_key"],
        "megabyte": _MEGABYTE,
    }
