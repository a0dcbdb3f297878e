"""One target under a coverage-guided fuzzer: `python -m tests.fuzz.coverage NAME SECONDS FOLDER`.

What is interesting is kept in the folder, and what fails beside it. Needs atheris.
"""

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["faxbox_service"]):
    from .targets import TARGETS

from .dearness import require_cheap
from .seeds import SEEDS

_LONGEST = 8_000
"""Bytes; what grows with the square shows at this size."""


def main(name: str, seconds: str, folder: str) -> None:
    """Fuzz until the time is over; exit status 0 when nothing was found."""
    target = TARGETS[name]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)

    def try_one(data: bytes) -> None:
        started = time.process_time()
        target(data)
        require_cheap(time.process_time() - started, data)

    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-artifact_prefix={corpus.parent}/{name}-",
        *("-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0"),
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
