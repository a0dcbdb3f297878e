"""The headers `If-Match` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1)."""

import re

from faxbox_service.repositories.preconditions import ANY

from .errors import malformed_request

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*)"\s*(?:,|\Z)')


def parse_if_match(header: str | None) -> frozenset[str] | None:
    """The strong tags without quotes; weak ones never match (RFC 9110, 13.1.1)."""
    if header is None:
        return None
    return frozenset(tag for weak, tag in _tags("if-match", header) if not weak)


def parse_if_none_match(header: str | None) -> frozenset[str] | None:
    """All tags without quotes; the comparison is the weak one (RFC 9110, 13.1.2)."""
    if header is None:
        return None
    return frozenset(tag for _, tag in _tags("if-none-match", header))


def _tags(name: str, header: str) -> list[tuple[bool, str]]:
    if header.strip() == ANY:
        return [(False, ANY)]
    tags = []
    position = 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            raise malformed_request("malformed header", name)
        # A quoted `*` is a tag like any other; no revision looks like it.
        tags.append((match[1] is not None, match[2] if match[2] != ANY else '"*"'))
        position = match.end()
    if not tags:
        raise malformed_request("malformed header", name)
    return tags
