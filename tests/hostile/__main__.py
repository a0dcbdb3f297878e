"""Every hostile request at full size, while another client reads; a table of what it cost.

python -m tests.hostile --kinds crowds framing
python -m tests.hostile --store couchdb    (the one that FAXBOX_TEST_COUCHDB_URL names)
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.faults import COUCHDB, EMBEDDED
from tests.faults.system.places import CouchdbPlace

from .cases import CLOSED, Case, faults, played
from .ground import lay_ground
from .kinds import KINDS
from .victim import Victim
from .watcher import Waits, Watcher, watching

COUCHDB_URL = "FAXBOX_TEST_COUCHDB_URL"

LONGEST_WAIT = 0.1
"""Seconds that the other client may wait, but for what the machine does besides."""

MOST_GROWTH = 50.0
"""MB that the worker may have more when a kind is over than before."""

_SECONDS = 60.0
_SETTLING = 10
"""Seconds until memory that is no longer used is given back."""

_QUIET = "nothing"
COLUMNS = (
    *("kind", "cases", "longest wait, ms", "on a quiet machine", "during", "statuses"),
    *("memory before, MB", "after", "most", "restarts", "faults"),
)


@dataclass(slots=True)
class Outcome:
    """What came of the cases of one kind."""

    kind: str
    cases: int
    waited: float = 0.0
    fairly_waited: float = 0.0
    during: str = ""
    """Which case made the other client wait so long on any machine."""
    statuses: Counter[int] = field(default_factory=Counter)
    before: float = 0.0
    after: float = 0.0
    restarts: int = 0
    most: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add_waits(self, waits: Waits, case: str) -> None:
        """Take in those during a case."""
        self.waited = max(self.waited, waits.whole)
        if waits.fair > self.fairly_waited:
            self.fairly_waited, self.during = waits.fair, case

    def unmet(self) -> list[str]:
        """The demands that are not met."""
        demands = [*self.faults]
        if self.fairly_waited > LONGEST_WAIT:
            demands.append(
                f"another client waited {1000 * self.fairly_waited:.0f} ms: {self.during}"
            )
        if self.after - self.before > MOST_GROWTH:
            demands.append(f"memory grew from {self.before:.0f} to {self.after:.0f} MB")
        if self.restarts:
            demands.append(f"the worker died {self.restarts} times")
        return [f"{self.kind}: {demand}" for demand in demands]


def main() -> None:
    """Run the kinds; exit status 1 when a demand is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    parser.add_argument("--case", default="", help="only those whose names have this in them")
    parser.add_argument("--store", choices=(EMBEDDED, COUCHDB), default=EMBEDDED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = CouchdbPlace(os.environ[COUCHDB_URL]) if options.store == COUCHDB else None
        victim = Victim(Path(directory), place)
        victim.start()
        try:
            victim.ground = asyncio.run(lay_ground(victim.place.url))
            outcomes = asyncio.run(_attack(victim, options.kinds, options.case))
            log = victim.logged()
        finally:
            victim.stop()
    unmet = [demand for outcome in outcomes for demand in outcome.unmet()]
    if log:
        unmet.append(f"the service logged {len(log):,} characters, such as:\n{log[-2000:]}")
    for demand in unmet:
        print(demand, file=sys.stderr)
    sys.exit(bool(unmet))


async def _attack(victim: Victim, kinds: Sequence[str], named: str) -> list[Outcome]:
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---|---:|---:|---:|---|---|---:|---:|---:|---:|---:|", flush=True)
    with watching(victim) as watcher:
        quiet = Outcome(_QUIET, 0)
        await asyncio.sleep(3.0)
        quiet.add_waits(watcher.longest_waits(), _QUIET)
        quiet.before = quiet.after = victim.memory()
        _show(quiet)
        outcomes = []
        for kind in kinds:
            cases = [case for case in KINDS[kind] if named in case.name]
            outcomes.append(await _outcome_of(kind, cases, victim, watcher))
            _show(outcomes[-1])
    return outcomes


async def _outcome_of(
    kind: str, cases: Sequence[Case], victim: Victim, watcher: Watcher
) -> Outcome:
    outcome = Outcome(kind, len(cases), before=victim.memory())
    victim.forget_peak()
    for case in cases:
        worker = victim.worker_id
        try:
            reply = await played(case, victim, case.full, _SECONDS)
        except TimeoutError:
            outcome.faults.append(f"{case.name}: no reply within {_SECONDS:.0f} seconds")
        else:
            outcome.statuses[CLOSED if reply is None else reply.status] += 1
            outcome.faults += [f"{case.name}: {fault}" for fault in faults(case, reply)]
        if victim.worker_id != worker:
            outcome.restarts += 1
            victim.wait_for_worker()
        outcome.most = max(outcome.most, victim.memory("VmHWM"))
        outcome.add_waits(watcher.longest_waits(), case.name)
    for _ in range(_SETTLING):
        if victim.memory() - outcome.before <= MOST_GROWTH:
            break
        await asyncio.sleep(1.0)
    outcome.after = victim.memory()
    return outcome


def _show(outcome: Outcome) -> None:
    statuses = ", ".join(
        f"{count} x {status or 'closed'}" for status, count in sorted(outcome.statuses.items())
    )
    cells = (
        *(outcome.kind, str(outcome.cases), f"{1000 * outcome.waited:.0f}"),
        *(f"{1000 * outcome.fairly_waited:.0f}", outcome.during),
        *(statuses, f"{outcome.before:.0f}", f"{outcome.after:.0f}", f"{outcome.most:.0f}"),
        *(str(outcome.restarts), str(len(outcome.faults))),
    )
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
