"""The store that a command works on: opened from its options, closed at its end."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from faxbox_service.container import Repositories
from faxbox_service.documents.private_fields import Author
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.settings.settings import from_process
from faxbox_service.stores.url import StoreUrl

Result = TypeVar("Result")


class CommandRefused(Exception):
    """A command cannot do what it is asked; the text says why."""


def with_repositories(
    options: argparse.Namespace,
    work: Callable[[Repositories], Awaitable[Result]],
    *,
    creates: bool = False,
) -> Result:
    """Do `work` on the store that the options or the environment name, and return its result.

    `options.make_store` makes the store. Raises `NoStore` where there is none, unless the command
    `creates` it.
    """
    settings = from_process(store=options.store)

    async def worked() -> Result:
        repositories = await Repositories.open(
            settings, creates=creates, make_store=options.make_store
        )
        warn_of_password_in(options, settings.store)
        try:
            return await work(repositories)
        finally:
            await repositories.close()

    result: Result = uvloop.run(worked())
    return result


def warn_of_password_in(options: argparse.Namespace, store: StoreUrl) -> None:
    """Warn on standard error when a password on the command line can be read by others."""
    if options.store is not None and store.has_password:
        print(
            "faxbox: --store shows the password to everyone on this machine; FAXBOX_STORE, and the"
            " file that FAXBOX_STORE_FILE names, do not",
            file=sys.stderr,
        )


def author() -> Author:
    """The author of the changes of a command: no account and no user."""
    return Author(request_id=new_id())
