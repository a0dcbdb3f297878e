"""The command `faxbox`."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from faxbox_service import __version__
from faxbox_service.app import Repositories
from faxbox_service.documents.schema.schema import InvalidDocument
from faxbox_service.operations.initialise import (
    CannotInitialise,
    FirstUser,
    MasterAccount,
    create_master_account,
)
from faxbox_service.repositories.errors import AccountHasDescendants, BadIdentifier, StaleRevision
from faxbox_service.server.processes import bound_socket, run, serve
from faxbox_service.settings import InvalidSetting, Settings, from_process
from faxbox_service.stores.base import StoreError
from faxbox_service.stores.factory import NoStore, embedded_path, is_embedded, redacted_url

from .accounts import add_account_commands
from .faxboxes import add_faxbox_commands
from .given_secrets import API_KEY, PASSWORD
from .output import CommandRefused, warn_of_password_in, with_repositories
from .secrets import add_secret_commands
from .users import add_user_commands

_FIRST_ACCOUNT = "master"
_FACTS_FILE = "master-account.json"


def main(arguments: list[str] | None = None) -> None:
    """Run a command; on failure, one line on standard error and exit status 1."""
    options = _parser().parse_args(arguments)
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

    command = commands.add_parser("serve", parents=[store], help="serve the API until SIGTERM")
    command.add_argument(
        "--create-store", action="store_true", help="make the folder of a new store, too"
    )
    command.add_argument("--host", help="the address to listen on")
    command.add_argument("--port", help="the port to listen on")
    command.add_argument("--workers", metavar="N", help="how many processes serve")
    command.set_defaults(run=_serve)

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


def _serve(options: argparse.Namespace) -> None:
    settings = from_process(
        store=options.store,
        create_store="true" if options.create_store else None,
        host=options.host,
        port=options.port,
        workers=options.workers,
    )
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        listener = bound_socket(settings.host, settings.port)
    except OSError as error:
        _fail(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    host, port = listener.getsockname()[:2]
    base_url = f"http://{_reachable(host)}:{port}"
    first = run(_prepare(settings))
    warn_of_password_in(options)
    if first is not None:
        account, token = first
        _announce(settings, base_url, account, token)
    try:
        serve(settings, listener, lambda: _say(f"Serving on {base_url}"))
    except OSError as error:
        _fail(f"cannot serve: {error}")


async def _prepare(settings: Settings) -> tuple[MasterAccount, str] | None:
    """Open the store once before any worker does; in an empty embedded one, make an account."""
    try:
        repositories = await Repositories.open(settings, creates=False)
    except NoStore:
        _announce_new_store(settings)
        repositories = await Repositories.open(settings)
    try:
        if not is_embedded(settings.store) or not await repositories.accounts.is_empty():
            return None
        account = await create_master_account(repositories, _FIRST_ACCOUNT)
        master = await repositories.accounts.find(account.account_id)
        return account, await repositories.tokens.issue(master, None, "cb_api_auth")
    finally:
        await repositories.close()


def _announce_new_store(settings: Settings) -> None:
    """Say that a store is made, and where: it may be another than was meant.

    Raises `CommandRefused` where even its folder is missing, and nobody asked for that.
    """
    place = redacted_url(settings.store)
    if is_embedded(settings.store):
        is_wanted = settings.create_store or settings.store == Settings().store
        if not is_wanted and not Path(place).parent.is_dir():
            raise CommandRefused(
                f"there is no folder {Path(place).parent}; --create-store makes it, and a new store"
                " in it"
            )
    _say(f"Making a new store: {place}")


def _announce(settings: Settings, base_url: str, account: MasterAccount, token: str) -> None:
    """Print, once, what the owner of a new store must know, and keep it in a file of his."""
    example = (
        f"curl -X PUT {base_url}/v2/accounts/{account.account_id}/faxboxes"
        f" -H 'X-Auth-Token: {token}' -H 'Content-Type: application/json'"
        """ -d '{"data": {"name": "Front desk"}}'"""
    )
    facts = embedded_path(settings.store).with_name(_FACTS_FILE)
    _write_private(facts, json.dumps({**account.facts(), "example": example}, indent=2) + "\n")
    _say(
        "The store has a master account now:\n"
        f"  account id  {account.account_id}\n"
        f"  API key     {account.api_key}\n"
        f"(kept in {facts}, readable by you alone)\n\n"
        f"Create a faxbox (the token is good for {settings.token_lifetime} seconds; "
        "`faxbox token` prints another):\n\n"
        f"{example}\n"
    )


def _init(options: argparse.Namespace) -> None:
    user = _first_user(options)
    api_key = API_KEY.read(options)

    async def initialise(repositories: Repositories) -> MasterAccount:
        return await create_master_account(
            repositories,
            options.account_name,
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
    """What is wrong with each field, and with which value."""
    for field, rules in error.errors.items():
        for details in rules.values():
            value = details.get("value", details.get("cause", ""))
            shown = "" if value in ("", field) else f": {json.dumps(value, ensure_ascii=False)}"
            yield f"{field}: {details['message']}{shown}"


def _reachable(host: str) -> str:
    """The host to put into a URL for someone on this machine."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _say(text: str) -> None:
    """Print something about the service, which goes on when nobody reads it any more."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(text: str) -> NoReturn:
    print(f"faxbox: {text}", file=sys.stderr)
    sys.exit(1)
