"""A service on a fresh store, and the replay of all recordings against it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.closing_notes import note

from .exchanges import Recordings
from .expected.differences import DIFFERENCES
from .expected.rules import Rules
from .expected.scope import SHOW_BIG_INTEGERS, is_out_of_scope
from .replay.placeholders import Bindings
from .replay.replayer import Replayer, Result
from .replay.summary import summary

_START_SECONDS = 20.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, and the facts of its master account."""

    host: str
    port: int
    store: str
    account_id: str
    api_key: str


@pytest.fixture(scope="session", params=["sqlite", "couchdb"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service as its users start it, on an empty store with a master account."""
    directory = tmp_path_factory.mktemp("replay")
    store = f"sqlite:///{directory / 'faxbox.db'}"
    if request.param == "couchdb":
        store = request.getfixturevalue("couchdb_url")
        if store is None:
            pytest.skip("no CouchDB-protocol server")
    master = _initialised(store)
    host, port = "127.0.0.1", _free_port()
    with (directory / "service.log").open("wb") as log:
        process = subprocess.Popen(
            _command("serve", "--host", host, "--port", str(port), "--store", store),
            env=_environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_listens(process, host, port, directory / "service.log")
        yield Service(host, port, store, master["account_id"], master["api_key"])
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _initialised(store: str) -> dict[str, str]:
    """Make the master account of the recordings; skip when the store has accounts already."""
    init = subprocess.run(
        _command(
            "init",
            *("--account-name", "master", "--realm", "master.test"),
            *("--username", "admin", "--store", store),
        ),
        env=_environment() | {"FAXBOX_PASSWORD": "Secret1234"},
        capture_output=True,
        text=True,
    )
    if "has accounts already" in init.stderr:
        pytest.skip("a replay needs a CouchDB without accounts")
    assert init.returncode == 0, init.stderr
    facts: dict[str, str] = json.loads(init.stdout)
    return facts


@pytest.fixture(scope="session")
def results(service: Service, pytestconfig: pytest.Config, is_pouchdb: bool) -> dict[str, Result]:
    """All recorded exchanges that are in scope, replayed once."""
    recordings = Recordings.load()

    rules = Rules(recordings, DIFFERENCES)
    replayer = Replayer(service.host, service.port, rules, DIFFERENCES)
    known = {"ACCOUNT:master": service.account_id, "KEY:1": service.api_key}
    exchanges = [item for item in recordings.exchanges if not is_out_of_scope(item.group)]
    results = asyncio.run(replayer.replay(exchanges, Bindings(known)))
    kind = service.store.partition(":")[0]
    keeps_all = not is_pouchdb or kind == "sqlite"
    beyond_store = frozenset() if keeps_all else SHOW_BIG_INTEGERS
    lines = summary(recordings, results, beyond_store)
    note(pytestconfig, *(f"Replay on {kind}: {line}." for line in lines))
    return results


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "faxbox_service", *arguments]


def _environment() -> dict[str, str]:
    """The environment without settings of the service, which could change its replies."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FAXBOX_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_listens(
    process: "subprocess.Popen[bytes]", host: str, port: int, log: Path
) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the service did not start:\n{log.read_text(errors='replace')}")
