"""The commands for accounts, users and secrets, run as their user runs them."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.command import FAXBOX, base_url_of, get, json_of, run, serving


def send(method, url, token, data=None):
    """What the service answers to a request with a body."""
    request = Request(
        url,
        method=method,
        data=None if data is None else json.dumps({"data": data}).encode(),
        headers={"X-Auth-Token": token, "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10) as reply:
        return json.load(reply)


def create(store, master, name):
    parent = master["account_id"]
    return json_of(store, "account", "create", "--parent", parent, "--name", name)


def test_accounts(store, master):
    made = create(store, master, "Acme")
    assert made.keys() == {"account_id", "name", "realm", "api_key"}
    below = json_of(store, "account", "create", "--parent", made["account_id"], "--name", "Sub")
    everyone = {row["name"] for row in json_of(store, "account", "list")}
    assert everyone == {"master", "Acme", "Sub"}
    listed = json_of(store, "account", "list", "--parent", made["account_id"])
    assert listed == [{"id": below["account_id"], "name": "Sub", "realm": below["realm"]}]
    shown = json_of(store, "account", "show", made["account_id"])
    assert (shown["name"], shown["descendants_count"]) == ("Acme", 1)
    assert not [name for name in shown if name.startswith("pvt_")]
    gone = json_of(store, "account", "delete", below["account_id"])
    assert gone == {"account_id": below["account_id"], "deleted": True, "for_good": False}
    assert json_of(store, "account", "delete", made["account_id"], "--for-good")["for_good"] is True
    assert [row["name"] for row in json_of(store, "account", "list")] == ["master"]


def test_what_people_read(store, master):
    result = run(
        *("account", "create", "--store", store, "--parent", master["account_id"]),
        *("--name", "Acme", "--realm", "acme.example.com"),
    )
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert (lines["name"], lines["realm"]) == ("Acme", "acme.example.com")
    listing = run("account", "list", "--store", store).stdout.splitlines()
    assert len(listing) == 2 and all(len(line.split()) == 3 for line in listing)
    shown = run("account", "show", lines["account_id"], "--store", store).stdout
    assert "billing_mode" in shown and "pvt_" not in shown
    deleted = run("account", "delete", lines["account_id"], "--store", store).stdout
    assert deleted == f"deleted {lines['account_id']} (Acme) softly\n"
    nobody = run("account", "list", "--parent", master["account_id"], "--store", store).stdout
    assert nobody == "no accounts\n"


def test_users(store, master):
    account_id = master["account_id"]
    of_alice = ("--account-id", account_id, "--username", "Alice")
    made = json_of(store, "user", "create", *of_alice, "--admin", password="Secret1234\n")
    assert made.keys() == {"user_id", "username"} and made["username"] == "alice"
    changed = json_of(store, "user", "password", *of_alice, password="Better5678\n")
    assert changed == made
    result = subprocess.run(
        [*FAXBOX, "user", "password", *of_alice, "--store", store],
        input="Secret1234",
        capture_output=True,
        text=True,
    )
    assert result.stdout == "alice has a new password\n"


def test_an_api_key_is_renewed(store, master):
    rotated = json_of(store, "api-key", "rotate", "--account-id", master["account_id"])
    assert rotated["api_key"] != master["api_key"]
    assert len(rotated["api_key"]) == 64
    text = run("api-key", "rotate", "--account-id", master["account_id"], "--store", store).stdout
    assert len(text.strip()) == 64


def test_commands_reach_a_running_service(store, master):
    account = ("--account-id", master["account_id"])
    json_of(store, "user", "create", *account, "--username", "bob", password="Secret1234\n")
    with serving(store) as (_, printed):
        url = f"{base_url_of(printed)}/v2/accounts/{master['account_id']}"
        old = run("token", *account, "--store", store).stdout.strip()
        key = json_of(store, "signing-key", "rotate")["key_id"]
        new = run("token", *account, "--store", store).stdout.strip()
        for token in (old, new):
            assert get(url, token)["data"]["name"] == "master"
        assert len(key) == 32
        ended = json_of(store, "signature-secret", "reset", *account)
        assert ended == {"account_id": master["account_id"], "user_id": None}
        # The service hears of it through the store.
        assert_refused_within_a_second(url, old)
        assert_refused_within_a_second(url, new)
        assert get(url, run("token", *account, "--store", store).stdout.strip())


def assert_refused_within_a_second(url, token):
    until = time.monotonic() + 1
    while time.monotonic() < until:
        try:
            get(url, token)
        except HTTPError as error:
            assert error.code == 401
            return
        time.sleep(0.05)
    pytest.fail("the token is still good")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["account", "create", "--parent", "x", "--name", "Acme"], "there is no x"),
        (["account", "create", "--parent", "MASTER", "--name", ""], "name: String must be at"),
        (
            ["account", "create", "--parent", "MASTER", "--name", "Master!"],
            'name: Account name already in use: "Master!"',
        ),
        (["account", "show", "f" * 32], f"there is no {'f' * 32}"),
        (["account", "delete", "MASTER"], "the master account is never deleted"),
        (["user", "password", "--account-id", "MASTER", "--username", "x"], "there is no x"),
        (["user", "create", "--account-id", "x", "--username", "x"], "there is no x"),
        (["api-key", "rotate", "--account-id", "x"], "there is no x"),
        (["signature-secret", "reset", "--account-id", "MASTER", "--user-id", "x"], "is no x"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(store, master, arguments, text):
    given = [master["account_id"] if each == "MASTER" else each for each in arguments]
    result = subprocess.run(
        [*FAXBOX, *given, "--store", store], input="Secret1234", capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("faxbox: ") and text in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_account_with_descendants_is_not_deleted(store, master):
    made = create(store, master, "Acme")
    json_of(store, "account", "create", "--parent", made["account_id"], "--name", "Sub")
    result = run("account", "delete", made["account_id"], "--store", store)
    assert (result.returncode, result.stderr) == (
        1,
        "faxbox: the account has descendants, which must go first\n",
    )


def test_restoring_a_box(store, master):
    address = "front.desk.example.com"
    with serving(store) as (_, printed):
        boxes = f"{base_url_of(printed)}/v2/accounts/{master['account_id']}/faxboxes"
        token = run("token", "--store", store, "--account-id", master["account_id"]).stdout.strip()
        fields = {"name": "Front desk", "custom_smtp_email_address": address}
        box = send("PUT", boxes, token, fields)["data"]
        send("DELETE", f"{boxes}/{box['id']}", token)
    again = ("--account-id", master["account_id"], box["id"])
    assert json_of(store, "restore", *again) == box
    people = run("restore", *again, "--store", store).stdout
    assert people == f"restored {box['id']} (Front desk)\n"
    nobody = run("restore", *again[:2], "nobody", "--store", store)
    assert (nobody.returncode, nobody.stderr) == (1, "faxbox: there is no nobody\n")


def test_repairing(store, master):
    assert run("repair", "--store", store).stdout == "1 accounts looked at\nnothing was wrong\n"
    path = store.removeprefix("sqlite://")
    with serving(store) as (_, printed):
        boxes = f"{base_url_of(printed)}/v2/accounts/{master['account_id']}/faxboxes"
        token = run("token", "--store", store, "--account-id", master["account_id"]).stdout.strip()
        box = send("PUT", boxes, token, {"name": "Front desk"})["data"]
    lose = """
        DELETE FROM documents WHERE id IN (?, ?)
        AND database = (SELECT number FROM databases WHERE name = 'faxes')
    """
    with closing(sqlite3.connect(path)) as file:
        lost = (box["id"], f"faxbox_address-{box['smtp_email_address']}")
        assert file.execute(lose, lost).rowcount == 2
        file.commit()
    account = ("--account", master["account_id"])
    dry = json_of(store, "repair", "--dry-run", *account)
    assert dry["dry_run"] is True
    assert (dry["faults"]["copy missing"], dry["faults"]["claim missing"]) == (1, 1)
    lines = run("repair", "--store", store).stdout.splitlines()
    assert lines == ["1 accounts looked at", "       1  claim missing", "       1  copy missing"]
    assert run("repair", *account, "--store", store).stdout.endswith("nothing was wrong\n")
    refused = run("repair", "--account", "nobody", "--store", store)
    assert (refused.returncode, refused.stderr) == (1, "faxbox: there is no nobody\n")
