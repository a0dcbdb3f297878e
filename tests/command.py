"""The command `faxbox`, run as its user runs it."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = str(Path(__file__).parents[1])
FAXBOX = [sys.executable, "-m", "faxbox_service"]
API_KEY = "0123456789abcdef" * 4


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


def json_of(store, *arguments, password=None):
    """What a command prints with `--json`."""
    result = subprocess.run(
        [*FAXBOX, *arguments, "--store", store, "--json"],
        input=password,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return json.loads(result.stdout)
