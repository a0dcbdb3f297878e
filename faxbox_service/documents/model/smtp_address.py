"""Addresses that mail is sent to: domain names, and mailboxes at them (contract, 27).

Of all the texts that people or programs could take for the same address one is right, so that
nobody can hold a look-alike of another's: ASCII, compared in lower case, nothing around it, other
letters in their A-labels (RFC 5321, 4.1.2; RFC 5890; RFC 5891).
"""

import re
import unicodedata
from typing import Final

import idna

_LONGEST_LOCAL_PART = 64
_LONGEST_MAILBOX = 254
"""RFC 5321, 4.5.3.1.3: a path has 256 octets with its brackets."""

_LONGEST_DOMAIN = 253
"""Characters; on the wire a name has two octets more (RFC 1035, 2.3.4)."""

_LONGEST_LABEL = 63

_LABEL: Final = re.compile(r"[a-z0-9-]+")
_ATOM: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+")

_A_LABEL = "xn--"
_UPPER_TO_LOWER = {ord(letter): ord(letter) + 32 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def folded(address: str) -> str:
    """The address as it is compared: ASCII in lower case, all else as it is.

    Python's `lower` would make the Kelvin sign the letter k, and so one address of two.
    """
    return address.lower() if address.isascii() else address.translate(_UPPER_TO_LOWER)


def fault_of_address(address: str) -> str | None:
    """What keeps a text from being a domain name or a mailbox, in words; None: nothing."""
    if len(address) > _LONGEST_MAILBOX:
        return f"it has more than {_LONGEST_MAILBOX} characters"
    local_part, at, domain = folded(address).rpartition("@")
    return (_fault_of_local_part(local_part) if at else None) or _fault_of_domain(domain)


def _fault_of_domain(domain: str, longest: int = _LONGEST_DOMAIN) -> str | None:
    """What keeps a text in lower case from being a domain name; None: nothing."""
    if not domain:
        return "there is no domain name"
    if len(domain) > longest:
        return f"the domain name has more than {longest} characters"
    labels = domain.split(".")
    for label in labels:
        if not 1 <= len(label) <= _LONGEST_LABEL:
            return f"between its dots a domain name has 1 to {_LONGEST_LABEL} characters"
        if not _LABEL.fullmatch(label):
            return "a domain name has letters, digits, hyphens and dots; others are written xn--…"
        if label[0] == "-" or label[-1] == "-":
            return "no part of a domain name begins or ends with a hyphen"
    if labels[-1].isdigit():
        return "a domain name does not end in a number, and addresses of machines are none"
    return _fault_of_international(labels)


def fault_of_mail_domain(domain: str) -> str | None:
    """What keeps a text from being the domain of generated addresses; None: nothing."""
    return _fault_of_domain(folded(domain), _LONGEST_DOMAIN - len("12345678."))


def _fault_of_local_part(local_part: str) -> str | None:
    """Only the form without quotes: the quoted one is another spelling of the same mailbox."""
    if not 1 <= len(local_part) <= _LONGEST_LOCAL_PART:
        return f"before the @ there are 1 to {_LONGEST_LOCAL_PART} characters"
    if not all(map(_ATOM.fullmatch, local_part.split("."))):
        return "before the @ there are only letters, digits, !#$%&'*+-/=?^_`{|}~ and single dots"
    return None


def _fault_of_international(labels: list[str]) -> str | None:
    """RFC 5890, 2.3.1: two hyphens in third and fourth place are for A-labels, real ones."""
    if not any(label[2:4] == "--" for label in labels):
        return None
    try:
        shown = [_shown(label) for label in labels]
        if any(map(_is_right_to_left, shown)):
            # RFC 5893, 2: then every part of the name must be in order.
            for label in shown:
                idna.check_bidi(label, check_ltr=True)
    except (idna.IDNAError, UnicodeError):
        return "a part of the domain name with -- in third place is no A-label (xn--…) of IDNA"
    return None


def _shown(label: str) -> str:
    """A label as people read it. Raises `idna.IDNAError`."""
    if label[2:4] != "--":
        return label
    shown = idna.ulabel(label)
    if not label.startswith(_A_LABEL) or idna.alabel(shown) != label.encode():
        raise idna.IDNAError("another spelling of a label")
    return shown


def _is_right_to_left(label: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in label)
