"""Metrics of a worker for Prometheus, served on a port of their own."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from faxbox_service.container import Repositories
from faxbox_service.crossbar.concurrency_limit import ConcurrencyLimiter
from faxbox_service.crossbar.response.envelope import NEVER_SNIFFED
from faxbox_service.repositories.inconsistency import Inconsistency
from faxbox_service.repositories.reconcile.reconciler import Reconciler

from .http import HttpServer
from .protocol import RefusingProtocol
from .request_stats import BUCKET_LIMITS


@dataclass(frozen=True, slots=True, eq=False)
class Metrics(Collector):
    """Reads the counters of a worker's parts when they are scraped."""

    repositories: Repositories
    reconciler: Reconciler
    limiter: ConcurrencyLimiter
    server: HttpServer

    def collect(self) -> Iterable[Metric]:
        """All metrics; docs/operators.md lists them."""
        yield _gauge("connections", "Open connections of clients.", self.server.connections())
        yield _gauge("requests_in_progress", "Requests that are worked on.", self.limiter.in_use)
        yield _gauge("requests_waiting", "Requests that wait for a slot.", self.limiter.waiting)
        yield _counter("requests_refused", "Requests refused for overload.", self.limiter.refused)
        yield _counter(
            "store_round_trips", "Calls made to the store.", self.repositories.store.round_trips
        )
        failed = CounterMetricFamily(
            "faxbox_copies_failed", "Copies that a request could not write.", labels=["of"]
        )
        failed.add_metric(["faxbox"], self.repositories.faxbox_replicas.failures)
        failed.add_metric(["account"], self.repositories.accounts.replicas.failures)
        yield failed
        refused = CounterMetricFamily(
            "faxbox_copies_refused", "Copies that the store does not take.", labels=["of"]
        )
        refused.add_metric(["faxbox"], self.repositories.faxbox_replicas.refusals)
        refused.add_metric(["account"], self.repositories.accounts.replicas.refusals)
        yield refused
        yield from self._of_requests()
        yield from self._of_reconciler()

    def _of_requests(self) -> Iterable[Metric]:
        stats = self.server.stats
        replies = CounterMetricFamily(
            "faxbox_requests", "Requests that were answered.", labels=["method", "status"]
        )
        for (method, status), count in stats.replies.items():
            replies.add_metric([method, str(status)], count)
        yield replies
        durations = HistogramMetricFamily(
            "faxbox_request_seconds", "How long their replies took to make.", labels=["method"]
        )
        limits = [*map(str, BUCKET_LIMITS), "+Inf"]
        for method, histogram in stats.durations.items():
            counts = zip(limits, accumulate(histogram.counts), strict=True)
            durations.add_metric([method], list(counts), histogram.seconds)
        yield durations

    def _of_reconciler(self) -> Iterable[Metric]:
        reconciler = self.reconciler
        yield _gauge("reconciler_active", "1 in the worker that repairs.", reconciler.is_active)
        yield _gauge(
            "reconciler_lag_seconds", "For how long there has been work to do.", reconciler.lag
        )
        found = CounterMetricFamily(
            "faxbox_reconciler_findings",
            "Inconsistencies found; all but those left to people were repaired.",
            labels=["fault"],
        )
        for inconsistency in Inconsistency:
            found.add_metric([str(inconsistency)], reconciler.findings[inconsistency])
        yield found


_MOST_CONNECTIONS = 50
_KEEPALIVE_TIMEOUT = 15.0
"""Seconds."""


class MetricsServer:
    """Answers only `GET /metrics`, until it is closed."""

    def __init__(self, metrics: Metrics) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(metrics)
        self._runner = web.ServerRunner(_Server(self._answer))

    async def listen(self, host: str, port: int) -> None:
        """Begin to answer. Raises `OSError`."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def close(self) -> None:
        """Answer no more."""
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.path != "/metrics" or request.method not in ("GET", "HEAD"):
            text = "GET /metrics is all there is\n"
            return web.Response(status=404, text=text, headers=NEVER_SNIFFED)
        return web.Response(
            body=generate_latest(self._registry),
            headers={**NEVER_SNIFFED, "Content-Type": CONTENT_TYPE_LATEST},
        )


class _Server(web.Server):
    """aiohttp's server, with few connections and short timeouts."""

    def __call__(self) -> RequestHandler:
        return _Protocol(self, asyncio.get_running_loop())


class _Protocol(RefusingProtocol):
    __slots__ = ("_server",)

    def __init__(self, server: _Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=_KEEPALIVE_TIMEOUT,
            lingering_time=0,
            auto_decompress=False,
        )
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self._server.connections) > _MOST_CONNECTIONS and self.transport is not None:
            self.transport.abort()

    def refusal(self, status: int, error: BaseException | None) -> web.StreamResponse:
        return web.Response(status=status, text="\n", headers=NEVER_SNIFFED)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"faxbox_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"faxbox_{name}", meaning, value=value)
