"""Stores, and services over them, that faults happen to."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .faults import Scene
from .system.places import CouchdbPlace, EmbeddedPlace, Place
from .system.service import ServiceProcesses

SECONDS = float(os.environ.get("FAXBOX_TEST_FAULT_SECONDS", "1"))
"""How long a fault lasts."""


@pytest.fixture(scope="module", params=["sqlite", "couchdb"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """An empty store, for all tests of a module."""
    if request.param == "sqlite":
        yield EmbeddedPlace(tmp_path_factory.mktemp("store"))
        return
    url = request.getfixturevalue("couchdb_url")
    if url is None:
        pytest.skip("no CouchDB-protocol server")
    couchdb = CouchdbPlace(url)
    yield couchdb
    couchdb.close()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., ServiceProcesses]]:
    """Starts a service over a place; it is stopped after the module."""
    started = []

    def start(place: Place, **options: object) -> ServiceProcesses:
        service = ServiceProcesses(place.url, Path(tmp_path_factory.mktemp("service")), **options)
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture(scope="module")
def scene(place: Place, start: Callable[..., ServiceProcesses]) -> Scene:
    """Two workers over the place."""
    return Scene(place, start(place))
