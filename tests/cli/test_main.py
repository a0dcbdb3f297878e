"""The command `faxbox`, run as its user runs it."""

import json
import os
import re
import shlex
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])
FAXBOX = [sys.executable, "-m", "faxbox_service"]
API_KEY = "0123456789abcdef" * 4


@pytest.fixture
def store(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    return f"sqlite://{tmp_path}/data/faxbox.db"


def run(*arguments, cwd=None, input="", **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FAXBOX_")}
    return subprocess.run(
        [*FAXBOX, *arguments],
        input=input,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**clean, **environment},
    )


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def serving(store, *arguments):
    """A service that is ready, and what it printed until then."""
    named = () if store is None else ("--store", store)
    process = subprocess.Popen(
        [*FAXBOX, "serve", *named, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    printed = ""
    try:
        while "Serving on" not in printed:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            printed += line
        yield process, printed
    finally:
        process.kill()
        process.communicate()


def base_url_of(printed):
    return re.search(r"Serving on (\S+)", printed)[1]


def get(url, token):
    request = urllib.request.Request(url, headers={"X-Auth-Token": token})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def test_a_first_start_makes_an_account_and_prints_a_working_curl(tmp_path, store):
    with serving(store) as (_, printed):
        assert printed.startswith(f"Making a new store: {tmp_path}/data/faxbox.db\n")
        account_id = re.search(r"account id +([0-9a-f]{32})\n", printed)[1]
        api_key = re.search(r"API key +([0-9a-f]{64})\n", printed)[1]
        curl = next(line for line in printed.splitlines() if line.startswith("curl "))
        reply = subprocess.run(
            [*shlex.split(curl), "--silent"], capture_output=True, text=True, check=True
        )
        created = json.loads(reply.stdout)
        assert created["status"] == "success"
        assert created["data"]["name"] == "Front desk"
        token = run("token", "--account-id", account_id, "--store", store).stdout.strip()
        listing = get(f"{base_url_of(printed)}/v2/accounts/{account_id}/faxboxes", token)
        assert [box["id"] for box in listing["data"]] == [created["data"]["id"]]
    facts = tmp_path / "data" / "master-account.json"
    assert stat.S_IMODE(facts.stat().st_mode) == 0o600
    kept = json.loads(facts.read_text())
    assert (kept["account_id"], kept["api_key"]) == (account_id, api_key)
    assert curl == kept["example"]
    with serving(store) as (_, printed):
        assert printed.startswith("Serving on ")


def test_no_folder_is_made_for_a_new_store_unless_that_is_asked_for(tmp_path):
    mistyped = f"sqlite://{tmp_path}/dta/faxbox.db"
    refused = run("serve", "--store", mistyped, "--port", "0")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"faxbox: there is no folder {tmp_path}/dta;"
        " --create-store makes it, and a new store in it\n"
    )
    assert not list(tmp_path.iterdir())
    with serving(mistyped, "--create-store") as (_, printed):
        assert printed.startswith(f"Making a new store: {tmp_path}/dta/faxbox.db\n")


def test_the_default_store_is_made_with_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ROOT, prepend=os.pathsep)
    with serving(None) as (_, printed):
        assert printed.startswith(f"Making a new store: {tmp_path}/data/faxbox.db\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "list"),
        ("account", "show", "f" * 32),
        ("token", "--account-id", "f" * 32),
        ("repair", "--dry-run"),
        ("signing-key", "rotate"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("found", ["no folder", "no file", "an empty file"])
def test_only_serve_and_init_make_a_store(tmp_path, arguments, found):
    path = tmp_path / "data" / "faxbox.db"
    if found != "no folder":
        path.parent.mkdir()
    if found == "an empty file":
        path.touch()
    before = sorted(tmp_path.rglob("*"))
    result = run(*arguments, "--store", f"sqlite://{path}")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"faxbox: there is no store at {path}; `faxbox init` and `faxbox serve` make one\n"
    )
    assert sorted(tmp_path.rglob("*")) == before
    assert not path.exists() or not path.stat().st_size


@contextmanager
def empty_couchdb():
    """A CouchDB without databases, as far as finding that out goes, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            asked.append((self.command, self.path.partition("?")[0]))
            answers = {("GET", "/"): {"couchdb": "Welcome", "version": "3.5.0"}}
            body = json.dumps(answers.get(asked[-1], [])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = answer  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_empty_couchdb_stays_empty():
    with empty_couchdb() as (address, asked):
        result = run("account", "list", FAXBOX_STORE=f"couchdb://admin:secret@{address}")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"faxbox: there is no store at http://{address};"
        " `faxbox init` and `faxbox serve` make one\n"
    )
    assert set(asked) == {("GET", "/"), ("GET", "/_all_dbs")}


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("account", "list")], ids=" ".join)
def test_nothing_is_written_to_the_database_of_another_program(tmp_path, arguments):
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE theirs (x)")
        theirs.commit()
    before = path.read_bytes()
    result = run(*arguments, "--store", f"sqlite://{path}")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"faxbox: sqlite store {path}: the file is another program's database\n"
    assert path.read_bytes() == before


def test_the_store_and_its_folder_are_private(tmp_path):
    with serving(f"sqlite://{tmp_path}/data/faxbox.db", "--create-store"):
        pass
    for path in (tmp_path / "data", *(tmp_path / "data").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_init_prints_one_json_object(store):
    result = run(
        *("init", "--store", store, "--account-name", "master", "--realm", "master.test"),
        *("--username", "admin"),
        FAXBOX_PASSWORD="Secret1234",
        FAXBOX_API_KEY=API_KEY,
    )
    facts = json.loads(result.stdout)
    assert facts.keys() == {"account_id", "api_key", "realm", "user_id"}
    assert (facts["api_key"], facts["realm"]) == (API_KEY, "master.test")
    without_user = run("init", "--store", f"{store}2", "--account-name", "master")
    assert json.loads(without_user.stdout).keys() == {"account_id", "api_key", "realm"}


def test_token_prints_a_token_and_nothing_else(store):
    facts = json.loads(run("init", "--store", store, "--account-name", "master").stdout)
    result = run("token", "--account-id", facts["account_id"], FAXBOX_STORE=store)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", result.stdout)
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "environment", "text"),
    [
        (["serve"], {"FAXBOX_PORT": "x"}, "FAXBOX_PORT must be a whole number, not 'x'"),
        (["serve", "--port", "70000"], {}, "--port must be from 0 to 65535, not '70000'"),
        (["serve", "--workers", "0"], {}, "--workers must be from 1 to 256, not '0'"),
        (["serve"], {"FAXBOX_TRUSTED_PROXIES": "x"}, "must name networks such as 10.0.0.0/8"),
        (["serve"], {"FAXBOX_RATE_LIMIT_REFILL": "0"}, "FAXBOX_RATE_LIMIT_REFILL must be from"),
        (["serve"], {"FAXBOX_PROT": "1"}, "FAXBOX_PROT is not a setting of this service"),
        (["serve", "--store", "mysql://root:secret@x"], {}, "--store must be sqlite:///absolute"),
        (["serve", "--store", "couchdb://root:sec/ret@x"], {}, "--store is not a URL of the form"),
        (["serve"], {"FAXBOX_STORE": "sqlite://"}, "FAXBOX_STORE must be sqlite:///abs"),
        (
            ["account", "list", "--store", "sqlite://data/x.db"],
            {},
            "--store must be sqlite:///absolute/path.db, sqlite:relative/path.db, or couchdb://user:",
        ),
        (["serve", "--store", "sqlite::memory:"], {}, "--store must be sqlite:///absolute/path.db"),
        (
            ["serve", "--store", "sqlite:///x%00.db"],
            {},
            "--store must be sqlite:///absolute/path.db",
        ),
        (["serve", "--host", "256.1.1.1", "--port", "0"], {}, "cannot listen on 256.1.1.1:0"),
        (["serve"], {"FAXBOX_LOG_LEVEL": "loud"}, "FAXBOX_LOG_LEVEL must be one of debug"),
        (["serve", "--store", "sqlite:///proc/nowhere/x.db"], {}, "/proc/nowhere"),
        (["serve", "--store", "couchdb://root:secret@127.0.0.1:1"], {}, "127.0.0.1:1"),
        (["init", "--account-name", ""], {}, "name: String must be at least 1 characters"),
        (["init", "--account-name", "x"], {"FAXBOX_API_KEY": "short"}, "an API key has 64"),
        (["init", "--account-name", "x", "--username", "y"], {}, "--username needs a password"),
        (["serve"], {"FAXBOX_STORE_FILE": "/nowhere"}, "FAXBOX_STORE_FILE: /nowhere: No such file"),
    ],
)
def test_wrong_settings_and_arguments_are_one_clear_line(tmp_path, arguments, environment, text):
    result = run(*arguments, cwd=tmp_path, **environment)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("faxbox: ")
    assert result.stderr.count("\n") == 1
    assert text in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("account_id", ["x", "f" * 32])
def test_there_is_no_token_of_an_account_that_is_not_there(store, account_id):
    assert run("init", "--store", store, "--account-name", "one").returncode == 0
    result = run("token", "--store", store, "--account-id", account_id)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"faxbox: there is no {account_id}\n"


def test_init_refuses_a_store_with_accounts(store):
    assert run("init", "--store", store, "--account-name", "one").returncode == 0
    again = run("init", "--store", store, "--account-name", "two")
    assert (again.returncode, again.stderr) == (1, "faxbox: the store has accounts already\n")


def test_a_taken_port_is_one_clear_line(store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--store", store, "--port", port)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr


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


def test_a_service_whose_output_nobody_reads_goes_on(store):
    port = free_port()
    process = subprocess.Popen(
        [*FAXBOX, "serve", "--store", store, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.close()
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


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
