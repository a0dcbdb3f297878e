"""The table of settings in the README, made from their definitions.

`python -m tools.settings_table README.md` writes it between its marks.
"""

import sys
from dataclasses import fields
from pathlib import Path

from faxbox_service.settings.definition import definition_of, variable_named
from faxbox_service.settings.settings import Settings

BEGIN = "<!-- settings: made by `make docs` -->"
END = "<!-- end of settings -->"


def settings_table() -> str:
    """One Markdown row for each setting."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        definition = definition_of(setting)
        default = "the host's" if setting.name == "node_name" else f"`{definition.default}`"
        rows.append(f"| `{variable_named(setting.name)}` | {default} | {definition.meaning} |")
    return "\n".join(rows)


def with_settings_table(text: str) -> str:
    """The text with a new table between the marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{settings_table()}\n{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_settings_table(page.read_text()))
