"""Secrets are given to commands in every way but the one that others can read."""

import json
import os
import pty
import subprocess
import sys
from argparse import Namespace
from contextlib import suppress
from hashlib import md5
from pathlib import Path

import pytest

from faxbox_service.cli.store_session import warn_of_password_in
from faxbox_service.secret_files import read_secret_file
from faxbox_service.stores.url import parse_store_url
from tests.command import API_KEY, FAXBOX, json_of, run

PASSWORD = "Größe 1234"
OTHER = "Better5678"


def init(store, *arguments, **given):
    base = ("init", "--store", store, "--account-name", "master", "--username", "admin")
    return run(*base, *arguments, **given)


@pytest.fixture
def file(tmp_path):
    """Writes a file of that content and returns its path."""

    def written(content, name="secret"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


def hash_of(store, account_id, password):
    """Whether `password` is the admin's: found as Kazoo finds it."""
    digest = md5(f"admin:{password}".encode()).hexdigest()
    code = (
        "import sys, uvloop\n"
        "from faxbox_service.container import Repositories\n"
        "from faxbox_service.settings.settings import Settings\n"
        "async def main():\n"
        "    settings = Settings.load({'FAXBOX_STORE': sys.argv[1]})\n"
        "    repositories = await Repositories.open(settings)\n"
        "    user = await repositories.users.find_by_username(sys.argv[2], 'admin')\n"
        "    print(user['pvt_md5_auth'])\n"
        "    await repositories.close()\n"
        "uvloop.run(main())\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code, store, account_id], capture_output=True, text=True, check=True
    )
    return printed.stdout.strip() == digest


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["no newline", "newline", "CR and newline"])
def test_from_files(store, file, end):
    result = init(
        store,
        *("--password-file", file(PASSWORD + end, "password")),
        *("--api-key-file", file(API_KEY + end, "key")),
    )
    facts = json.loads(result.stdout)
    assert (facts["api_key"], result.stderr) == (API_KEY, "")
    assert hash_of(store, facts["account_id"], PASSWORD)


def test_from_the_lines_of_standard_input(store):
    result = init(store, "--password", "-", "--api-key", "-", input=f"{PASSWORD}\n{API_KEY}\nrest")
    facts = json.loads(result.stdout)
    assert facts["api_key"] == API_KEY
    assert hash_of(store, facts["account_id"], PASSWORD)


@pytest.mark.parametrize("form", ["value", "file"])
def test_from_the_environment(store, file, form):
    given = {"FAXBOX_PASSWORD": PASSWORD, "FAXBOX_API_KEY": API_KEY}
    if form == "file":
        given = {f"{name}_FILE": file(text, name) for name, text in given.items()}
    facts = json.loads(init(store, **given).stdout)
    assert facts["api_key"] == API_KEY
    assert hash_of(store, facts["account_id"], PASSWORD)


def test_options_win_over_the_environment(store, file):
    given = ("--password-file", file(OTHER))
    facts = json.loads(init(store, *given, FAXBOX_PASSWORD=PASSWORD).stdout)
    assert hash_of(store, facts["account_id"], OTHER)


def test_only_one_newline_is_taken_from_the_end(store, file):
    facts = json.loads(init(store, "--password-file", file(f"{PASSWORD} \n\n")).stdout)
    assert hash_of(store, facts["account_id"], f"{PASSWORD} \n")


def test_the_password_of_a_user(store, file):
    made = init(store, FAXBOX_PASSWORD=PASSWORD)
    account_id = json.loads(made.stdout)["account_id"]
    change = ("user", "password", "--account-id", account_id, "--username", "admin")
    for number, (arguments, given) in enumerate(
        [
            ((), {"input": "one 0\nrest"}),
            (("--password", "-"), {"input": "one 1\n"}),
            (("--password-file", file("one 2\n")), {"input": "other"}),
            ((), {"FAXBOX_PASSWORD": "one 3", "input": "other"}),
        ]
    ):
        result = run(*change, *arguments, "--store", store, **given)
        assert (result.returncode, result.stderr) == (0, "")
        assert hash_of(store, account_id, f"one {number}")


def test_from_a_terminal_that_does_not_show_it(store):
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [
            *(*FAXBOX, "init", "--store", store, "--account-name", "x"),
            *("--username", "admin", "--password", "-"),
        ],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
        text=True,
    )
    os.close(terminal)
    shown = b""
    while b"Password: " not in shown:
        shown += os.read(controller, 1000)
    os.write(controller, b"Secret1234\n")
    facts = json.loads(process.communicate(timeout=60)[0])
    with suppress(OSError):
        shown += os.read(controller, 1000)
    os.close(controller)
    assert b"Secret" not in shown
    assert hash_of(store, facts["account_id"], "Secret1234")


LITERAL = [
    ("init", "--account-name", "x", "--username", "admin", "--password", "Secret1234"),
    ("init", "--account-name", "x", "--username", "admin", "--password=Secret1234"),
    ("init", "--account-name", "x", "--password="),
    ("init", "--account-name", "x", "--api-key", API_KEY),
    ("user", "create", "--account-id", "x", "--username", "y", "--password", "Secret1234"),
    ("user", "password", "--account-id", "x", "--username", "y", "--password", "Secret1234"),
]


@pytest.mark.parametrize("arguments", LITERAL, ids=" ".join)
def test_none_is_taken_from_the_command_line(store, arguments):
    result = run(*arguments, "--store", store)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    name = "api-key" if "--api-key" in arguments else "password"
    variable = f"FAXBOX_{name.replace('-', '_').upper()}"
    assert f"use --{name} -, --{name}-file FILE or {variable}\n" in result.stderr
    assert "Secret1234" not in result.stderr and API_KEY not in result.stderr


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("x" * 4097, "has more than 4096 bytes"),
        ("x" * 4097 + "\n", "has more than 4096 bytes"),
        (b"\xff\n", "is not UTF-8 text"),
        (None, "No such file or directory"),
        ("/", "Is a directory"),
        ("/dev/zero", "has more than 4096 bytes"),
    ],
)
def test_a_file_without_a_secret_is_one_clear_line(store, file, tmp_path, content, text):
    path = str(tmp_path / "nothing") if content is None else content
    if not isinstance(path, str) or not path.startswith("/"):
        path = file(content)
    for arguments, environment in (
        (("--password-file", path), {}),
        ((), {"FAXBOX_PASSWORD_FILE": path}),
        ((), {"FAXBOX_PASSWORD": "x", "FAXBOX_API_KEY_FILE": path}),
    ):
        result = init(store, *arguments, **environment)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith("faxbox: --") and text in result.stderr
        assert (path in result.stderr, result.stderr.count("\n")) == (True, 1)


def test_the_longest_secret_is_taken(file):
    assert read_secret_file(Path(file("x" * 4096 + "\r\n"))) == "x" * 4096


@pytest.mark.parametrize(
    ("arguments", "given", "text"),
    [
        (("--password", "-"), {"input": ""}, "--password: standard input is empty"),
        (("--password", "-"), {"input": "\n"}, "--password: standard input is empty"),
        (("--password", "-"), {"input": "x" * 9999}, "standard input has more than 4096 bytes"),
        (("--password", "-", "--password-file", "x"), {}, "exclude each other"),
        ((), {"FAXBOX_PASSWORD": ""}, "FAXBOX_PASSWORD is empty"),
        ((), {"FAXBOX_PASSWORD": "\udcff"}, "FAXBOX_PASSWORD is not UTF-8 text"),
        (
            (),
            {"FAXBOX_PASSWORD": "x", "FAXBOX_PASSWORD_FILE": "x"},
            "FAXBOX_PASSWORD and FAXBOX_PASSWORD_FILE exclude each other",
        ),
    ],
)
def test_what_is_no_secret_is_one_clear_line(store, arguments, given, text):
    result = init(store, *arguments, **given)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert text in result.stderr


def test_a_password_without_a_user_is_one_clear_line(store, file):
    result = run(
        *("init", "--store", store, "--account-name", "x", "--password-file", file("Secret1234"))
    )
    assert (result.returncode, result.stderr) == (1, "faxbox: a password needs --username\n")


def test_secrets_in_the_environment_disturb_no_other_command(store, master, monkeypatch):
    monkeypatch.setenv("FAXBOX_PASSWORD", "x")
    monkeypatch.setenv("FAXBOX_API_KEY_FILE", "/nowhere")
    assert [row["name"] for row in json_of(store, "account", "list")] == ["master"]


def test_the_store_in_a_file(store, master, file):
    for variables in ({"FAXBOX_STORE_FILE": file(f"{store}\n")}, {"FAXBOX_STORE": store}):
        result = run("account", "show", master["account_id"], "--json", **variables)
        assert json.loads(result.stdout)["name"] == "master"
    both = run("account", "list", FAXBOX_STORE=store, FAXBOX_STORE_FILE="x")
    assert both.stderr == "faxbox: FAXBOX_STORE and FAXBOX_STORE_FILE exclude each other\n"
    wrong = run("account", "list", FAXBOX_STORE_FILE=file("couchdb://root:hunter2#@x"))
    assert "hunter2" not in wrong.stderr and wrong.stderr.startswith("faxbox: FAXBOX_STORE_FILE is")
    other = run("account", "list", FAXBOX_PORT_FILE="x")
    assert other.stderr == "faxbox: FAXBOX_PORT_FILE is not a setting of this service\n"


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("couchdb://admin:hunter2@127.0.0.1", 1),
        ("couchdb://admin@127.0.0.1", 0),
        ("couchdb://127.0.0.1:5984", 0),
        ("sqlite:data/admin:hunter2@x.db", 0),
        (None, 0),
    ],
)
def test_a_password_in_the_stores_url_on_the_command_line_is_warned_of(capsys, url, lines):
    warn_of_password_in(Namespace(store=url), parse_store_url(url or "sqlite:x.db"))
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", lines)
    assert "hunter2" not in printed.err
    assert not lines or "FAXBOX_STORE_FILE" in printed.err
