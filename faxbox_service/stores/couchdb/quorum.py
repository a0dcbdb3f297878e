"""Edits that fewer nodes than a quorum took, which a cluster tells of by 202.

The nodes of a cluster may see two edits of one revision in different orders, and each takes the
first. An edit that a minority took may win when the nodes compare, over one that was acknowledged.
So it is taken back at once, before anyone builds on it.
"""

from typing import TypeAlias

from aiocouch.remote import HTTPResponse, RemoteDocument

from faxbox_service.documents.types import Json, Revision
from faxbox_service.stores.errors import RevisionConflict, StoreUnavailable

from .replies import items

_ACCEPTED = 202

_ALL_NODES = "100"
"""More than hold a document: the answer waits for each that is up."""

_Rank: TypeAlias = tuple[int, str]


def is_by_quorum(response: HTTPResponse) -> bool:
    """Whether enough nodes did what was asked."""
    return response.status != _ACCEPTED


def require_quorum(response: HTTPResponse) -> None:
    """Raise `StoreUnavailable` when fewer nodes than a quorum have a write: it may yet be lost."""
    if not is_by_quorum(response):
        raise StoreUnavailable("CouchDB has stored a write on fewer nodes than a quorum")


async def take_back(endpoint: RemoteDocument, response: HTTPResponse, revision: Revision) -> None:
    """Undo an edit that too few nodes took, if others hold a rival one.

    Raises `RevisionConflict` when the rival counts, and `StoreUnavailable` when nobody knows what
    does. Of several such edits the lowest always stays, so that the document does.
    """
    leaves = await _live_leaves(endpoint)
    if revision not in leaves or len(leaves) == 1:
        require_quorum(response)
    if max(leaves, key=_rank) == revision:
        try:
            undone, _ = await endpoint._delete(revision)
        except RevisionConflict:
            # Somebody has built on it.
            require_quorum(response)
        else:
            require_quorum(undone)
    raise RevisionConflict("another edit was stored by a quorum")


async def _live_leaves(endpoint: RemoteDocument) -> list[Revision]:
    """The revisions that rival for a document, on whichever node they are."""
    reply: Json = await endpoint._get(open_revs="all", r=_ALL_NODES)
    leaves = items(reply, lambda item: item.get("ok"))
    return items(
        [leaf for leaf in leaves if leaf is not None and not leaf.get("_deleted")],
        lambda leaf: leaf["_rev"],
    )


def _rank(revision: Revision) -> _Rank:
    """What CouchDB goes by: the longer history wins, and then the greater hash."""
    generation, _, digest = revision.partition("-")
    return int(generation), digest
