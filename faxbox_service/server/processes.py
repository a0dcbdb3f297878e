"""Serving: one process, or several workers that share a listening socket."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any, Protocol

import uvloop

from faxbox_service.app import build_app
from faxbox_service.container import Repositories, StoreFactory, reconciler_of, store_from
from faxbox_service.crossbar.dispatcher import Dispatcher
from faxbox_service.settings.settings import Settings

from .connections import ConnectionLimits
from .http import HttpServer
from .log_files import REOPENING, reopen_log_files, survive_signals
from .malloc_trim import MallocTrim

_log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_RESTART_DELAY = 1.0
"""Seconds."""
_ALLOCATIONS_BETWEEN_COLLECTIONS = 10_000


class Worker(Protocol):
    """Serves until it is stopped: what `Supervisor` runs in each process."""

    def __call__(
        self,
        settings: Settings,
        listener: socket.socket,
        on_ready: Callable[[], None],
        number: int = 0,
        lifeline: int | None = None,
    ) -> Coroutine[Any, Any, None]: ...


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end on the event loop we serve with."""
    return uvloop.run(coroutine)


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises `OSError`."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def serve(settings: Settings, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is called when connections are accepted.

    SIGHUP and SIGUSR1 reopen log files in every process, and end nothing.
    """
    survive_signals()
    if settings.workers == 1:
        run(serve_until_signal(settings, listener, on_ready))
    else:
        Supervisor(settings, listener).supervise(on_ready)


def connection_limits(settings: Settings) -> ConnectionLimits:
    """The limits of connections."""
    return ConnectionLimits(
        settings.connections,
        settings.connections_per_address,
        settings.client_timeout,
        settings.keepalive_timeout,
    )


async def serve_until_signal(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[], None],
    number: int = 0,
    lifeline: int | None = None,
    *,
    make_store: StoreFactory = store_from,
    make_app: Callable[[Settings, Repositories], Dispatcher] = build_app,
) -> None:
    """Serve until a signal, or until the other end of the pipe `lifeline` is closed.

    `number` is the worker's: its metrics are on that many ports after the first.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in _SIGNALS:
        loop.add_signal_handler(signal_number, stop.set)
    if lifeline is not None:
        loop.add_reader(lifeline, stop.set)
    async with AsyncExitStack() as closing:
        repositories = await Repositories.open(settings, make_store=make_store)
        closing.push_async_callback(repositories.close)
        reconciler = reconciler_of(settings, repositories)
        closing.push_async_callback(reconciler.stop)
        app = make_app(settings, repositories)
        server = HttpServer(
            app, connection_limits(settings), shutdown_timeout=settings.shutdown_timeout
        )
        closing.push_async_callback(server.close)
        if settings.metrics_port:
            # Imported only when used: it takes memory.
            from .metrics import Metrics, MetricsServer

            metrics = MetricsServer(Metrics(repositories, reconciler, app.limiter, server))
            closing.push_async_callback(metrics.close)
            await metrics.listen(settings.metrics_host, settings.metrics_port + number)
        await server.listen(listener)
        if settings.reconcile:
            reconciler.start()
        memory = MallocTrim(server.work_done)
        closing.push_async_callback(memory.stop)
        memory.start()
        _relieve_garbage_collector()
        on_ready()
        await stop.wait()
        if lifeline is not None:
            loop.remove_reader(lifeline)


def _relieve_garbage_collector() -> None:
    """Exclude what was loaded at the start from garbage collection.

    Requests leave no cycles behind, so collections would mostly walk modules and schemas.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)


class Supervisor:
    """Forks the workers, replaces those that die, and stops them all."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        *,
        worker: Worker = serve_until_signal,
        restart_delay: float = _RESTART_DELAY,
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._worker = worker
        self._restart_delay = restart_delay
        self._numbers: dict[int, int] = {}
        """The workers' numbers by process id."""
        self._is_stopping = False
        # Only this process holds the writing end: workers read its end of file when this process
        # ends, even when it was killed, and stop too.
        self._lifeline, self._writing_end = os.pipe()

    def supervise(self, on_ready: Callable[[], None]) -> None:
        """Return when every worker has ended after a signal."""
        for signal_number in _SIGNALS:
            signal.signal(signal_number, self._stop)
        for signal_number in REOPENING:
            signal.signal(signal_number, self._reopen)
        self._start_all(on_ready)
        while self._numbers:
            process_id, status = os.wait()
            number = self._numbers.pop(process_id, 0)
            if not self._is_stopping:
                _log.error("worker %d ended with status %d", process_id, status)
                time.sleep(self._restart_delay)
            if not self._is_stopping:
                self._fork(number, lambda: None)

    def _start_all(self, on_ready: Callable[[], None]) -> None:
        """Fork the workers, and wait until each accepts connections or has ended."""
        reports, reporting_end = os.pipe()

        def report() -> None:
            os.write(reporting_end, b".")
            os.close(reporting_end)

        for number in range(self._settings.workers):
            self._fork(number, report)
        os.close(reporting_end)
        ready = 0
        while report_bytes := os.read(reports, self._settings.workers):
            ready += len(report_bytes)
        os.close(reports)
        if ready:
            on_ready()
        elif not self._is_stopping:
            sys.exit("faxbox: no worker could start")

    def _fork(self, number: int, on_ready: Callable[[], None]) -> None:
        process_id = os.fork()
        if process_id:
            self._numbers[process_id] = number
            return
        code = 1
        try:
            for signal_number in _SIGNALS:
                signal.signal(signal_number, signal.SIG_DFL)
            survive_signals()
            os.close(self._writing_end)
            run(self._worker(self._settings, self._listener, on_ready, number, self._lifeline))
            code = 0
        except Exception:
            _log.exception("a worker failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _stop(self, signal_number: int, _frame: object) -> None:
        self._is_stopping = True
        self._signal_workers(signal.SIGTERM)

    def _reopen(self, signal_number: int, _frame: object) -> None:
        reopen_log_files()
        self._signal_workers(signal_number)

    def _signal_workers(self, signal_number: int) -> None:
        for process_id in self._numbers:
            # One may have ended a moment ago.
            with suppress(ProcessLookupError):
                os.kill(process_id, signal_number)
