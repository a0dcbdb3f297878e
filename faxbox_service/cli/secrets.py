"""`faxbox signing-key …` and `faxbox signature-secret …`: what tokens are made with."""

import argparse

from faxbox_service.container import Repositories

from .output import answer
from .store_session import with_repositories


def add_secret_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Declare the commands; each sets `run`."""
    group = commands.add_parser("signing-key", help="renew the key that signs tokens")
    kinds = group.add_subparsers(required=True, metavar="ACTION")
    command = kinds.add_parser(
        "rotate", parents=[common], help="sign new tokens with a new key; old ones stay good"
    )
    command.set_defaults(run=_rotate)

    group = commands.add_parser("signature-secret", help="end all tokens of a user or an account")
    kinds = group.add_subparsers(required=True, metavar="ACTION")
    command = kinds.add_parser(
        "reset",
        parents=[common],
        help="end all tokens of a user, or those that an account got for its API key",
    )
    command.add_argument("--account-id", required=True, metavar="ID")
    command.add_argument("--user-id", metavar="ID")
    command.set_defaults(run=_reset)


def _rotate(options: argparse.Namespace) -> None:
    async def rotate(repositories: Repositories) -> str:
        return await repositories.signing_keys.rotate()

    key_id = with_repositories(options, rotate)
    answer(options, {"key_id": key_id}, f"new tokens are signed with {key_id}")


def _reset(options: argparse.Namespace) -> None:
    async def reset(repositories: Repositories) -> None:
        await repositories.tokens.reset_secret(options.account_id, options.user_id)

    with_repositories(options, reset)
    facts = {"account_id": options.account_id, "user_id": options.user_id}
    answer(options, facts, f"all tokens of {options.user_id or options.account_id} have ended")
