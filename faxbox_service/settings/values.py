"""From the text of a setting to its value.

Every function raises `ValueError`, whose text follows the name of the setting.
"""

from collections.abc import Callable
from typing import TypeVar

from faxbox_service.documents.model.callback_urls import NOTHING_BLOCKED, BlockedHosts
from faxbox_service.documents.model.smtp_address import mail_domain_error
from faxbox_service.networks import NO_NETWORKS, Network, parse_networks

Number = TypeVar("Number", int, float)

LOG_LEVELS = ("debug", "info", "warning", "error")


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number."""
    return _bounded(int, "a whole number", lowest, highest)


def number(lowest: float, highest: float) -> Callable[[str], float]:
    """Reads a number."""
    return _bounded(float, "a number", lowest, highest)


def seconds(lowest: float, highest: float) -> Callable[[str], float]:
    """Reads a number of seconds."""
    return _bounded(float, "a number of seconds", lowest, highest, " seconds")


def _bounded(
    convert: Callable[[str], Number], kind: str, lowest: Number, highest: Number, unit: str = ""
) -> Callable[[str], Number]:
    def read(text: str) -> Number:
        try:
            value = convert(text)
        except ValueError:
            raise ValueError(f"must be {kind}") from None
        if not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest:.15g} to {highest:.15g}{unit}")
        return value

    return read


def not_blank(text: str) -> str:
    """Reads text that is not blank."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def switch(text: str) -> bool:
    """Reads true or false."""
    match text.lower():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
        case _:
            raise ValueError("must be true or false")


def log_level(text: str) -> str:
    """Reads one of `LOG_LEVELS`."""
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.lower()


def mail_domain(text: str) -> str:
    """Reads the domain of generated addresses."""
    fault = mail_domain_error(text)
    if fault is not None:
        raise ValueError(f"must be a domain name ({fault})")
    return text


def networks(text: str) -> tuple[Network, ...]:
    """Reads networks separated by commas, or `none`."""
    try:
        return parse_networks(text)
    except ValueError:
        raise ValueError(f"must name networks such as 10.0.0.0/8, or be `{NO_NETWORKS}`") from None


def blocked_hosts(text: str) -> BlockedHosts:
    """Reads networks, hosts and domains separated by commas, or `none`."""
    hosts = BlockedHosts.parse(text)
    if not hosts and text != NOTHING_BLOCKED:
        raise ValueError(f"must name a network or a host, or be `{NOTHING_BLOCKED}`")
    return hosts
