"""`faxbox account …` and `faxbox api-key …`."""

import argparse
from collections.abc import Callable

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import account_response
from faxbox_service.documents.types import Document

from .output import answer, facts_as_text, table
from .store_session import CommandRefused, author, with_repositories

_SHOWN = ("id", "name", "realm")


def add_account_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Declare the commands; each sets `run`."""
    group = commands.add_parser("account", help="create, list, show and delete accounts")
    kinds = group.add_subparsers(required=True, metavar="ACTION")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], help: str
    ) -> argparse.ArgumentParser:
        command = kinds.add_parser(name, parents=[common], help=help)
        command.set_defaults(run=run)
        return command

    command = add("create", _create, "create an account below another")
    command.add_argument("--parent", required=True, metavar="ID", help="the account above it")
    command.add_argument("--name", required=True)
    command.add_argument("--realm", help="made if not given")
    command = add("list", _list, "list the accounts below one, or all")
    command.add_argument("--parent", metavar="ID", help="only those below this one")
    command = add("show", _show, "show an account")
    command.add_argument("account_id", metavar="ID")
    command = add("delete", _delete, "delete an account without descendants")
    command.add_argument("account_id", metavar="ID")
    command.add_argument(
        "--for-good", action="store_true", help="remove its database too; nothing can be restored"
    )

    group = commands.add_parser("api-key", help="renew the API keys of accounts")
    kinds = group.add_subparsers(required=True, metavar="ACTION")
    command = add("rotate", _rotate, "give an account a new API key; the old one ends at once")
    command.add_argument("--account-id", required=True, metavar="ID")
    command.set_defaults(run=_rotate)


def _create(options: argparse.Namespace) -> None:
    fields = {"name": options.name}
    if options.realm is not None:
        fields["realm"] = options.realm

    async def create(repositories: Repositories) -> Document:
        parent = await repositories.accounts.find(options.parent)
        return await repositories.accounts.create_child(parent, fields, author())

    document = with_repositories(options, create)
    facts = {
        "account_id": document["_id"],
        "name": document["name"],
        "realm": document["realm"],
        "api_key": document["pvt_api_key"],
    }
    answer(options, facts, facts_as_text(facts))


def _list(options: argparse.Namespace) -> None:
    async def listed(repositories: Repositories) -> list[Document]:
        return [row async for row in repositories.account_hierarchy.all_below(options.parent)]

    found = with_repositories(options, listed)
    rows = [{name: summary.get(name) for name in _SHOWN} for summary in found]
    answer(options, rows, table(rows, _SHOWN) if rows else "no accounts")


def _show(options: argparse.Namespace) -> None:
    async def shown(repositories: Repositories) -> Document:
        return await repositories.accounts.fetch(options.account_id)

    facts = account_response(with_repositories(options, shown), None)
    answer(options, facts, facts_as_text(facts))


def _delete(options: argparse.Namespace) -> None:
    async def delete(repositories: Repositories) -> Document:
        account = await repositories.accounts.find(options.account_id)
        if account.is_master:
            raise CommandRefused("the master account is never deleted")
        if options.for_good:
            return await repositories.accounts.delete(account)
        return await repositories.accounts.soft_delete(account, author())

    document = with_repositories(options, delete)
    how = "for good" if options.for_good else "softly"
    facts = {"account_id": document["_id"], "deleted": True, "for_good": options.for_good}
    answer(options, facts, f"deleted {document['_id']} ({document.get('name')}) {how}")


def _rotate(options: argparse.Namespace) -> None:
    async def rotate(repositories: Repositories) -> str:
        account = await repositories.accounts.find(options.account_id)
        document = await repositories.accounts.renew_api_key(account.id, author())
        return str(document["pvt_api_key"])

    api_key = with_repositories(options, rotate)
    answer(options, {"account_id": options.account_id, "api_key": api_key}, api_key)
