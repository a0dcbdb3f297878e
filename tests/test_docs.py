"""What the documentation shows is what happens."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import base_url_of, serving
from tests.markdown import anchors
from tools.settings_table import with_settings_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()

VOLATILE = {
    "version",
    "timestamp",
    "node",
    "request_id",
    "auth_token",
    "cause",
    "id",
    "smtp_email_address",
    "revision",
}
"""Members whose values differ from run to run."""


def session_steps():
    """The shell blocks of the README's session, each with the reply shown after it, if any."""
    session = README.partition("<!-- session")[2].partition("<!-- end of session")[0]
    blocks = re.findall(r"```(sh|json)\n(.*?)```", session, re.DOTALL)
    steps: list[tuple[str, object]] = []
    for kind, text in blocks:
        if kind == "sh":
            steps.append((text, None))
        else:
            steps[-1] = (steps[-1][0], json.loads(text))
    return steps


def run_steps(tmp_path, steps):
    """What each shell block prints, one after the other, beside a running service."""
    (tmp_path / "data").mkdir()
    store = f"sqlite://{tmp_path}/data/faxbox.db"
    mark = "--- end of step ---"
    with serving(store) as (_, printed):
        script = "set -euo pipefail\n" + f"echo '{mark}'\n".join(steps)
        script = script.replace("http://127.0.0.1:8000", base_url_of(printed))
        faxbox = f"{shlex.quote(sys.executable)} -m faxbox_service"
        script = script.replace(".venv/bin/faxbox", f"FAXBOX_STORE={store} {faxbox}")
        result = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
    assert result.returncode == 0, result.stderr
    return result.stdout.split(f"{mark}\n")


def settled(value):
    """The value with what differs from run to run blotted out."""
    if isinstance(value, dict):
        return {
            name: type(member).__name__ if name in VOLATILE else settled(member)
            for name, member in value.items()
        }
    return [settled(item) for item in value] if isinstance(value, list) else value


def test_the_readmes_session_gives_the_replies_it_shows(tmp_path):
    steps = session_steps()
    assert len([reply for _, reply in steps if reply is not None]) == 5
    outputs = run_steps(tmp_path, [text for text, _ in steps])
    for (text, shown), output in zip(steps, outputs, strict=True):
        if shown is None:
            assert output == "", text
        else:
            assert settled(json.loads(output)) == settled(shown), text


def test_the_commands_of_the_page_on_requests_work(tmp_path):
    page = (ROOT / "docs" / "requests.md").read_text()
    commands = [
        line
        for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
    ]
    begin, create = [text for text, _ in session_steps()][:2]
    steps = [begin, create, *(f"{command}\n" for command in commands)]
    outputs = run_steps(tmp_path, steps)[2:]
    for command, output in zip(commands, outputs, strict=True):
        if command.startswith("ETAG="):
            assert output == ""
        elif "http_code" in command:
            assert output == "304\n"
        elif "accept=csv" in command:
            assert output.startswith('"name",')
        else:
            is_wrong = "validation" in command or '"a b"' in command
            expected = "error" if is_wrong else "success"
            assert json.loads(output)["status"] == expected, command


def test_the_settings_table_is_up_to_date():
    assert with_settings_table(README) == README, "run `make docs`"


def test_the_commands_of_the_page_on_accounts_work(tmp_path):
    page = (ROOT / "docs" / "accounts.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    begin = session_steps()[0][0] + 'MASTER=$ACCOUNT ROOT="${URL%/faxboxes}"\n'
    outputs = run_steps(tmp_path, [begin, *blocks])[1:]
    created, children = map(json.loads, outputs[0].replace("}{", "}\n{").splitlines())
    assert created["data"]["name"] == "Acme"
    assert [child["name"] for child in children["data"]] == ["Acme"]
    assert "alice has a new password\n" in outputs[1]
    assert outputs[1].endswith("(Branch) softly\n")
    assert outputs[2].endswith("username  bob\n")
    assert outputs[3].startswith("all tokens of ")
    restricted = outputs[4].replace("}{", "}\n{").splitlines()
    assert [json.loads(text)["status"] for text in restricted] == ["success", "success"]


MODULES = [
    module
    for folder in ("faxbox_service", "tests", "tools")
    for module in (ROOT / folder).rglob("*.py")
]

PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "tests" / "recordings" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text())
    for target, anchor in links:
        linked = page.parent / target if target else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.resolve()), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_modules_that_a_page_names_exist(page):
    named = re.findall(r"`([\w/-]+\.py)`", page.read_text())
    made = {step for step in named if f"`{step}`:\n\n```" in page.read_text()}
    there = [f"/{module.relative_to(ROOT)}" for module in MODULES]
    assert not [name for name in {*named} - made if not any(m.endswith(f"/{name}") for m in there)]


def test_make_targets_that_the_pages_name_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")):
        named = set(re.findall(r"`make ([a-z-]+)", page.read_text()))
        assert named <= targets, page
