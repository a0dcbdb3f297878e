"""Loads in rounds, and what they gave."""

import statistics
from collections.abc import Callable, Iterator

import uvloop

from .load import Measured, measure


class Bench:
    """Runs loads and prints what they gave."""

    def __init__(self, rounds: int, seconds: float) -> None:
        self._rounds = rounds
        self._seconds = seconds

    def load(
        self, port: int, requests: Callable[[], list[Iterator[bytes]]], status: int = 200
    ) -> Measured:
        expected = str(status).encode()
        measured = uvloop.run(measure(port, requests(), self._seconds, expected))
        if measured.wrong:
            raise RuntimeError(f"{measured.wrong} replies had another status")
        return measured

    def one(
        self,
        name: str,
        port: int,
        requests: Callable[[], list[Iterator[bytes]]],
        status: int = 200,
    ) -> None:
        runs = [self.load(port, requests, status) for _ in range(self._rounds)]
        self._show(name, runs)

    def pair(
        self,
        name: str,
        ours: tuple[int, Callable[[], list[Iterator[bytes]]]],
        theirs: tuple[int, Callable[[], list[Iterator[bytes]]]],
        their_name: str,
    ) -> None:
        """Load both in turns, so that what else the machine does hits both."""
        runs = [(self.load(*ours), self.load(*theirs)) for _ in range(self._rounds)]
        self._show(name, [run[0] for run in runs])
        self._show(f"  {their_name}", [run[1] for run in runs])
        ratio = statistics.median(run[0].rate / run[1].rate for run in runs)
        print(f"  {'ratio':34} {ratio:9.2f}")

    def _show(self, name: str, runs: list[Measured]) -> None:
        rates = [run.rate for run in runs]
        print(
            f"{name:36} {statistics.median(rates):9.0f}/s  ({min(rates):.0f} to {max(rates):.0f})"
            f"  median {statistics.median(run.median for run in runs):.2f} ms"
            f"  99 % {statistics.median(run.slowest_percent for run in runs):.2f} ms"
        )
