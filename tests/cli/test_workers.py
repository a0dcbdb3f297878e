"""Several processes that serve: signals, deaths, the store they share."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from tests.command import base_url_of, get, run, serving


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_requests_in_flight_finish(store, workers):
    facts = json.loads(run("init", "--store", store, "--account-name", "master").stdout)
    token = run("token", "--store", store, "--account-id", facts["account_id"]).stdout.strip()
    with serving(store, "--workers", workers) as (process, printed):
        port = int(base_url_of(printed).rpartition(":")[2])
        body = b'{"data":{"name":"in flight"}}'
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(20)
            head = (
                f"PUT /v2/accounts/{facts['account_id']}/faxboxes HTTP/1.1\r\nHost: x\r\n"
                f"X-Auth-Token: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode() + body[:10])
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[10:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 201")
        assert process.wait(20) == 0
    with serving(store) as (_, printed):
        listing = get(f"{base_url_of(printed)}/v2/accounts/{facts['account_id']}/faxboxes", token)
        assert [box["name"] for box in listing["data"]] == ["in flight"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_signal_that_rotates_logs_ends_anything(store, workers):
    facts = json.loads(run("init", "--store", store, "--account-name", "master").stdout)
    token = run("token", "--store", store, "--account-id", facts["account_id"]).stdout.strip()
    with serving(store, "--workers", workers) as (process, printed):
        processes = {process.pid, *children_of(process.pid)}
        port = int(base_url_of(printed).rpartition(":")[2])
        body = b'{"data":{"name":"in flight"}}'
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(20)
            head = (
                f"PUT /v2/accounts/{facts['account_id']}/faxboxes HTTP/1.1\r\nHost: x\r\n"
                f"X-Auth-Token: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode() + body[:10])
            for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                for process_id in processes:
                    os.kill(process_id, number)
                time.sleep(0.2)
            connection.sendall(body[10:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 201")
        assert {process.pid, *children_of(process.pid)} == processes
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def children_of(process_id):
    listed = subprocess.run(["pgrep", "-P", str(process_id)], capture_output=True, text=True)
    return list(map(int, listed.stdout.split()))


def test_a_worker_that_dies_is_replaced(store):
    facts = json.loads(run("init", "--store", store, "--account-name", "master").stdout)
    token = run("token", "--store", store, "--account-id", facts["account_id"]).stdout.strip()
    with serving(store, "--workers", "2") as (process, printed):
        url = f"{base_url_of(printed)}/v2/accounts/{facts['account_id']}/faxboxes"
        assert get(url, token)["data"] == []
        workers = children_of(process.pid)
        assert len(workers) == 2
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        assert get(url, token)["data"] == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_workers_stop_when_their_parent_is_killed(store):
    with serving(store, "--workers", "2") as (process, printed):
        port = int(base_url_of(printed).rpartition(":")[2])
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                return
            time.sleep(0.05)
        raise AssertionError("still listening")


def test_workers_share_the_store(store):
    facts = json.loads(run("init", "--store", store, "--account-name", "master").stdout)
    token = run("token", "--store", store, "--account-id", facts["account_id"]).stdout.strip()
    with serving(store, "--workers", "2") as (_, printed):
        url = f"{base_url_of(printed)}/v2/accounts/{facts['account_id']}/faxboxes"

        def create(number):
            request = urllib.request.Request(
                url,
                method="PUT",
                data=json.dumps({"data": {"name": f"box {number}"}}).encode(),
                headers={"X-Auth-Token": token, "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=20) as reply:
                assert reply.status == 201

        threads = [threading.Thread(target=create, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        names = {box["name"] for box in get(url, token)["data"]}
        assert names == {f"box {number}" for number in range(20)}
