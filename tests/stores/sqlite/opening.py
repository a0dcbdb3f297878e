"""Opening the embedded store in tests, here and in other processes."""

import sys
from pathlib import Path
from subprocess import PIPE, run

from faxbox_service.stores.sqlite.store import SqliteStore
from faxbox_service.stores.sqlite.view_index import ViewIndex

DATABASE = "faxes"

PRELUDE = """
import asyncio, sys
from pathlib import Path
from faxbox_service.stores.errors import RevisionConflict, StoreUnavailable
from faxbox_service.stores.sqlite.store import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
"""


def run_script(script: str, *arguments: object) -> str:
    """Run a script in another process, and return what it printed."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return run(command, stdout=PIPE, text=True, check=True).stdout


async def create(path: Path) -> None:
    """Leave a store with an empty database."""
    await (await opened(path)).close()


async def opened(
    path: Path, *, busy_timeout: float = 5.0, index: ViewIndex | None = None
) -> SqliteStore:
    store = SqliteStore(path, busy_timeout=busy_timeout, index=index)
    await store.open()
    await store.create_database(DATABASE)
    return store
