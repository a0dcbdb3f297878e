"""Metrics: each worker reports its own, and what docs/operators.md says there is."""

import asyncio
import re
import socket
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from prometheus_client.registry import Collector

from faxbox_service.server.metrics import MetricsServer
from tests.command import base_url_of, free_port, run, serving

OPERATORS = (Path(__file__).parents[2] / "docs" / "operators.md").read_text()


def scrape(port, path="/metrics"):
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
                return reply.read().decode()
        except HTTPError:
            raise
        except URLError:
            time.sleep(0.05)
    raise AssertionError(f"nobody serves metrics on {port}")


def value_of(metrics, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)[1])


def free_pair():
    """A free port whose successor is free, too: the second worker serves there."""
    while True:
        port = free_port()
        with suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port


@pytest.fixture
def store(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    return f"sqlite://{tmp_path}/data/faxbox.db"


def test_each_worker_serves_what_the_docs_say(store, monkeypatch):
    port = free_pair()
    monkeypatch.setenv("FAXBOX_METRICS_PORT", str(port))
    monkeypatch.setenv("FAXBOX_RECONCILE_INTERVAL", "0.2")
    with serving(store, "--workers", "2") as (_, printed):
        for worker in (port, port + 1):
            metrics = scrape(worker)
            served = set(re.findall(r"^# TYPE (faxbox_\w+)", metrics, re.MULTILINE))
            documented = set(re.findall(r"^\| `(faxbox_\w+)", OPERATORS, re.MULTILINE))
            assert served == documented
            assert value_of(metrics, "faxbox_store_round_trips_total") > 0
        for _ in range(100):
            active = [value_of(scrape(port + n), "faxbox_reconciler_active") for n in (0, 1)]
            if sum(active) == 1:
                break
            time.sleep(0.1)
        assert sum(active) == 1
        account = re.search(r"account id +([0-9a-f]{32})", printed)[1]
        assert account not in scrape(port)
        with pytest.raises(HTTPError):
            scrape(port, "/")
        with pytest.raises(HTTPError):
            urllib.request.urlopen(f"{base_url_of(printed)}/metrics", timeout=5)


def test_no_reply_lets_a_browser_guess_what_it_is(store, monkeypatch):
    port = free_port()
    monkeypatch.setenv("FAXBOX_METRICS_PORT", str(port))
    with serving(store):
        scrape(port)
        for sent in (b"GET /metrics HTTP/1.0", b"GET /no HTTP/1.0", b"\x16\x03\x01"):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(sent + b"\r\n\r\n")
                reply = b"".join(iter(lambda: connection.recv(65536), b""))
            head = reply.partition(b"\r\n\r\n")[0].lower()
            assert head.count(b"\r\nx-content-type-options: nosniff") == 1, reply


def test_requests_are_counted_by_what_became_of_them(store, monkeypatch):
    port = free_port()
    monkeypatch.setenv("FAXBOX_METRICS_PORT", str(port))
    with serving(store) as (_, printed):
        base = base_url_of(printed)
        for method, path in [
            ("GET", "/v2/schemas"),
            ("GET", "/v2/token_auth"),
            ("PROPFIND", "/v2"),
        ]:
            request = urllib.request.Request(f"{base}{path}", method=method)
            with suppress(HTTPError):
                urllib.request.urlopen(request, timeout=5).close()
        metrics = scrape(port)
    assert value_of(metrics, 'faxbox_requests_total{method="GET",status="200"}') == 1
    assert value_of(metrics, 'faxbox_requests_total{method="GET",status="401"}') == 1
    assert value_of(metrics, 'faxbox_requests_total{method="other",status="501"}') == 1
    assert value_of(metrics, 'faxbox_request_seconds_count{method="GET"}') == 2
    assert value_of(metrics, 'faxbox_request_seconds_bucket{le="+Inf",method="GET"}') == 2
    assert 0 < value_of(metrics, 'faxbox_request_seconds_sum{method="GET"}') < 10


def test_without_the_setting_there_are_none(store):
    with serving(store) as (_, printed):
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(f"{base_url_of(printed)}/metrics", timeout=5)
        assert refused.value.code in (401, 404)


def test_a_taken_port_is_reported(store):
    port = free_port()
    with serving(store, "--port", str(port)):
        result = run("serve", "--store", store, "--port", "0", FAXBOX_METRICS_PORT=str(port))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(port) in result.stderr


async def test_the_metrics_port_bears_few_connections_and_says_little_of_rubbish(caplog):
    server, port = MetricsServer(NoMetrics()), free_port()
    await server.listen("127.0.0.1", port)
    try:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        await asyncio.sleep(0.2)
        ended = [reader for reader, _ in held if reader.exception() or reader.at_eof()]
        assert len(ended) == 10
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x00rubbish\r\n\r\n")
        assert b" 400 Bad Request" in await reader.read()
        writer.close()
        assert not caplog.records
    finally:
        await server.close()


class NoMetrics(Collector):
    def collect(self):
        return iter(())
