"""The sizes of folders and files, and that each package says what belongs there.

Which package may import which is in `pyproject.toml`, under `[tool.importlinter]`; `make check`
runs it.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(
    path.parent for top in ("faxbox_service", "tools") for path in (ROOT / top).rglob("__init__.py")
)
MODULES = sorted(path for package in PACKAGES for path in package.glob("*.py"))

MOST_MODULES = 11
"""Modules in a folder, `__init__` and `__main__` not counted: more want packages of their own."""

MOST_LINES = 400
"""Lines of a file: more want to be split by subject."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_says_what_belongs_there(package):
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text()))


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_folder_holds_few_modules(package):
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    assert len(modules) <= MOST_MODULES


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_file_is_short(module):
    lines = len(module.read_text().splitlines())
    assert lines <= MOST_LINES
