"""A service under attack, for all tests of a module."""

import asyncio
from collections.abc import Iterator

import pytest

from .ground import lay_ground
from .victim import Victim


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """One worker over an embedded store with the ground of all cases."""
    victim = Victim(tmp_path_factory.mktemp("victim"))
    victim.start()
    try:
        victim.ground = asyncio.run(lay_ground(victim.place.url))
        yield victim
    finally:
        victim.stop()
