"""`faxbox serve`."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import TypeAlias

from faxbox_service.container import NoStore, Repositories, StoreFactory
from faxbox_service.operations.initialise import MasterAccount, create_master_account
from faxbox_service.settings.settings import Settings, from_process
from faxbox_service.stores.url import FileUrl

from .store_session import CommandRefused, author, warn_of_password_in

Serve: TypeAlias = Callable[[Settings, socket, Callable[[], None]], None]
"""Serves on a bound socket until a signal; calls the function once connections are accepted."""

_FIRST_ACCOUNT = "master"
_FACTS_FILE = "master-account.json"


@dataclass(frozen=True, slots=True)
class _FirstAccount:
    """The account of a new embedded store, a token of it, and the file that its facts go into."""

    account: MasterAccount
    token: str = field(repr=False)
    file: Path


def add_serve_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    store: argparse.ArgumentParser,
) -> None:
    """Declare the command; it sets `run`."""
    command = commands.add_parser("serve", parents=[store], help="serve the API until SIGTERM")
    command.add_argument(
        "--create-store", action="store_true", help="make the folder of a new store, too"
    )
    command.add_argument("--host", help="the address to listen on")
    command.add_argument("--port", help="the port to listen on")
    command.add_argument("--workers", metavar="N", help="how many processes serve")
    command.set_defaults(run=_serve)


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
    # Importing the server takes as long as all that other commands need together.
    from faxbox_service.server.processes import bound_socket, run

    try:
        listener = bound_socket(settings.host, settings.port)
    except OSError as error:
        raise CommandRefused(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        ) from error
    host, port = listener.getsockname()[:2]
    base_url = f"http://{_reachable(host)}:{port}"
    first = run(_prepare(settings, options.make_store))
    warn_of_password_in(options, settings.store)
    if first is not None:
        _announce(first, base_url, settings.token_lifetime)
    try:
        options.serve(settings, listener, lambda: _say(f"Serving on {base_url}"))
    except OSError as error:
        raise CommandRefused(f"cannot serve: {error}") from error


def serve_http(settings: Settings, listener: socket, on_ready: Callable[[], None]) -> None:
    """Serve on a bound socket until a signal."""
    from faxbox_service.server.processes import serve

    serve(settings, listener, on_ready)


async def _prepare(settings: Settings, make_store: StoreFactory) -> _FirstAccount | None:
    """Open the store once before any worker does; create the first account of an embedded one."""
    try:
        repositories = await Repositories.open(settings, creates=False, make_store=make_store)
    except NoStore:
        _announce_new_store(settings)
        repositories = await Repositories.open(settings, make_store=make_store)
    try:
        store = settings.store
        if not isinstance(store, FileUrl) or not await repositories.accounts.is_empty():
            return None
        account = await create_master_account(repositories, _FIRST_ACCOUNT, author())
        master = await repositories.accounts.find(account.account_id)
        token = await repositories.tokens.issue(master, None, "cb_api_auth")
        return _FirstAccount(account, token, store.path.with_name(_FACTS_FILE))
    finally:
        await repositories.close()


def _announce_new_store(settings: Settings) -> None:
    """Print that a new store is created, and where: the URL may be mistyped.

    Raises `CommandRefused` where the folder is missing too and `--create-store` was not given.
    """
    store = settings.store
    if isinstance(store, FileUrl):
        folder = store.path.absolute().parent
        is_wanted = settings.create_store or store == Settings().store
        if not is_wanted and not folder.is_dir():
            raise CommandRefused(
                f"there is no folder {folder}; --create-store makes it, and a new store in it"
            )
    _say(f"Making a new store: {store.shown}")


def _announce(first: _FirstAccount, base_url: str, token_lifetime: int) -> None:
    """Print the credentials of a new master account, and keep them in a file of its owner."""
    account = first.account
    example = (
        f"curl -X PUT {base_url}/v2/accounts/{account.account_id}/faxboxes"
        f" -H 'X-Auth-Token: {first.token}' -H 'Content-Type: application/json'"
        """ -d '{"data": {"name": "Front desk"}}'"""
    )
    facts = {**account.facts(), "example": example}
    _write_private(first.file, json.dumps(facts, indent=2) + "\n")
    _say(
        "The store has a master account now:\n"
        f"  account id  {account.account_id}\n"
        f"  API key     {account.api_key}\n"
        f"(kept in {first.file}, readable by you alone)\n\n"
        f"Create a faxbox (the token is good for {token_lifetime} seconds; "
        "`faxbox token` prints another):\n\n"
        f"{example}\n"
    )


def _reachable(host: str) -> str:
    """The host of a URL that works on this machine."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _say(text: str) -> None:
    """Print a line; the service goes on when standard output is closed."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
