"""The URL of a CouchDB server, taken apart."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_SCHEMES = {"couchdb": ("http", 5984), "couchdbs": ("https", 6984)}


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """Where a server is, as aiohttp wants it and fit to be shown, and who we are there."""

    address: str
    user: str | None
    password: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "ServerUrl":
        """Read `couchdb://user:password@host:5984/prefix`, or `couchdbs://…` for TLS.

        Only the host is needed; the user and the password are percent-decoded.
        """
        try:
            parts = urlsplit(url)
            scheme, usual_port = _SCHEMES[parts.scheme]
            host, port = parts.hostname, parts.port or usual_port
        except (ValueError, KeyError):
            host = None
        if not host or parts.query or parts.fragment or "@" in parts.path:
            # The last three are a password with characters that should have been encoded.
            # Not a word of the URL or of the parser's complaint: a password may be in it.
            raise ValueError("is not a URL of the form couchdb://user:password@host:5984")
        host = f"[{host}]" if ":" in host else host
        return cls(
            address=f"{scheme}://{host}:{port}{parts.path.rstrip('/')}",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )
