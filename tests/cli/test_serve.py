"""`faxbox serve`: the first start, and the store it makes."""

import json
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.command import FAXBOX, ROOT, base_url_of, free_port, get, run, serving


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


def test_a_taken_port_is_one_clear_line(store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--store", store, "--port", port)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr


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
