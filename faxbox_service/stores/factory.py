"""From a store's URL to the store."""

import sqlite3
from contextlib import closing
from urllib.parse import quote

from faxbox_service.documents.storage_limits import LARGEST_DOCUMENT

from .base import Store
from .errors import StoreUnavailable
from .url import FileUrl, StoreUrl


def has_file(url: FileUrl) -> bool:
    """Whether there is an embedded store; else it would have to be created.

    Raises `StoreUnavailable` for a file of another program, which is never written to.
    """
    path = url.path
    try:
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            return False
    except OSError as error:
        raise StoreUnavailable(f"sqlite store {path}: {error}") from error
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        # Opening it as a store reports better what is wrong with it.
        return True
    if tables and not version:
        raise StoreUnavailable(f"sqlite store {path}: the file is another program's database")
    return bool(tables)


def store_of(
    url: StoreUrl, *, timeout: float, connections: int, largest_document: int = LARGEST_DOCUMENT
) -> Store:
    """The store at a URL, not yet opened; its calls wait `timeout` seconds at most."""
    if isinstance(url, FileUrl):
        from .sqlite.store import SqliteStore

        return SqliteStore(url.path, busy_timeout=timeout, largest_document=largest_document)
    # Imported only when used: a worker on the embedded store needs no HTTP client.
    from .couchdb.store import CouchStore

    return CouchStore(
        url, timeout=timeout, pool_size=connections, largest_document=largest_document
    )
