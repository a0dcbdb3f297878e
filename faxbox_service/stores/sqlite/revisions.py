"""Revisions as the embedded store makes them: `<generation>-<32 hex>`, a function of the edit.

The same edit of the same revision gives the same revision, here and in every other copy, so
two stores that apply it agree without a conflict (CouchDB: `couch_db:new_revid`).
"""

import hashlib
from collections.abc import Mapping

from faxbox_service.documents.json.text import canonical_json
from faxbox_service.documents.types import Document, Revision


def content_digest(fields: Document, text: bytes | None = None) -> bytes:
    """Return 16 bytes that depend on the fields and not on their order.

    `text` is their JSON text, if it is known.
    """
    return _md5(canonical_json(fields, text))


def next_revision(
    parent: Revision | None,
    content: bytes,
    *,
    deleted: bool,
    attachments: Mapping[str, str],
) -> Revision:
    """Return the revision of an edit of `parent` (None: the first one).

    `content` is the edit's `content_digest`; `attachments` maps names to their digests.
    """
    edit = canonical_json([parent, deleted, content, attachments])
    return f"{generation(parent) + 1}-{_md5(edit).hex()}"


def generation(revision: Revision | None) -> int:
    """Return how many edits led to a revision; 0 before the first."""
    return int(revision.partition("-")[0]) if revision else 0


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
