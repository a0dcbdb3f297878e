"""The command `faxbox`."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import NoReturn

from faxbox_service import __version__
from faxbox_service.container import Repositories, StoreFactory, store_from
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.operations.initialise import (
    CannotInitialise,
    FirstUser,
    MasterAccount,
    create_master_account,
)
from faxbox_service.repositories.errors import AccountHasDescendants, BadIdentifier, StaleRevision
from faxbox_service.settings.environment import InvalidSetting
from faxbox_service.stores.errors import StoreError

from .accounts import add_account_commands
from .faxboxes import add_faxbox_commands
from .given_secrets import API_KEY, PASSWORD
from .secrets import add_secret_commands
from .serve import Serve, add_serve_command, serve_http
from .store_session import CommandRefused, author, with_repositories
from .users import add_user_commands


def main(
    arguments: list[str] | None = None,
    *,
    make_store: StoreFactory = store_from,
    serve: Serve = serve_http,
) -> None:
    """Run a command; on failure, one line on standard error and exit status 1.

    `make_store` and `serve` replace the store and the server, for tests of failures.
    """
    options = _parser().parse_args(arguments)
    options.make_store, options.serve = make_store, serve
    try:
        options.run(options)
    except InvalidDocument as error:
        _fail("; ".join(_complaints(error)))
    except BadIdentifier as error:
        _fail(f"there is no {error.identifier}")
    except AccountHasDescendants:
        _fail("the account has descendants, which must go first")
    except StaleRevision:
        _fail("others kept changing it; try again")
    except (InvalidSetting, StoreError, CannotInitialise, CommandRefused) as error:
        _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="faxbox", description="Kazoo's faxboxes, on an embedded store or on CouchDB."
    )
    parser.add_argument("--version", action="version", version=f"faxbox-service {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    store = argparse.ArgumentParser(add_help=False)
    store.add_argument(
        "--store", metavar="URL", help="where documents are kept; with a password, use FAXBOX_STORE"
    )
    add_serve_command(commands, store)

    command = commands.add_parser(
        "init", parents=[store], help="make the master account in an empty store"
    )
    command.add_argument("--account-name", required=True, metavar="NAME")
    command.add_argument("--realm")
    command.add_argument("--username")
    PASSWORD.add_options(command, "the user's password")
    API_KEY.add_options(command, "the account's API key, 64 characters, made if not given")
    command.set_defaults(run=_init)

    command = commands.add_parser("token", parents=[store], help="print a token of an account")
    command.add_argument("--account-id", required=True, metavar="ID")
    command.set_defaults(run=_token)

    common = argparse.ArgumentParser(add_help=False, parents=[store])
    common.add_argument("--json", action="store_true", help="answer as JSON")
    add_account_commands(commands, common)
    add_user_commands(commands, common)
    add_secret_commands(commands, common)
    add_faxbox_commands(commands, common)
    return parser


def _init(options: argparse.Namespace) -> None:
    user = _first_user(options)
    api_key = API_KEY.read(options)

    async def initialise(repositories: Repositories) -> MasterAccount:
        return await create_master_account(
            repositories,
            options.account_name,
            author(),
            realm=options.realm,
            api_key=api_key,
            user=user,
        )

    print(json.dumps(with_repositories(options, initialise, creates=True).facts()))


def _first_user(options: argparse.Namespace) -> FirstUser | None:
    password = PASSWORD.read(options)
    if options.username is None:
        # A password in the environment may be there for other commands.
        if options.password is not None or options.password_file is not None:
            raise CannotInitialise("a password needs --username")
        return None
    if password is None:
        raise CannotInitialise(f"--username needs a password: {PASSWORD.ways}")
    return FirstUser(options.username, password)


def _token(options: argparse.Namespace) -> None:
    async def issue(repositories: Repositories) -> str:
        account = await repositories.accounts.find(options.account_id)
        return await repositories.tokens.issue(account, None, "cb_api_auth")

    print(with_repositories(options, issue))


def _complaints(error: InvalidDocument) -> Iterator[str]:
    """The errors of each field, with the refused value."""
    for field, rules in error.errors.items():
        for details in rules.values():
            value = details.get("value", details.get("cause", ""))
            shown = "" if value in ("", field) else f": {json.dumps(value, ensure_ascii=False)}"
            yield f"{field}: {details['message']}{shown}"


def _fail(text: str) -> NoReturn:
    print(f"faxbox: {text}", file=sys.stderr)
    sys.exit(1)
