"""What a hostile request costs grows no faster than the request."""

import pytest

from .growth import cost_of_nothing, growth_of
from .kinds import KINDS
from .victim import Victim

_SECONDS = 20.0
_OF_MEMORY = ("crowds", "repetitions")
"""Kinds whose cost is memory: `make hostile` watches it."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in _OF_MEMORY])
async def test_no_case_costs_more_than_its_size(victim: Victim, kind: str) -> None:
    nothing = await cost_of_nothing(victim, _SECONDS)
    too_dear = []
    for case in KINDS[kind]:
        if not case.moderate:
            continue
        try:
            growth = await growth_of(case, victim, nothing, _SECONDS)
        except TimeoutError:
            too_dear.append(f"{case.name}: no reply within {_SECONDS:.0f} seconds")
            continue
        if not growth.is_linear:
            too_dear.append(f"{case.name}: {growth}")
    assert not too_dear, "\n".join(too_dear)
