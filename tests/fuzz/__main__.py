"""Fuzz the service by the grammar, and each target by coverage; or try one input again.

python -m tests.fuzz --minutes 30
python -m tests.fuzz --minutes 5 --only json shape
python -m tests.fuzz --again json .fuzz/json-crash-0123
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from .dearness import require_cheap
from .grammar import fuzz_service
from .targets import TARGETS

_FOLDER = Path(".fuzz")
_GRAMMAR = "grammar"
_SHARE_OF_GRAMMAR = 0.4
_STARTING = 60.0
_TOLD = 40
"""Lines of what a target said last."""


def main() -> None:
    """Fuzz for the time given; exit status 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of all there is to do")
    parser.add_argument("--only", nargs="+", choices=[_GRAMMAR, *TARGETS], default=None)
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "FILE"))
    options = parser.parse_args()
    if options.again is not None:
        _try_again(*options.again)
        return
    wanted = options.only or [_GRAMMAR, *TARGETS]
    targets = [name for name in wanted if name != _GRAMMAR]
    if targets and importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: only the grammar is tried", file=sys.stderr)
        targets = []
    seconds = 60 * options.minutes
    found = 0
    if _GRAMMAR in wanted:
        found += _fuzz_grammar(seconds * (_SHARE_OF_GRAMMAR if targets else 1))
        seconds *= 1 - _SHARE_OF_GRAMMAR
    for name in targets:
        found += _fuzz_target(name, seconds / len(targets))
    sys.exit(found > 0)


def _fuzz_grammar(seconds: float) -> bool:
    found = fuzz_service(seconds)
    if found is not None:
        print(found, file=sys.stderr)
    return found is not None


def _fuzz_target(name: str, seconds: float) -> bool:
    """Fuzz one target in a process of its own, which may die; whether it found anything."""
    command = [sys.executable, "-m", "tests.fuzz.coverage", name, f"{max(1, int(seconds))}"]
    try:
        run = subprocess.run(
            [*command, str(_FOLDER / name)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds + _STARTING,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: it never ended", file=sys.stderr)
        return True
    said = [line for line in run.stdout.splitlines() if not line.startswith("INFO")]
    counts = [line.rpartition(":")[2] for line in said if "number_of_executed_units" in line]
    print(f"{name}: {int(counts[0]) if counts else 0:,} inputs", flush=True)
    if run.returncode:
        print("\n".join(said[-_TOLD:]), file=sys.stderr)
    return run.returncode != 0


def _try_again(name: str, path: str) -> None:
    data = Path(path).read_bytes()
    print(f"{len(data)} bytes: {data[:200]!r}")
    started = time.process_time()
    TARGETS[name](data)
    require_cheap(time.process_time() - started, data)


if __name__ == "__main__":
    main()
