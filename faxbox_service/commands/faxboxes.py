"""`faxbox restore …`."""

import argparse

from faxbox_service.app import Repositories
from faxbox_service.documents.faxbox import shown_faxbox
from faxbox_service.documents.types import Document
from faxbox_service.repositories.preconditions import NO_PRECONDITION

from .common import answer, author, with_repositories


def add_faxbox_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Declare the command; it sets `run`."""
    command = commands.add_parser(
        "restore", parents=[common], help="bring a soft-deleted faxbox back as it was"
    )
    command.add_argument("--account-id", required=True, metavar="ID")
    command.add_argument("faxbox_id", metavar="ID")
    command.set_defaults(run=_restore)


def _restore(options: argparse.Namespace) -> None:
    async def restore(repositories: Repositories) -> Document:
        account = await repositories.accounts.find(options.account_id)
        return await repositories.faxboxes.restore(
            account.id, options.faxbox_id, author(), NO_PRECONDITION
        )

    document = with_repositories(options, restore)
    answer(options, shown_faxbox(document), f"restored {document['_id']} ({document.get('name')})")
