"""Where the service keeps documents under test: a file, or databases of one run in CouchDB."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from tests.faults.checks.stored import Stored, documents_of_file

from .couchdb_proxy import CouchdbProxy


class Place(Protocol):
    """A store under test."""

    kind: str
    """`embedded` or `couchdb`."""
    url: str
    """For the service, as FAXBOX_STORE takes it."""

    def read(self) -> Stored:
        """What is in it now."""

    def close(self) -> None:
        """Remove it."""


class CannotMount(Exception):
    """This process may not mount a file system."""


@contextmanager
def small_file_system(directory: Path) -> Iterator[None]:
    """Mount a file system of 24 MB there, in memory. Raises `CannotMount`."""
    options = ("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(directory))
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True).returncode:
        raise CannotMount
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


class EmbeddedPlace:
    """A file of the embedded store."""

    kind = "embedded"

    def __init__(self, directory: Path) -> None:
        self.path = directory / "faxbox.db"
        self.url = f"sqlite://{self.path}"

    def read(self) -> Stored:
        """What is in it now."""
        return Stored.of(documents_of_file(self.path))

    def close(self) -> None:
        """Remove it; what is not there need not be removed."""
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").unlink()


class CouchdbPlace:
    """Databases of one run, behind a proxy that can be told to misbehave."""

    kind = "couchdb"

    def __init__(self, server_url: str) -> None:
        self.proxy = CouchdbProxy(server_url, f"faults-{secrets.token_hex(4)}")
        self.proxy.start()
        self.url = self.proxy.url

    def read(self) -> Stored:
        """What is in it now."""
        return Stored.of(self.proxy.documents())

    def close(self) -> None:
        """Remove the databases."""
        self.proxy.stop()
