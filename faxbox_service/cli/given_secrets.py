"""Secrets that commands are given: from a file, standard input, a prompt or the environment.

Never from the command line itself, which everyone on the machine can read in the list of processes,
and which shells write into their histories.
"""

import argparse
import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from faxbox_service.secret_files import LONGEST, UnreadableSecret, read_secret_file, secret_of
from faxbox_service.settings.definition import file_variable, variable_named

from .store_session import CommandRefused


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """A secret by its name, such as `api_key`: its options and its environment variables."""

    name: str

    @property
    def _option(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    @property
    def ways(self) -> str:
        """The ways to give it, for messages."""
        return f"{self._option} -, {self._option}-file FILE or {variable_named(self.name)}"

    def add_options(self, command: argparse.ArgumentParser, meaning: str) -> None:
        """Declare the options of a command."""
        command.add_argument(
            self._option,
            metavar="-",
            help=f"{meaning}: - reads it from standard input, on a terminal without showing it",
        )
        command.add_argument(f"{self._option}-file", metavar="FILE", help="a file that it is in")

    def read(self, options: argparse.Namespace) -> str | None:
        """The secret, or None if it was not given; options win over the environment.

        Raises `CommandRefused`.
        """
        given, file = getattr(options, self.name), getattr(options, f"{self.name}_file")
        if given is not None and given != "-":
            raise CommandRefused(
                f"{self._option} takes no secret, which everyone could read in the list of"
                f" processes; use {self.ways}"
            )
        if given is not None and file is not None:
            raise CommandRefused(f"{self._option} and {self._option}-file exclude each other")
        try:
            if file is not None:
                return read_secret_file(Path(file))
            return self.read_input() if given is not None else self._of_environment()
        except UnreadableSecret as error:
            raise CommandRefused(f"{self._option}: {error}") from None

    def read_input(self) -> str:
        """The secret from the terminal, or the next line of standard input.

        Raises `CommandRefused`.
        """
        try:
            if sys.stdin is not None and sys.stdin.isatty():
                return getpass.getpass(f"{self.name.replace('_', ' ').capitalize()}: ")
            line = b"" if sys.stdin is None else sys.stdin.buffer.readline(LONGEST + 3)
            return secret_of(line, "standard input")
        except (EOFError, UnreadableSecret) as error:
            raise CommandRefused(f"{self._option}: {error or 'nothing was typed'}") from None

    def _of_environment(self) -> str | None:
        variable = variable_named(self.name)
        value, file = os.environ.get(variable), os.environ.get(file_variable(variable))
        if value is not None and file is not None:
            raise CommandRefused(f"{variable} and {file_variable(variable)} exclude each other")
        if file is not None:
            return read_secret_file(Path(file))
        return None if value is None else secret_of(os.fsencode(value), variable)


PASSWORD = GivenSecret("password")
API_KEY = GivenSecret("api_key")
