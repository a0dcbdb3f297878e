"""What every test may ask for: a server that speaks CouchDB's protocol."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import closing_notes
from tests.couchdb_server import VARIABLE, couchdb_server

# Machines that run tests are slow at times, which is no fault of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(scope="session")
def is_pouchdb() -> bool:
    """Whether `couchdb_url` is PouchDB's server, which CouchDB's own rules do not all hold for."""
    return not os.environ.get(VARIABLE)


@pytest.fixture(scope="session")
def couchdb_url(is_pouchdb: bool, pytestconfig: pytest.Config) -> Iterator[str | None]:
    """The CouchDB that FAXBOX_TEST_COUCHDB_URL names, else PouchDB's server, else None."""
    with couchdb_server(is_pouchdb, pytestconfig) as url:
        yield url


@pytest.fixture(autouse=True)
def _expect_faults_of_pouchdb(request: pytest.FixtureRequest, is_pouchdb: bool) -> None:
    """Let a test marked `pouchdb_fault(reason)` fail on PouchDB's server, and only there."""
    fault = request.node.get_closest_marker("pouchdb_fault")
    if fault and is_pouchdb and "couchdb" in request.node.callspec.params.values():
        reason = f"PouchDB, unlike CouchDB, {fault.args[0]}"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


_LONG = (
    *("test_schemathesis", "test_browser", "test_given_secrets", "test_couchdb_faults"),
    *("test_reconciliation", "test_kills", "test_growth", "test_repair_kills"),
    *("test_service_faults", "test_contributing", "test_hostile_tokens", "test_commands"),
    *("test_docs", "test_user_passwords", "test_replay", "test_examples"),
)
"""Files of tests that take longest: begun first, so that no process ends long after the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first."""
    place = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(_LONG)))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests wait for a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks and the notes."""
    config.pluginmanager.register(closing_notes)
    config.addinivalue_line(
        "markers", "pouchdb_fault(reason): PouchDB's server does not do this as CouchDB does"
    )
