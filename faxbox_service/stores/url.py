"""The URLs of stores, parsed into values: a file of the embedded store, or a CouchDB server."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

_SQLITE = "sqlite:"
_SCHEMES = {"couchdb": ("http", 5984), "couchdbs": ("https", 6984)}

_FORMS = (
    "sqlite:///absolute/path.db, sqlite:relative/path.db, or couchdb://user:password@host:5984 "
    "(couchdbs://… for TLS)"
)


@dataclass(frozen=True, slots=True)
class FileUrl:
    """The file of an embedded store."""

    path: Path

    @classmethod
    def parse(cls, url: str) -> "FileUrl":
        """Read `sqlite:///var/lib/x.db` (→ `/var/lib/x.db`) or `sqlite:data/x.db` (relative).

        Raises `ValueError` for any other form: `sqlite://data/x.db` could mean either.
        """
        path = unquote(url.removeprefix(_SQLITE))
        if path.startswith("///"):
            path = f"/{path.lstrip('/')}"
        if path.startswith(("//", ":")) or "\0" in path or not path.strip("/ "):
            raise ValueError(f"must be {_FORMS}")
        return cls(Path(path))

    @property
    def shown(self) -> str:
        """The absolute path."""
        return str(self.path.absolute())

    @property
    def has_password(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """A CouchDB server: its address for aiohttp, without credentials, and the credentials."""

    address: str
    user: str | None
    password: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "ServerUrl":
        """Read `couchdb://user:password@host:5984/prefix`, or `couchdbs://…` for TLS.

        Only the host is needed; the user and the password are percent-decoded. Raises
        `ValueError`.
        """
        try:
            parts = urlsplit(url)
            scheme, usual_port = _SCHEMES[parts.scheme]
            host, port = parts.hostname, parts.port or usual_port
        except (ValueError, KeyError):
            host = None
        if not host or parts.query or parts.fragment or "@" in parts.path:
            # The last three are a password with characters that should have been encoded. The
            # message shows nothing of the URL or of the parser's complaint: a password may be in
            # it.
            raise ValueError("is not a URL of the form couchdb://user:password@host:5984")
        host = f"[{host}]" if ":" in host else host
        return cls(
            address=f"{scheme}://{host}:{port}{parts.path.rstrip('/')}",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )

    @property
    def shown(self) -> str:
        """The address, without the password."""
        return self.address

    @property
    def has_password(self) -> bool:
        """Whether the URL holds a secret."""
        return bool(self.password)


StoreUrl: TypeAlias = FileUrl | ServerUrl


def parse_store_url(url: str) -> StoreUrl:
    """Read the URL of a store. Raises `ValueError`, whose text shows nothing of the URL."""
    if url.startswith(_SQLITE):
        return FileUrl.parse(url)
    if url.startswith(tuple(f"{scheme}:" for scheme in _SCHEMES)):
        return ServerUrl.parse(url)
    raise ValueError(f"must be {_FORMS}")
