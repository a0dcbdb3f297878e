"""Members that begin with `_`: what a document is in its own database, and nowhere else.

Its revision, the leaves beside it, its attachments (`_attachments` names bytes that lie there).
"""

from .types import Document

_OF_THE_PLACE = ("_rev", "_conflicts")
"""What a document that is written over another one has of that."""

_OF_THE_REVISION = ("_id", "_rev")


def mirrored(document: Document, copy: Document | None) -> Document:
    """A document as another database may hold it, to be written over the present `copy`."""
    wanted = {
        name: value for name, value in document.items() if name == "_id" or not name.startswith("_")
    }
    if copy is not None:
        wanted |= {name: copy[name] for name in _OF_THE_PLACE if name in copy}
    return wanted


def noted(document: Document) -> Document:
    """A document as a note of it keeps it: what it says, and at which revision."""
    return {
        name: value
        for name, value in document.items()
        if name in _OF_THE_REVISION or not name.startswith("_")
    }


def tombstone_of(document: Document) -> Document:
    """What deletes a document for good as it was read: with all its leaves."""
    tombstone: Document = {"_id": document["_id"], "_rev": document["_rev"], "_deleted": True}
    if "_conflicts" in document:
        tombstone["_conflicts"] = document["_conflicts"]
    return tombstone
