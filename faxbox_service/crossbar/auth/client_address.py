"""Which client a connection is from, as far as rate limits go."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from faxbox_service.networks import Network

UNKNOWN = "unknown"
"""All clients whose address is not known, such as those of a Unix socket."""

_LONGEST_ADDRESS = 100
"""Characters, with port and scope; a longer text is not an address."""

_IPV6_PREFIX = 64
"""What one subscriber has of IPv6."""

_MOST_HOPS = 32
"""Proxies behind each other; what stands further left was written by the client."""

Address: TypeAlias = IPv4Address | IPv6Address


class ClientAddresses:
    """Finds clients behind trusted proxies; for others the address of the connection counts."""

    def __init__(self, trusted_proxies: tuple[Network, ...]) -> None:
        self._trusted = trusted_proxies
        self.has_trusted_proxies = bool(trusted_proxies)

    def find(self, remote: str | None, forwarded: list[str]) -> str:
        """The client's address, in the form that buckets go by: of IPv6, the first 64 bits.

        `forwarded` are the lines of `X-Forwarded-For`, to which each proxy adds, at the right, the
        address that it got the request from. They are read from there to the first address that is
        not a trusted proxy's, or to a text that is not an address.
        """
        if remote is None:
            return UNKNOWN
        if not self._trusted:
            return grouped(remote)
        client = remote
        hops = ",".join(forwarded).rsplit(",", _MOST_HOPS)[-_MOST_HOPS:] if forwarded else []
        while hops and self._is_trusted(client):
            hop = hops.pop().strip()
            if _parsed(hop) is None:
                break
            client = hop
        return grouped(client)

    def of_connection(self, remote: str | None) -> str | None:
        """The client of a connection; None for a trusted proxy's, which serves many clients."""
        if remote is None or self._is_trusted(remote):
            return None
        return grouped(remote)

    def _is_trusted(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in network for network in self._trusted)


def grouped(text: str) -> str:
    """`2001:db8::1` → `2001:db8::/64`; IPv4 as it is, also where it is written as IPv6."""
    return _grouped_short(text) if len(text) <= _LONGEST_ADDRESS else UNKNOWN


@lru_cache(maxsize=4096)
def _grouped_short(text: str) -> str:
    address = _parsed(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _parsed(text: str) -> Address | None:
    """An address without its port or scope; IPv4 within IPv6 is IPv4."""
    if len(text) > _LONGEST_ADDRESS:
        return None
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
