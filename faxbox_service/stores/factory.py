"""From a store's URL to the store."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from faxbox_service.documents.storable import LARGEST_DOCUMENT

from .base import Store, StoreError, StoreUnavailable
from .couchdb.url import ServerUrl

_SQLITE = "sqlite:"
_COUCHDB = ("couchdb:", "couchdbs:")

FORMS: Final = (
    "sqlite:///absolute/path.db, sqlite:relative/path.db, or couchdb://user:password@host:5984 "
    "(couchdbs://… for TLS)"
)
"""The URLs of stores, for people."""


class NoStore(StoreError):
    """There is no store where one is named, and it is not for us to make one."""


def is_embedded(url: str) -> bool:
    """Whether the URL names a file of our own."""
    return url.startswith(_SQLITE)


def require_store_url(url: str) -> None:
    """Raise `ValueError` for what is no store's URL; it may hold a password and is never shown."""
    if is_embedded(url):
        embedded_path(url)
    elif url.startswith(_COUCHDB):
        ServerUrl.parse(url)
    else:
        raise ValueError(f"must be {FORMS}")


def embedded_path(url: str) -> Path:
    """`sqlite:///var/lib/x.db` → `/var/lib/x.db`; `sqlite:data/x.db` → `data/x.db`.

    Raises `ValueError` for any other form: `sqlite://data/x.db` could mean either.
    """
    path = unquote(url.removeprefix(_SQLITE))
    if path.startswith("///"):
        path = f"/{path.lstrip('/')}"
    if path.startswith(("//", ":")) or "\0" in path or not path.strip("/ "):
        raise ValueError(f"must be {FORMS}")
    return Path(path)


def redacted_url(url: str) -> str:
    """Where a store is, for people: an absolute path, or a server without its password."""
    return str(embedded_path(url).absolute()) if is_embedded(url) else ServerUrl.parse(url).address


def has_password(url: str) -> bool:
    """Whether a store's URL is a secret."""
    return not is_embedded(url) and bool(ServerUrl.parse(url).password)


def has_file(url: str) -> bool:
    """Whether there is an embedded store, or would have to be made.

    Raises `StoreUnavailable` for a file of another program, which nothing is to be written to.
    """
    path = embedded_path(url)
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
        # Whatever is wrong with it, opening it as a store says it better.
        return True
    if tables and not version:
        raise StoreUnavailable(f"sqlite store {path}: the file is another program's database")
    return bool(tables)


def store_of(
    url: str, *, timeout: float, connections: int, largest_document: int = LARGEST_DOCUMENT
) -> Store:
    """The store a URL names, not yet opened; waits `timeout` seconds for it at most."""
    if is_embedded(url):
        from .sqlite.store import SqliteStore

        return SqliteStore(
            embedded_path(url), busy_timeout=timeout, largest_document=largest_document
        )
    # Imported only when used: a worker on the embedded store needs no HTTP client.
    from .couchdb.store import CouchStore

    return CouchStore(
        url, timeout=timeout, pool_size=connections, largest_document=largest_document
    )
