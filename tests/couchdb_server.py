"""The server that speaks CouchDB's protocol to the tests: a given one, or PouchDB's in memory."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.closing_notes import note

VARIABLE = "FAXBOX_TEST_COUCHDB_URL"
_POUCHDB = Path(__file__).parent / "pouchdb"
_START_SECONDS = 30


@contextmanager
def couchdb_server(is_pouchdb: bool, config: pytest.Config) -> Iterator[str | None]:
    """The URL of the CouchDB that FAXBOX_TEST_COUCHDB_URL names, else of a PouchDB server started
    here, else None."""
    if not is_pouchdb:
        # Operators have a CouchDB's URL as a browser takes it.
        given = os.environ[VARIABLE]
        yield given.replace("https://", "couchdbs://", 1).replace("http://", "couchdb://", 1)
        return
    node = shutil.which("node")
    missing = "node" if node is None else "tests/pouchdb/node_modules (make pouchdb)"
    if node is None or not (_POUCHDB / "node_modules").is_dir():
        reason = f"{VARIABLE} is not set and there is no {missing}"
        note(config, f"Not tested on CouchDB: {reason}.")
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


@pytest.fixture(scope="module", name="couchdb_url")
def own_couchdb_url(is_pouchdb: bool, pytestconfig: pytest.Config) -> Iterator[str | None]:
    """For a module that looks at all databases of a server: one without those of other tests."""
    with couchdb_server(is_pouchdb, pytestconfig) as url:
        yield url


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
