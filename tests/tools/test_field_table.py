"""`docs/faxbox-fields.md` is what the schema makes it."""

import subprocess
import sys
from pathlib import Path

from tools.field_table import field_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "faxbox-fields.md"


def test_the_documented_fields_are_up_to_date() -> None:
    assert DOCUMENT.read_text() == field_table() + "\n", (
        "run: python -m tools.field_table > docs/faxbox-fields.md"
    )


def test_the_module_prints_the_document() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tools.field_table"],
        cwd=DOCUMENT.parents[1],
        capture_output=True,
        check=True,
        text=True,
    )

    assert printed.stdout == DOCUMENT.read_text()
