"""The wheel holds everything the service needs."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_schemas_and_design_documents_are_in_it(unpacked):
    packaged = unpacked / "faxbox_service" / "packaged"
    for folder in ("schemas", "couchdb/views"):
        in_checkout = {path.name for path in (ROOT / folder).glob("*.json")}
        assert in_checkout
        assert {path.name for path in (packaged / folder).glob("*.json")} == in_checkout
    assert (unpacked / "faxbox_service" / "py.typed").exists()


def test_the_page_for_people_is_in_it(unpacked):
    pages = ROOT / "faxbox_service" / "resources" / "docs_page"
    for file in (*pages.glob("*.html"), *pages.glob("*.css"), *pages.glob("*.js")):
        assert (unpacked / "faxbox_service" / "resources" / "docs_page" / file.name).exists()


def test_it_works_without_the_checkout(unpacked, tmp_path):
    store = f"sqlite://{tmp_path}/faxbox.db"
    result = subprocess.run(
        [sys.executable, "-m", "faxbox_service", "init", "--store", store, "--account-name", "x"],
        cwd=unpacked,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["account_id"]
    code = "import faxbox_service; print(faxbox_service.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", code], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert where.stdout.startswith(str(unpacked))
