"""The service under attack: one worker, whose processor time, memory and life are watched."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.faults.system.places import EmbeddedPlace, Place
from tests.faults.system.service import ServiceProcesses

from .ground import Ground
from .wire import Address

_NANOSECONDS = 1e9


class Victim:
    """A service with one worker, which is replaced when it dies, and the ground under it."""

    def __init__(self, directory: Path, place: Place | None = None, **environment: str) -> None:
        """Serve what is kept at a place; without one, in a file of the directory."""
        self.place = place or EmbeddedPlace(directory)
        self.service = ServiceProcesses(
            self.place.url, directory, workers=1, environment=environment
        )
        self.ground = Ground()
        self._said_at_start = 0

    def start(self) -> None:
        """Return when it accepts connections."""
        self.service.start()
        self._said_at_start = len(self.service.log.read_text())

    def stop(self) -> None:
        """End it, and remove what it kept."""
        self.service.stop()
        self.place.close()

    def logged(self) -> str:
        """What it has logged since it was started."""
        return self.service.log.read_text()[self._said_at_start :]

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, _, port = self.service.base_url.rpartition("/")[2].rpartition(":")
        return Address(host, int(port))

    @property
    def worker_id(self) -> int:
        """The process that serves; 0 while there is none."""
        return next(iter(self.service.worker_ids()), 0)

    def worked(self) -> float:
        """Seconds of processor time that all threads of the worker have used."""
        tasks = Path(f"/proc/{self.worker_id}/task").iterdir()
        return (
            sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / _NANOSECONDS
        )

    @property
    def main_id(self) -> int:
        """The process that starts workers."""
        return self._status("PPid")

    def memory(self, what: str = "VmRSS") -> float:
        """The worker's, in MB; `VmHWM` is the most it ever had."""
        return self._status(what) / 1024

    def _status(self, what: str) -> int:
        status = Path(f"/proc/{self.worker_id}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(what))
        return int(line.split()[1])

    def forget_peak(self) -> None:
        """Let `VmHWM` begin anew."""
        Path(f"/proc/{self.worker_id}/clear_refs").write_text("5")

    def end_worker(self) -> None:
        """Kill a worker that can be spoken to no more, and wait for the next one."""
        dead = self.worker_id
        if dead:
            os.kill(dead, signal.SIGKILL)
        self.wait_for_worker(dead)

    def wait_for_worker(self, dead: int = 0) -> None:
        """Return when there is a worker other than the one that died."""
        while self.worker_id in (dead, 0):
            time.sleep(0.02)


def worked_of(process_id: int) -> float:
    """Seconds of processor time that all threads of a process have used; 0 when it is gone."""
    seconds = 0.0
    with suppress(OSError):
        for task in Path(f"/proc/{process_id}/task").iterdir():
            seconds += int((task / "schedstat").read_text().split()[0]) / _NANOSECONDS
    return seconds


def delayed(process_id: int | str) -> float:
    """Seconds that a process could have run and others had the processor; 0 when it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{process_id}/schedstat").read_text().split()[1]) / _NANOSECONDS
    return 0.0


def delayed_below(process_id: int) -> float:
    """The same for the children of a process."""
    return sum(map(delayed, _children_of(process_id)))


def _children_of(process_id: int) -> list[int]:
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(child) for child in children.split()]
