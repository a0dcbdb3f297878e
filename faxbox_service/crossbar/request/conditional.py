"""Entity tags: the headers `If-Match` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1), and ours.

The tag of a document or a listing is its revision. A read shows more than that: the caller's token,
in a form and a coding of his choice. So its tag has a mark of these behind a dot, and no cache can
take what one caller got for another's (RFC 9111, 4.3.3). In preconditions the mark says nothing.
"""

import re
from functools import lru_cache
from hashlib import blake2b

from faxbox_service.crossbar.errors import malformed_request
from faxbox_service.documents.types import Revision
from faxbox_service.repositories.primitives.preconditions import ANY

_TAG = re.compile(
    r'\s*+(W/)?+(?:"([\x21\x23-\x7e\x80-\U0010ffff]*+)"|([0-9A-Za-z][0-9A-Za-z.-]*+))\s*+(?:,|\Z)'
)
"""In quotes, or the bare revision that clients of Kazoo send."""

_MARK = "."
_MARK_BYTES = 6


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


def revisions_of(tags: frozenset[str] | None) -> frozenset[Revision] | None:
    """The revisions that tags are made of, whoever they were made for."""
    if tags is None:
        return None
    return frozenset(tag.partition(_MARK)[0] for tag in tags)


def marked(revision: Revision, mark: str) -> str:
    """The tag of what a revision is shown as."""
    return f"{revision}{_MARK}{mark}" if mark else revision


@lru_cache(maxsize=256)
def mark_of(shown: str) -> str:
    """A mark of what a reply shows beside its data; short, for it only tells a few apart."""
    return blake2b(shown.encode(), digest_size=_MARK_BYTES).hexdigest() if shown else ""


def _tags(name: str, header: str) -> list[tuple[bool, str]]:
    if header.strip() == ANY:
        return [(False, ANY)]
    tags = []
    position = 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            raise malformed_request("malformed header", name)
        quoted, bare = match[2], match[3]
        # A quoted `*` is a tag like any other; no revision looks like it.
        tag = bare or (quoted if quoted != ANY else '"*"')
        tags.append((match[1] is not None, tag))
        position = match.end()
    if not tags:
        raise malformed_request("malformed header", name)
    return tags
