"""The worked example of docs/contributing.md, put into a copy of the project and run there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "contributing.md").read_text()

MOST_FILES = 5
MOST_LINES = 150

COPIED = ("faxbox_service", "schemas", "couchdb", "tools", "tests", "docs")
LEFT_OUT = ("node_modules", "recordings", "__pycache__", "data")


@dataclass(frozen=True)
class Step:
    """A file of the example: new, or changed by a diff."""

    path: str
    language: str
    text: str

    @property
    def added(self) -> list[str]:
        lines = self.text.splitlines()
        if self.language != "diff":
            return lines
        return [line[1:] for line in lines if line.startswith("+")]

    @property
    def replaced(self) -> str:
        """What a diff replaces: its context, and the lines that go."""
        return "".join(f"{line[1:]}\n" for line in self.text.splitlines() if line[0] in " -")

    @property
    def replacement(self) -> str:
        return "".join(f"{line[1:]}\n" for line in self.text.splitlines() if line[0] in " +")

    def apply(self, folder: Path) -> None:
        file = folder / self.path
        if self.language != "diff":
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text)
            return
        before = file.read_text()
        assert before.count(self.replaced) == 1, f"{self.path} is not as the diff has it"
        file.write_text(before.replace(self.replaced, self.replacement))


STEPS = [Step(*found) for found in re.findall(r"`([\w/.-]+)`:\n\n```(\w+)\n(.*?)```", GUIDE, re.S)]


def test_it_takes_few_files_and_lines():
    assert 4 <= len({step.path for step in STEPS}) == len(STEPS) <= MOST_FILES
    assert sum(len(step.added) for step in STEPS) <= MOST_LINES


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with the example in it."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for step in STEPS:
        step.apply(folder)
    return folder


def run_tests(folder, *arguments):
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    return int(passed[1])


def test_its_own_tests_pass(copy):
    assert run_tests(copy, "tests/http/test_vmboxes.py", "-k", "sqlite") == 2


def test_the_document_shows_what_the_service_answers(copy):
    """For every operation, and each of its statuses."""
    files = ("tests/openapi/test_examples.py", "tests/openapi/test_document.py")
    routes = "tests/openapi/test_routes.py"
    assert run_tests(copy, *files, routes, "-k", "Vmbox or not test_an_example") > 80


def test_the_view_is_the_same_in_both_stores(copy):
    assert run_tests(copy, "tests/stores/views/test_map_functions.py", "-k", "vmboxes") >= 1
