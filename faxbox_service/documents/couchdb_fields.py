"""Members that begin with `_`: CouchDB's own fields, which are valid in one database only.

The revision, the other leaves (`_conflicts`), and attachments, whose bytes are stored there.
"""

from .types import Document

_OF_THE_DATABASE = ("_rev", "_conflicts")
"""What a document that is written over another one takes from that one."""

_OF_THE_REVISION = ("_id", "_rev")


def mirrored(document: Document, copy: Document | None) -> Document:
    """A document as another database may hold it, to be written over the present `copy`."""
    wanted = {
        name: value for name, value in document.items() if name == "_id" or not name.startswith("_")
    }
    if copy is not None:
        wanted |= {name: copy[name] for name in _OF_THE_DATABASE if name in copy}
    return wanted


def recorded(document: Document) -> Document:
    """A document as it is kept inside another one: its fields, id and revision."""
    return {
        name: value
        for name, value in document.items()
        if name in _OF_THE_REVISION or not name.startswith("_")
    }


def tombstone_of(document: Document) -> Document:
    """The tombstone that deletes a document for good, with all the leaves that were read."""
    tombstone: Document = {"_id": document["_id"], "_rev": document["_rev"], "_deleted": True}
    if "_conflicts" in document:
        tombstone["_conflicts"] = document["_conflicts"]
    return tombstone
