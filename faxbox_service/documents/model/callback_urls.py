"""Callback URLs that the operator does not let clients set (docs/contract.md, 21).

The fax engine calls them from inside the operator's network. Names are compared as they are
written and not resolved: where a name leads to later is for a firewall to decide.
"""

import socket
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from faxbox_service.documents.schema.errors import InvalidDocument, PropertyErrors
from faxbox_service.documents.types import Document, Json
from faxbox_service.networks import Network

NOTHING_BLOCKED = "none"

_LONGEST_BEGINNING = 1000
"""Characters of a URL within which its host ends."""

_DIRECTIONS = ("inbound", "outbound")


@dataclass(frozen=True, slots=True)
class BlockedHosts:
    """Networks, names, and the domains whose names are all blocked (each with its dot)."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `10.0.0.0/8, ::1, localhost, *.internal`, or `none`. Raises `ValueError`."""
        if text == NOTHING_BLOCKED:
            return cls()
        networks, names, domains = [], [], []
        for entry in filter(None, (part.strip().lower() for part in text.split(","))):
            if entry.startswith("*."):
                domains.append(entry[1:])
            elif _is_network(entry):
                networks.append(ip_network(entry, strict=False))
            elif "/" in entry or ":" in entry:
                raise ValueError(f"{entry!r} is neither a network nor a host")
            else:
                names.append(entry)
        return cls(tuple(networks), frozenset(names), tuple(domains))

    def __bool__(self) -> bool:
        """Whether anything is blocked."""
        return bool(self.networks or self.names or self.domains)

    def require_allowed(self, fields: Document) -> None:
        """Raise `InvalidDocument` when a valid faxbox calls back to a blocked host."""
        errors = self.errors(fields)
        if errors:
            raise InvalidDocument(errors)

    def errors(self, fields: Document) -> PropertyErrors:
        """Which URLs of a faxbox lead to blocked hosts."""
        if not self:
            return {}
        return {
            f"notifications.{direction}.callback.url": {
                "error": {"message": "invalid client URL", "value": url}
            }
            for direction in _DIRECTIONS
            if isinstance(url := _callback_url(fields, direction), str) and self._blocks(url)
        }

    def _blocks(self, url: str) -> bool:
        host = _host(url)
        # What cannot be parsed here may be parsed by the fax engine.
        if not host or not host.isprintable() or any(character in host for character in " \\%"):
            return True
        name = host.rstrip(".")
        address = _address(name)
        if address is not None:
            return any(address in network for network in self.networks)
        return name in self.names or name.endswith(self.domains)


def _host(url: str) -> str | None:
    """The host of a URL, None for one that cannot be parsed.

    What comes after the host is left out: Unicode's normal forms take the square of a text's length
    to compute, and `urlsplit` caches its arguments.
    """
    beginning = unicodedata.normalize("NFKC", url[:_LONGEST_BEGINNING])[:_LONGEST_BEGINNING]
    scheme, _, rest = beginning.partition("//")
    authority = rest
    for end in "/?#":
        authority = authority.partition(end)[0]
    if len(authority) == len(rest) and len(beginning) == _LONGEST_BEGINNING:
        return None
    try:
        return urlsplit(f"{scheme}//{authority}").hostname
    except ValueError:
        return None


def _is_network(entry: str) -> bool:
    try:
        ip_network(entry, strict=False)
    except ValueError:
        return False
    return True


def _address(host: str) -> Json:
    """A host as an address, in any form that HTTP clients accept (`127.1`, `0x7f000001`)."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return ip_address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _callback_url(fields: Document, direction: str) -> Json:
    value: Json = fields
    for step in ("notifications", direction, "callback", "url"):
        value = value.get(step) if isinstance(value, dict) else None
    return value
