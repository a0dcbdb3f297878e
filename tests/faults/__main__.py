"""Let every fault happen for a while on every store, and print what came of it as a table.

python -m tests.faults --seconds 60
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .clients.load import Pace
from .faults import COUCHDB, EMBEDDED, FAULTS, FILE_SYSTEM_FULL, Fault, Scene
from .runs import Result, run_fault
from .system.places import CannotMount, CouchdbPlace, EmbeddedPlace, Place, small_file_system
from .system.service import ServiceProcesses

COUCHDB_URL = "FAXBOX_TEST_COUCHDB_URL"
PACE = Pace(clients=8, longest_pause=0.5)

COLUMNS = (
    *("fault", "store", "requests", "faults injected", "acknowledged writes checked"),
    *("refused", "unknown", "losses"),
)


def main() -> None:
    """Run them all; exit status 1 when anything was lost."""
    options = _options()
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---|---|" + "---:|" * (len(COLUMNS) - 2))
    losses = 0
    for kind in options.stores:
        for fault in (*FAULTS, FILE_SYSTEM_FULL):
            if kind in fault.kinds and options.fault in fault.name:
                result = _run(fault, kind, options.seconds)
                losses += 0 if result is None else len(result.losses)
    sys.exit(losses > 0)


def _options() -> argparse.Namespace:
    stores = [EMBEDDED, COUCHDB] if COUCHDB_URL in os.environ else [EMBEDDED]
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each fault lasts")
    parser.add_argument("--stores", nargs="+", choices=(EMBEDDED, COUCHDB), default=stores)
    parser.add_argument("--fault", default="", help="only those whose names have this in them")
    return parser.parse_args()


def _run(fault: Fault, kind: str, seconds: float) -> Result | None:
    """Run one fault and print its row; None when it cannot be done here."""
    try:
        with _scene(fault, kind) as scene:
            result = asyncio.run(run_fault(fault, scene, seconds, PACE))
    except CannotMount:
        print(f"{fault.name}: not run, needs the right to mount", file=sys.stderr)
        return None
    counts = (
        *(result.requests, result.injected, result.checked),
        *(result.refused, result.unknown, len(result.losses)),
    )
    cells = (fault.name, kind, *(f"{count:,}" for count in counts))
    print(f"| {' | '.join(cells)} |", flush=True)
    for loss in result.losses:
        print(f"{fault.name}, {kind}: {loss}", file=sys.stderr)
    return result


@contextmanager
def _scene(fault: Fault, kind: str) -> Iterator[Scene]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if fault is FILE_SYSTEM_FULL:
            (directory / "small").mkdir()
            stack.enter_context(small_file_system(directory / "small"))
            place: Place = EmbeddedPlace(directory / "small")
        elif kind == EMBEDDED:
            place = EmbeddedPlace(directory)
        else:
            place = CouchdbPlace(os.environ[COUCHDB_URL])
        stack.callback(place.close)
        service = ServiceProcesses(
            place.url,
            directory,
            environment=fault.environment,
            obeys_modes=fault.obeys_modes,
        )
        service.start()
        stack.callback(service.stop)
        yield Scene(place, service)


if __name__ == "__main__":
    main()
