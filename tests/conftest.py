"""What every test may ask for: a server that speaks CouchDB's protocol."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from hypothesis import HealthCheck, settings

from tests import closing_notes
from tests.closing_notes import note

_VARIABLE = "FAXBOX_TEST_COUCHDB_URL"
_POUCHDB = Path(__file__).parent / "pouchdb"
_START_SECONDS = 30

# Machines that run tests are slow at times, which is no fault of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(scope="session")
def is_pouchdb() -> bool:
    """Whether `couchdb_url` is PouchDB's server, which CouchDB's own rules do not all hold for."""
    return not os.environ.get(_VARIABLE)


@pytest.fixture(scope="session")
def couchdb_url(is_pouchdb: bool, pytestconfig: pytest.Config) -> Iterator[str | None]:
    """The CouchDB that FAXBOX_TEST_COUCHDB_URL names, else PouchDB's server, else None."""
    if not is_pouchdb:
        # Whoever has a CouchDB at hand knows its URL as a browser takes it.
        given = os.environ[_VARIABLE]
        yield given.replace("https://", "couchdbs://", 1).replace("http://", "couchdb://", 1)
        return
    node = shutil.which("node")
    missing = "node" if node is None else "tests/pouchdb/node_modules (make pouchdb)"
    if node is None or not (_POUCHDB / "node_modules").is_dir():
        reason = f"{_VARIABLE} is not set and there is no {missing}"
        note(pytestconfig, f"Not tested on CouchDB: {reason}.")
        yield None
        return
    port = _free_port()
    server = subprocess.Popen([node, "start.js", str(port)], cwd=_POUCHDB)
    try:
        _wait_until_it_answers(server, f"http://127.0.0.1:{port}/")
        yield f"couchdb://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(autouse=True)
def _expect_faults_of_pouchdb(request: pytest.FixtureRequest, is_pouchdb: bool) -> None:
    """Let a test marked `pouchdb_fault(reason)` fail on PouchDB's server, and only there."""
    fault = request.node.get_closest_marker("pouchdb_fault")
    if fault and is_pouchdb and "couchdb" in request.node.callspec.params.values():
        reason = f"PouchDB, unlike CouchDB, {fault.args[0]}"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks and the notes."""
    config.pluginmanager.register(closing_notes)
    config.addinivalue_line(
        "markers", "pouchdb_fault(reason): PouchDB's server does not do this as CouchDB does"
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"PouchDB's server did not start (exit status {server.poll()})")
