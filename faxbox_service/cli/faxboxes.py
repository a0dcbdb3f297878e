"""`faxbox restore …` and `faxbox repair …`."""

import argparse

from faxbox_service.container import Repositories
from faxbox_service.documents.model.faxbox import faxbox_response
from faxbox_service.documents.names import is_account_id
from faxbox_service.documents.types import Document
from faxbox_service.operations.repair import Summary, repair
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION

from .output import ProgressBar, answer
from .store_session import author, with_repositories


def add_faxbox_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Declare the commands; each sets `run`."""
    command = commands.add_parser(
        "restore", parents=[common], help="bring a soft-deleted faxbox back as it was"
    )
    command.add_argument("--account-id", required=True, metavar="ID")
    command.add_argument("faxbox_id", metavar="ID")
    command.set_defaults(run=_restore)
    command = commands.add_parser(
        "repair",
        parents=[common],
        help="make the shared databases agree with the accounts: copies and address claims",
    )
    command.add_argument("--account", metavar="ID", help="only what belongs to this account")
    command.add_argument(
        "--dry-run", action="store_true", help="report what is wrong, change nothing"
    )
    command.set_defaults(run=_repair)


def _restore(options: argparse.Namespace) -> None:
    async def restore(repositories: Repositories) -> Document:
        account = await repositories.accounts.find(options.account_id)
        return await repositories.faxboxes.restore(
            account.id, options.faxbox_id, author(), NO_PRECONDITION
        )

    document = with_repositories(options, restore)
    answer(
        options, faxbox_response(document), f"restored {document['_id']} ({document.get('name')})"
    )


def _repair(options: argparse.Namespace) -> None:
    if options.account is not None and not is_account_id(options.account):
        raise BadIdentifier(options.account)

    async def repaired(repositories: Repositories) -> Summary:
        return await repair(repositories, options.account, options.dry_run, ProgressBar("accounts"))

    summary = with_repositories(options, repaired)
    facts = {**summary.facts(), "dry_run": options.dry_run}
    lines = [f"{summary.accounts} accounts looked at"]
    lines += [f"{count:>8}  {fault}" for fault, count in sorted(summary.faults.items())]
    if not summary.faults:
        lines.append("nothing was wrong")
    elif options.dry_run:
        lines.append("nothing was changed")
    lines += [
        f"both faxbox {pair['faxbox_id']} of account {pair['account_id']} and faxbox"
        f" {pair['other_faxbox_id']} of account {pair['other_account_id']}"
        + (f" have the address {pair['address']}" if pair["address"] else " have one id")
        + ": change or delete one of them"
        for pair in facts["doubled"]
    ]
    lines += [
        f"{one['fault']}: {one['document_id']!r} in {one['database']}: {one['reason']!r}"
        for one in facts["documents"]
    ]
    answer(options, facts, "\n".join(lines))
