"""Addresses that mail is sent to: domain names, and mailboxes at them (docs/contract.md, 27).

Of all texts that people or programs could confuse with an address only one is valid, so that no
faxbox gets a look-alike of another's address: ASCII, compared in lower case, without spaces, other
letters in A-labels (RFC 5321, 4.1.2; RFC 5890; RFC 5891).
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
    """The address as it is compared: ASCII letters in lower case, all else unchanged.

    Python's `lower` would map the Kelvin sign to the letter k, and so two addresses to one.
    """
    return address.lower() if address.isascii() else address.translate(_UPPER_TO_LOWER)


def address_error(address: str) -> str | None:
    """Why a text is not a domain name or a mailbox, in words; None: it is one."""
    if len(address) > _LONGEST_MAILBOX:
        return f"it has more than {_LONGEST_MAILBOX} characters"
    local_part, at, domain = folded(address).rpartition("@")
    return (_local_part_error(local_part) if at else None) or _domain_error(domain)


def _domain_error(domain: str, longest: int = _LONGEST_DOMAIN) -> str | None:
    """Why a text in lower case is not a domain name; None: it is one."""
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
    return _international_error(labels)


def mail_domain_error(domain: str) -> str | None:
    """Why a text cannot be the domain of generated addresses; None: it can."""
    return _domain_error(folded(domain), _LONGEST_DOMAIN - len("12345678."))


def _local_part_error(local_part: str) -> str | None:
    """Why a text is not a local part. Only the unquoted form is valid: the quoted one is another
    spelling of the same mailbox.
    """
    if not 1 <= len(local_part) <= _LONGEST_LOCAL_PART:
        return f"before the @ there are 1 to {_LONGEST_LOCAL_PART} characters"
    if not all(map(_ATOM.fullmatch, local_part.split("."))):
        return "before the @ there are only letters, digits, !#$%&'*+-/=?^_`{|}~ and single dots"
    return None


def _international_error(labels: list[str]) -> str | None:
    """RFC 5890, 2.3.1: two hyphens as third and fourth characters are for valid A-labels only."""
    if not any(label[2:4] == "--" for label in labels):
        return None
    try:
        shown = [_shown(label) for label in labels]
        if any(map(_is_right_to_left, shown)):
            # RFC 5893, 2: then every label of the name must follow its rules.
            for label in shown:
                idna.check_bidi(label, check_ltr=True)
    except (idna.IDNAError, UnicodeError):
        return "a part of the domain name with -- in third place is no A-label (xn--…) of IDNA"
    return None


def _shown(label: str) -> str:
    """A label in Unicode. Raises `idna.IDNAError`."""
    if label[2:4] != "--":
        return label
    shown = idna.ulabel(label)
    if not label.startswith(_A_LABEL) or idna.alabel(shown) != label.encode():
        raise idna.IDNAError("another spelling of a label")
    return shown


def _is_right_to_left(label: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in label)
