"""From a store's URL to the store."""

from pathlib import Path
from urllib.parse import unquote

from .base import Store

_SQLITE = "sqlite:"


def is_embedded(url: str) -> bool:
    """Whether the URL names a file of our own."""
    return url.startswith(_SQLITE)


def embedded_path(url: str) -> Path:
    """`sqlite:///var/lib/x.db` → `/var/lib/x.db`; `sqlite:data/x.db` → `data/x.db`."""
    path = unquote(url.removeprefix(_SQLITE))
    return Path(path.removeprefix("//") if path.startswith("///") else path)


def store_of(url: str, *, timeout: float, connections: int) -> Store:
    """The store a URL names, not yet opened; waits `timeout` seconds for it at most."""
    if is_embedded(url):
        from .sqlite import SqliteStore

        return SqliteStore(embedded_path(url), busy_timeout=timeout)
    # Imported only when used: a worker on the embedded store needs no HTTP client.
    from .couchdb import CouchStore

    return CouchStore(url, timeout=timeout, pool_size=connections)
