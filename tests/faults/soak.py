"""Mixed load for minutes: memory, open files and latency must not grow.

python -m tests.faults.soak --minutes 10
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .clients.ground import make_ground, repair_once
from .clients.load import Load, Pace
from .faults import COUCHDB, EMBEDDED, Scene
from .runs import checked
from .system.places import CouchdbPlace, EmbeddedPlace, Place
from .system.service import ServiceProcesses

COUCHDB_URL = "FAXBOX_TEST_COUCHDB_URL"
SAMPLE_SECONDS = 10.0
PACE = Pace(clients=8, longest_pause=0.5)


@dataclass(frozen=True, slots=True)
class Sample:
    """The workers and the replies of some seconds."""

    memory: float
    """Of all workers, in MB."""
    files: int
    """Open in all workers."""
    rate: float
    """Requests a second."""
    median: float
    """Milliseconds to a reply."""
    slowest_percent: float
    work: float
    """Milliseconds of processor time of the workers for each request: what others do on the
    machine shows in latencies, and less in this."""


def main() -> None:
    """Run it; exit status 1 when anything does not hold at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--store", choices=(EMBEDDED, COUCHDB), default=EMBEDDED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        place: Place = (
            EmbeddedPlace(directory)
            if options.store == EMBEDDED
            else CouchdbPlace(os.environ[COUCHDB_URL])
        )
        service = ServiceProcesses(place.url, directory)
        service.start()
        try:
            faults = asyncio.run(_soak(Scene(place, service), options.minutes * 60))
        finally:
            service.stop()
            place.close()
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


async def _soak(scene: Scene, seconds: float) -> list[str]:
    ground = await make_ground(scene.place.url)
    load = Load(scene.service.base_url, ground.tenants, PACE, seed=1)
    await load.prepare()
    running = asyncio.ensure_future(load.run())
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    samples: list[Sample] = []
    try:
        while loop.time() < end and not running.done():
            load.history.latencies.clear()
            started, worked = loop.time(), _worked(scene)
            await asyncio.sleep(min(SAMPLE_SECONDS, end - started))
            samples.append(_sample(scene, load, loop.time() - started, worked))
    finally:
        load.stop()
        await running
    _show(samples, load)
    await repair_once(scene.place.url)
    return checked(scene, load.history, load.ledger)


def _sample(scene: Scene, load: Load, seconds: float, worked: float) -> Sample:
    """What the workers did in so many seconds, having worked so long before."""
    workers = _workers(scene)
    latencies = sorted(load.history.latencies)
    return Sample(
        memory=sum(map(_memory, workers)),
        files=sum(len(list((worker / "fd").iterdir())) for worker in workers),
        rate=len(latencies) / seconds,
        median=1000 * latencies[len(latencies) // 2],
        slowest_percent=1000 * latencies[int(len(latencies) * 0.99)],
        work=1000 * (_worked(scene) - worked) / len(latencies),
    )


def _workers(scene: Scene) -> list[Path]:
    return [Path(f"/proc/{process_id}") for process_id in scene.service.worker_ids()]


def _worked(scene: Scene) -> float:
    """Seconds of processor time that the workers have used."""
    stats = [(worker / "stat").read_text().rpartition(")")[2].split() for worker in _workers(scene)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def _memory(process: Path) -> float:
    status = (process / "status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _show(samples: list[Sample], load: Load) -> None:
    """Print the first and the last quarter beside each other."""
    quarter = max(1, len(samples) // 4)
    print("| | first quarter | last quarter |\n|---|---:|---:|")
    for what, name, form in (
        ("memory of the workers, MB", "memory", ".0f"),
        ("files open in the workers", "files", ".0f"),
        ("requests a second", "rate", ".0f"),
        ("median latency, ms", "median", ".1f"),
        ("99 % of latencies below, ms", "slowest_percent", ".1f"),
        ("processor time a request, ms", "work", ".2f"),
    ):
        first, last = (
            statistics.median(getattr(sample, name) for sample in part)
            for part in (samples[:quarter], samples[-quarter:])
        )
        print(f"| {what} | {first:{form}} | {last:{form}} |")
    print(f"\n{load.history.requests:,} requests, {load.ledger.acknowledged:,} acknowledged writes")


if __name__ == "__main__":
    main()
