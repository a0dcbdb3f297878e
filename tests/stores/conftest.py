"""Every store under test, opened, and databases of its own for each test."""

import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import MissingDatabase
from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.url import ServerUrl


@pytest.fixture(params=["sqlite", "couchdb"])
def closed_store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store that is not open yet; CouchDB's is skipped where there is no server."""
    if request.param == "sqlite":
        return SqliteStore(tmp_path / "faxbox.sqlite")
    url = request.getfixturevalue("couchdb_url")
    if url is None:
        pytest.skip("no CouchDB to test against: set FAXBOX_TEST_COUCHDB_URL")
    from faxbox_service.stores.couchdb.store import CouchStore

    return CouchStore(ServerUrl.parse(url))


@pytest.fixture
async def store(closed_store: Store) -> AsyncIterator[Store]:
    """An open store."""
    await closed_store.open()
    yield closed_store
    await closed_store.close()


@pytest.fixture
async def database(store: Store) -> AsyncIterator[str]:
    """An empty account database that no other test or run uses."""
    name = account_database(secrets.token_hex(16))
    await store.create_database(name)
    yield name
    with suppress(MissingDatabase):
        await store.delete_database(name)


@pytest.fixture
async def faxes(store: Store) -> AsyncIterator[str]:
    """The `faxes` database; what another run keeps in it is left alone."""
    created = await store.create_database(FAXES)
    yield FAXES
    if created:
        await store.delete_database(FAXES)
