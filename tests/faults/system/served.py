"""The command `faxbox` with fault points: `python -m tests.faults.system.served TRIGGER serve …`.

Of a service the writes of its requests count, and workers are replaced at once when they die, also
when there is only one; of other commands every write counts.
"""

import socket
import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from aiohttp import web

from faxbox_service import app
from faxbox_service.cli import main as cli
from faxbox_service.crossbar.dispatcher import Dispatcher
from faxbox_service.server import processes
from faxbox_service.settings import Settings

from .fault_points import FaultPoints, Trigger

_PAUSE_BEFORE_RESTART = 0.02

_is_in_request = ContextVar("is_in_request", default=False)


def main(trigger_path: str, command: str, *arguments: str) -> None:
    """Run the command with these arguments."""
    trigger = Trigger(Path(trigger_path))
    counts = _is_in_request.get if command == "serve" else lambda: True
    store_of = app.store_of

    def pointed_store_of(*arguments: Any, **options: Any) -> Any:
        return FaultPoints(store_of(*arguments, **options), trigger, counts)

    app.store_of = pointed_store_of
    _mark_requests()
    cli.serve = _supervised
    processes._PAUSE_BEFORE_RESTART = _PAUSE_BEFORE_RESTART
    cli.main([command, *arguments])


def _mark_requests() -> None:
    """Tell what is done for a request from what workers do by themselves."""
    answer = Dispatcher.answer

    async def marked(self: Dispatcher, request: web.BaseRequest) -> web.StreamResponse:
        _is_in_request.set(True)
        return await answer(self, request)

    Dispatcher.answer = marked


def _supervised(settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    processes._Workers(settings, listener).supervise(on_ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
