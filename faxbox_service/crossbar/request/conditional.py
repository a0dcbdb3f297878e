"""Conditional requests: `If-Match`, `If-None-Match`, and the entity tags of replies.

RFC 9110, 8.8.3 and 13.1. The tag of a document or a listing is its revision. A read shows more than
that: the caller's token, in a form and a coding of their choice. So its tag ends with a dot and a
mark of these, and no cache can take what one caller got for another's (RFC 9111, 4.3.3). In
preconditions the mark is ignored.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

from faxbox_service.crossbar.errors import malformed_request
from faxbox_service.documents.types import Document, Revision
from faxbox_service.repositories.primitives.preconditions import ANY, NO_PRECONDITION, Precondition

from .parsed import READS

_TAG = re.compile(
    r'\s*+(W/)?+(?:"([\x21\x23-\x7e\x80-\U0010ffff]*+)"|([0-9A-Za-z][0-9A-Za-z.-]*+))\s*+(?:,|\Z)'
)
"""In quotes, or the bare revision that clients of Kazoo send."""

_MARK = "."
_MARK_BYTES = 6


def read_precondition(headers: Mapping[str, str], envelope: Document) -> Precondition:
    """What the headers and the body demand of the document's revision."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    revision = _revision_of_body(envelope)
    if match is None and none_match is None and revision is None:
        return NO_PRECONDITION
    return Precondition(
        revisions_of(parse_if_match(match)),
        revisions_of(parse_if_none_match(none_match)),
        revision,
    )


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
    """The revisions that tags are made of, for whatever caller."""
    if tags is None:
        return None
    return frozenset(tag.partition(_MARK)[0] for tag in tags)


def entity_tag(revision: Revision, caller: str, form: tuple[bool, bool, bool]) -> str:
    """The tag, without quotes, of a revision as it is shown.

    `caller` is whom it is shown to, "" for what is the same for all; `form` says whether it is
    pretty, compressed, and free of formulas.
    """
    mark = _mark(f"{caller} {form}" if any(form) else caller)
    return f"{revision}{_MARK}{mark}" if mark else revision


@lru_cache(maxsize=256)
def _mark(shown: str) -> str:
    """Short, because it only has to distinguish what a few callers are shown of one revision."""
    return blake2b(shown.encode(), digest_size=_MARK_BYTES).hexdigest() if shown else ""


def is_not_modified(method: str, none_match: frozenset[str] | None, *tags: str) -> bool:
    """Whether the client has already what a read would show: a 304 is the answer.

    `none_match` is what `If-None-Match` names, `tags` the entity tags that the reply may go by.
    """
    return none_match is not None and method in READS and not none_match.isdisjoint((*tags, ANY))


def _revision_of_body(envelope: Document) -> Revision | None:
    """The revision a body says it was made from: `_rev` in `data`, or `revision` beside it."""
    data = envelope.get("data")
    revision = data.get("_rev") if isinstance(data, dict) else None
    if revision is None:
        revision = envelope.get("revision")
    # A value that is not text is not a revision, and so not the current one either.
    return revision if revision is None or isinstance(revision, str) else "no revision"


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
