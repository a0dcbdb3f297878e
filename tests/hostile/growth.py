"""How the processor time of a case grows with its size: linearly, or it is a way to attack."""

import asyncio
from dataclasses import dataclass

from .cases import Case, Request, played
from .victim import Victim

_SMALL = Request(name="a request that costs next to nothing", right=(200,), target="/v2/schemas")

_TRIES = 4
_SETTLING = 0.002
"""Seconds until the kernel has counted what the worker has just done."""

_MOST_GROWTH = 9
"""Four times the size may take that many times as long; a quadratic case takes 16 times."""

_UNNOTICED = 0.010
"""Seconds that nobody would notice, and that other work in the worker may add."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds of processor time at a quarter and at all of a size, the least of some tries."""

    quarter: float
    whole: float

    @property
    def is_linear(self) -> bool:
        """Whether it is, as far as one can tell."""
        return self.whole <= _MOST_GROWTH * max(self.quarter, 0.0) + _UNNOTICED

    def __str__(self) -> str:
        return f"{1000 * self.quarter:.1f} ms at a quarter, {1000 * self.whole:.1f} ms at all of it"


async def cost_of_nothing(victim: Victim, seconds: float) -> float:
    """Seconds of processor time that any request takes."""
    return await _least(_SMALL, victim, 0, seconds, _TRIES)


async def growth_of(case: Case, victim: Victim, nothing: float, seconds: float) -> Growth:
    """Measure a case, several times if it does not look linear. Raises `TimeoutError`.

    `nothing` is what is not counted, as `cost_of_nothing` has it.
    """
    for tries in (1, _TRIES):
        quarter = await _least(case, victim, case.moderate // 4, seconds, tries)
        whole = await _least(case, victim, case.moderate, seconds, tries)
        growth = Growth(quarter - nothing, whole - nothing)
        if growth.is_linear:
            break
    return growth


async def _least(case: Case, victim: Victim, size: int, seconds: float, tries: int) -> float:
    return min([await _worked(case, victim, size, seconds) for _ in range(tries)])


async def _worked(case: Case, victim: Victim, size: int, seconds: float) -> float:
    before = victim.worked()
    await played(case, victim, size, seconds)
    await asyncio.sleep(_SETTLING)
    return victim.worked() - before
