"""`faxbox init`, `faxbox token`, and what all commands refuse."""

import json
import re
import sqlite3
import stat
from contextlib import closing

import pytest

from tests.command import API_KEY, run, serving


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
