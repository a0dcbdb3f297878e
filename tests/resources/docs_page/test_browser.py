"""A person logs in at `/docs` and tries the operations, in a real browser."""

import json
import subprocess

import pytest

from tests.command import FAXBOX, base_url_of, get, serving

from .browser import Page, chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory, pytestconfig):
    with chromium(tmp_path_factory.mktemp("chromium"), pytestconfig) as browser:
        yield browser


@pytest.fixture
def service(tmp_path):
    """A service with a master account and its user: the facts, and where it listens."""
    store = f"sqlite://{tmp_path}/faxbox.db"
    made = subprocess.run(
        [
            *(*FAXBOX, "init", "--store", store),
            *("--account-name", "master", "--realm", "master.test"),
            *("--username", "admin", "--password", "-"),
        ],
        input="Secret1234\n",
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(made.stdout)
    token = subprocess.run(
        [*FAXBOX, "token", "--store", store, "--account-id", facts["account_id"]],
        capture_output=True,
        text=True,
        check=True,
    )
    with serving(store) as (_, printed):
        yield {**facts, "url": base_url_of(printed), "token": token.stdout.strip()}


def test_a_person_logs_in_and_keeps_faxboxes(browser, service):
    page = Page(browser, service["url"])
    assert page.log_in("master", "Admin", "Secret1234").endswith(service["account_id"])

    status, text = page.try_out("listFaxboxes")
    assert (status, json.loads(text)["data"]) == (200, [])

    status, text = page.try_out("createFaxbox", '{"data": {"name": "", "retries": 9}}')
    assert status == 400
    assert "Value must be at most 4" in text
    assert "String must be at least 1 characters" in text

    status, text = page.try_out("createFaxbox", '{"data": {"name": "Front desk"}}')
    faxbox = json.loads(text)["data"]
    assert (status, faxbox["name"], faxbox["retries"]) == (201, "Front desk", 1)

    status, text = page.try_out("patchFaxbox", '{"data": {"retries": 3}}', FAXBOX_ID=faxbox["id"])
    assert (status, json.loads(text)["data"]) == (200, {**faxbox, "retries": 3})

    path = f"{service['url']}/v2/accounts/{service['account_id']}/faxboxes"
    assert get(f"{path}/{faxbox['id']}", service["token"])["data"] == {**faxbox, "retries": 3}

    status, text = page.try_out("deleteFaxbox", FAXBOX_ID=faxbox["id"])
    assert (status, json.loads(text)["data"]["_read_only"]) == (200, {"deleted": True})
    status, text = page.try_out("listFaxboxes")
    assert (status, json.loads(text)["data"]) == (200, [])
    assert get(path, service["token"])["data"] == []
    assert page.complaints() == []


def test_a_person_pastes_a_token(browser, service):
    page = Page(browser, service["url"])
    page.authorize(service["token"])
    status, text = page.try_out("listFaxboxes", ACCOUNT_ID=service["account_id"])
    assert (status, json.loads(text)["data"]) == (200, [])
    stored = browser.execute_script("return JSON.stringify([localStorage, sessionStorage])")
    assert service["token"] not in stored
    assert not browser.get_cookies()


def test_a_wrong_password_is_said(browser, service):
    page = Page(browser, service["url"])
    for _ in range(2):
        assert page.log_in("master", "admin", "wrong") == "401: invalid_credentials"
    assert page.log_in("master.test", "admin", "Secret1234").endswith(service["account_id"])


def test_without_a_token_the_reply_is_shown(browser, service):
    page = Page(browser, service["url"])
    status, text = page.try_out("listFaxboxes", ACCOUNT_ID=service["account_id"])
    assert (status, json.loads(text)["message"]) == (401, "invalid_credentials")
