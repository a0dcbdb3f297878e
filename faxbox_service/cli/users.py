"""`faxbox user …`."""

import argparse
from collections.abc import Callable

from faxbox_service.container import Repositories
from faxbox_service.documents.types import Document
from faxbox_service.repositories.errors import BadIdentifier

from .given_secrets import PASSWORD
from .output import answer, facts_as_text
from .store_session import author, with_repositories


def add_user_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Declare the commands; each sets `run`."""
    group = commands.add_parser("user", help="create users and change their passwords")
    kinds = group.add_subparsers(required=True, metavar="ACTION")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], help: str
    ) -> argparse.ArgumentParser:
        description = (
            f"{help[0].upper()}{help[1:]}. The password is typed, or read from the first line of "
            "standard input, unless it is given otherwise."
        )
        command = kinds.add_parser(name, parents=[common], help=help, description=description)
        command.add_argument("--account-id", required=True, metavar="ID")
        command.add_argument("--username", required=True)
        PASSWORD.add_options(command, "the user's password")
        command.set_defaults(run=run)
        return command

    command = add("create", _create, "create a user of an account")
    command.add_argument("--first-name", metavar="NAME", help="the user name if not given")
    command.add_argument("--last-name", metavar="NAME", default="User")
    command.add_argument("--email")
    command.add_argument("--admin", action="store_true", help="give the privilege level admin")
    add("password", _change_password, "give a user another password, which ends all its tokens")


def _create(options: argparse.Namespace) -> None:
    fields = {
        "username": options.username,
        "first_name": options.first_name or options.username,
        "last_name": options.last_name,
        "priv_level": "admin" if options.admin else "user",
    }
    if options.email is not None:
        fields["email"] = options.email
    fields["password"] = _password(options)

    async def create(repositories: Repositories) -> Document:
        account = await repositories.accounts.find(options.account_id)
        return await repositories.users.create(account, fields, author())

    document = with_repositories(options, create)
    facts = {"user_id": document["_id"], "username": document["username"]}
    answer(options, facts, facts_as_text(facts))


def _change_password(options: argparse.Namespace) -> None:
    password = _password(options)

    async def change(repositories: Repositories) -> Document:
        user = await repositories.users.find_by_username(options.account_id, options.username)
        if user is None:
            raise BadIdentifier(options.username)
        changed = await repositories.users.set_password(
            options.account_id, user["_id"], password, author()
        )
        await repositories.tokens.publish_reset(options.account_id, user["_id"])
        return changed

    document = with_repositories(options, change)
    facts = {"user_id": document["_id"], "username": document["username"]}
    answer(options, facts, f"{document['username']} has a new password")


def _password(options: argparse.Namespace) -> str:
    password = PASSWORD.read(options)
    return PASSWORD.read_input() if password is None else password
