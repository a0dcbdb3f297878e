"""What commands share: the store they work on, and how they answer."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from faxbox_service.app import Repositories
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.types import Document
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.server.processes import run
from faxbox_service.settings import from_process
from faxbox_service.stores.factory import has_password

Result = TypeVar("Result")


class CommandRefused(Exception):
    """What a command was asked cannot be done; the text says why."""


def with_repositories(
    options: argparse.Namespace,
    work: Callable[[Repositories], Awaitable[Result]],
    *,
    creates: bool = False,
) -> Result:
    """What `work` makes of the store that the options or the environment name.

    Raises `NoStore` where there is none, unless the command `creates` it.
    """
    settings = from_process(store=options.store)

    async def worked() -> Result:
        repositories = await Repositories.open(settings, creates=creates)
        warn_of_password_in(options)
        try:
            return await work(repositories)
        finally:
            await repositories.close()

    result: Result = run(worked())
    return result


def warn_of_password_in(options: argparse.Namespace) -> None:
    """Say on standard error that a password on the command line can be read by others."""
    if options.store is not None and has_password(options.store):
        print(
            "faxbox: --store shows the password to everyone on this machine; FAXBOX_STORE, and the"
            " file that FAXBOX_STORE_FILE names, do not",
            file=sys.stderr,
        )


def author() -> Author:
    """Who makes the changes of a command: nobody that Kazoo knows."""
    return Author(request_id=new_id())


def answer(options: argparse.Namespace, facts: Any, text: str) -> None:
    """Print facts as JSON where that is wanted, else the text for people."""
    print(json.dumps(facts, ensure_ascii=False) if options.json else text)


class ProgressBar:
    """How far a long command is, on standard error when that is a terminal."""

    def __init__(self, what: str, width: int = 30) -> None:
        self._what = what
        self._width = width

    def __call__(self, done: int, of: int) -> None:
        """Show it."""
        if not sys.stderr.isatty():
            return
        bar = "#" * (self._width * done // max(of, 1))
        end = "\n" if done == of else ""
        line = f"\r[{bar:<{self._width}}] {done} of {of} {self._what}"
        print(line, end=end, file=sys.stderr, flush=True)


def table(rows: Iterable[Document], columns: tuple[str, ...]) -> str:
    """Lines for people: the columns of each row, in line with each other."""
    lines = [[str(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def facts_as_text(facts: Document) -> str:
    """One fact a line, the names in line with each other."""
    width = max(map(len, facts))
    return "\n".join(
        f"{name.ljust(width)}  {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in facts.items()
    )
