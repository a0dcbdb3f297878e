"""How commands answer: JSON, tables and lines for people, a progress bar."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any

from faxbox_service.documents.types import Document


def answer(options: argparse.Namespace, facts: Any, text: str) -> None:
    """Print `facts` as JSON with `--json`, else `text`."""
    print(json.dumps(facts, ensure_ascii=False) if options.json else text)


class ProgressBar:
    """The progress of a long command, on standard error when that is a terminal."""

    def __init__(self, what: str, width: int = 30) -> None:
        self._what = what
        self._width = width

    def __call__(self, done: int, of: int) -> None:
        """Show that `done` of `of` are done."""
        if not sys.stderr.isatty():
            return
        bar = "#" * (self._width * done // max(of, 1))
        end = "\n" if done == of else ""
        line = f"\r[{bar:<{self._width}}] {done} of {of} {self._what}"
        print(line, end=end, file=sys.stderr, flush=True)


def table(rows: Iterable[Document], columns: tuple[str, ...]) -> str:
    """The columns of each row as aligned lines."""
    lines = [[str(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def facts_as_text(facts: Document) -> str:
    """One fact a line, aligned."""
    width = max(map(len, facts))
    return "\n".join(
        f"{name.ljust(width)}  {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in facts.items()
    )
