"""The command `faxbox` with fault points: `python -m tests.faults.served TRIGGER serve …`.

Workers are replaced at once when they die, also when there is only one.
"""

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faxbox_service import app, cli, serving
from faxbox_service.settings import Settings

from .fault_points import FaultPoints, Trigger

_PAUSE_BEFORE_RESTART = 0.02


def main(trigger_path: str, *arguments: str) -> None:
    """Run the command with these arguments."""
    trigger = Trigger(Path(trigger_path))
    store_of = app.store_of

    def pointed_store_of(*arguments: Any, **options: Any) -> Any:
        return FaultPoints(store_of(*arguments, **options), trigger)

    def supervised(
        settings: Settings, listener: socket.socket, on_ready: Callable[[], None]
    ) -> None:
        serving._Workers(settings, listener).supervise(on_ready)

    app.store_of = pointed_store_of
    cli.serve = supervised
    serving._PAUSE_BEFORE_RESTART = _PAUSE_BEFORE_RESTART
    cli.main(list(arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
