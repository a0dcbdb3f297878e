"""The real service in processes of its own, which tests may kill, starve and start again."""

import ctypes
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

from .fault_points import Trigger

ROOT = Path(__file__).parents[3]

SETTINGS = {
    "FAXBOX_PORT": "0",
    "FAXBOX_RATE_LIMIT_BURST": "0",
    "FAXBOX_SHUTDOWN_TIMEOUT": "2",
    "FAXBOX_LOG_LEVEL": "error",
    # An address must stay reserved for longer than a request may take to write its box.
    "FAXBOX_STORE_TIMEOUT": "4",
    "FAXBOX_ADDRESS_RESERVATION": "12",
}

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE = 1
_STOP_SECONDS = 20


class ServiceProcesses:
    """`faxbox serve` with fault points, over the store of this URL.

    What it logs is in `log`. With `obeys_modes` even root may not write files that are read-only.
    """

    def __init__(
        self,
        store_url: str,
        directory: Path,
        *,
        workers: int = 2,
        environment: dict[str, str] | None = None,
        obeys_modes: bool = False,
    ) -> None:
        self.trigger = Trigger(directory / "trigger")
        self.log = directory / "service.log"
        self.base_url = ""
        self._store_url = store_url
        self._workers = workers
        self._environment = dict(environment or {})
        self._obeys_modes = obeys_modes
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return when it accepts connections. Raises `RuntimeError` with what it said."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.faults.system.served"),
                    *(str(self.trigger.path), "serve"),
                    *("--store", self._store_url, "--workers", str(self._workers)),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env={**_foreign_environment(), **SETTINGS, **self._environment},
                preexec_fn=_obey_modes if self._obeys_modes else None,
            )
        for line in self._process.stdout:
            if found := re.search(r"Serving on (\S+)", line):
                self.base_url = found[1]
                # Clients find it again where it was.
                self._environment["FAXBOX_PORT"] = self.base_url.rpartition(":")[2]
                break
        else:
            self._process.wait()
            raise RuntimeError(f"the service did not start:\n{self.log.read_text()}")
        threading.Thread(target=self._process.stdout.read, daemon=True).start()

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut does: the workers die before they can know."""
        for process_id in [*self.worker_ids()]:
            self.kill_worker(process_id)
        self._end(signal.SIGKILL)

    def worker_ids(self) -> list[int]:
        """The workers that live now."""
        if self._process is None:
            return []
        process_id = self._process.pid
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
        return [int(child) for child in children.split()]

    @staticmethod
    def kill_worker(process_id: int) -> None:
        """Kill one of the workers."""
        os.kill(process_id, signal.SIGKILL)

    def limit_files(self, size: int | None) -> None:
        """Let the workers write no file beyond this size, as if the disk were full."""
        limit = resource.RLIM_INFINITY if size is None else size
        for process_id in self.worker_ids():
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def _end(self, signal_number: int) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal_number)
        try:
            process.wait(_STOP_SECONDS)
        finally:
            process.kill()
            process.wait()


def _foreign_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FAXBOX_")}


def _obey_modes() -> None:
    """Give up root's right to write files that nobody may write, for this process."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)
