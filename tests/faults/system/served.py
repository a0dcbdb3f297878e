"""The command `faxbox` with fault points: `python -m tests.faults.system.served TRIGGER serve …`.

Of a service the writes of its requests count, and workers are replaced at once when they die, also
when there is only one; of other commands every write counts.
"""

import socket
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from faxbox_service.app import build_app
from faxbox_service.cli.main import main as faxbox
from faxbox_service.container import Repositories, store_from
from faxbox_service.crossbar.dispatcher import Dispatcher
from faxbox_service.server.processes import Supervisor, serve_until_signal
from faxbox_service.settings.settings import Settings

from .fault_points import FaultPoints, Trigger

_RESTART_DELAY = 0.02

_is_in_request = ContextVar("is_in_request", default=False)


def main(trigger_path: str, command: str, *arguments: str) -> None:
    """Run the command with these arguments."""
    trigger = Trigger(Path(trigger_path))
    counts = _is_in_request.get if command == "serve" else lambda: True

    def make_store(settings: Settings) -> FaultPoints:
        return FaultPoints(store_from(settings), trigger, counts)

    def serve(settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        worker = partial(serve_until_signal, make_store=make_store, make_app=_marking_app)
        Supervisor(settings, listener, worker=worker, restart_delay=_RESTART_DELAY).supervise(
            on_ready
        )

    faxbox([command, *arguments], make_store=make_store, serve=serve)


class _Marking:
    """A dispatcher that tells the writes of requests from those that workers make by themselves."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dispatcher, name)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        _is_in_request.set(True)
        return await self._dispatcher.answer(request)


def _marking_app(settings: Settings, repositories: Repositories) -> _Marking:
    return _Marking(build_app(settings, repositories))


if __name__ == "__main__":
    main(*sys.argv[1:])
