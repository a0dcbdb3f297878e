"""IP networks as settings name them."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

NO_NETWORKS: Final = "none"


def parse_networks(text: str) -> tuple[Network, ...]:
    """Read networks or addresses separated by commas, or `none`. Raises `ValueError`."""
    if text == NO_NETWORKS:
        return ()
    return tuple(ip_network(part.strip()) for part in text.split(","))
