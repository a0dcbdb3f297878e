"""Who is refused before his body is read costs next to nothing, however long it is."""

import asyncio
from collections.abc import Iterator

import pytest

from .cases import Request, of, played
from .ground import Sender, lay_ground
from .growth import cost_of_nothing
from .kinds.body_shapes import BOXES
from .victim import Victim

_SECONDS = 10.0
_BURST = 30
_ASKS = 10
_UNNOTICED = 0.02
"""Seconds of processor time: what drops a body of 8 MB, whoever wrote it."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A service whose patience with strangers is short."""
    victim = Victim(
        tmp_path_factory.mktemp("strict"),
        FAXBOX_RATE_LIMIT_BURST=str(_BURST),
        FAXBOX_RATE_LIMIT_REFILL="0.001",
    )
    victim.start()
    try:
        victim.ground = asyncio.run(lay_ground(victim.place.url))
        yield victim
    finally:
        victim.stop()


@pytest.mark.parametrize("size", [60_000, 7_900_000])
async def test_a_body_behind_an_empty_bucket_is_not_worked_on(strict: Victim, size: int) -> None:
    for _ in range(_BURST):
        await played(_refused(None, 401, 429), strict, 0, _SECONDS)
    nothing = await cost_of_nothing(strict, _SECONDS)
    before = strict.worked()
    for _ in range(_ASKS):
        reply = await played(_refused(size, 429), strict, size, _SECONDS)
        assert reply is not None and reply.status == 429
    await asyncio.sleep(0.1)
    assert strict.worked() - before < _ASKS * (nothing + _UNNOTICED)


def _refused(size: int | None, *right: int) -> Request:
    body = None if size is None else of("[],", '{"data":[', "[]]}")
    return Request(
        name="refused", who=Sender.STRANGER, right=right, method="PUT", target=BOXES, body=body
    )
