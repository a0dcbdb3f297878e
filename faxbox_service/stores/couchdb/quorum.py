"""Edits that fewer nodes than a quorum accepted, which a cluster reports with 202.

The nodes of a cluster may see two edits of one revision in different orders, and each accepts the
first. An edit that a minority accepted may win when the nodes synchronise, over one that was
acknowledged. So it is reverted at once, before another edit is based on it.
"""

from typing import TypeAlias

from aiocouch.remote import HTTPResponse, RemoteDocument

from faxbox_service.documents.types import Json, Revision
from faxbox_service.stores.errors import RevisionConflict, StoreUnavailable

from .replies import items

_ACCEPTED = 202

_ALL_NODES = "100"
"""More than store a document: the reply waits for each that is up."""

_Rank: TypeAlias = tuple[int, str]


def is_by_quorum(response: HTTPResponse) -> bool:
    """Whether a quorum of nodes did what was requested."""
    return response.status != _ACCEPTED


def require_quorum(response: HTTPResponse) -> None:
    """Raise `StoreUnavailable` when fewer nodes than a quorum have a write: it may yet be lost."""
    if not is_by_quorum(response):
        raise StoreUnavailable("CouchDB has stored a write on fewer nodes than a quorum")


async def revert(endpoint: RemoteDocument, response: HTTPResponse, revision: Revision) -> None:
    """Undo an edit that too few nodes accepted, if others have a conflicting one.

    Raises `RevisionConflict` when the conflicting edit wins, and `StoreUnavailable` when the winner
    is unknown. Of several such edits the lowest always stays, so that the document does.
    """
    leaves = await _live_leaves(endpoint)
    if revision not in leaves or len(leaves) == 1:
        require_quorum(response)
    if max(leaves, key=_rank) == revision:
        try:
            undone, _ = await endpoint._delete(revision)
        except RevisionConflict:
            # Another edit is based on it.
            require_quorum(response)
        else:
            require_quorum(undone)
    raise RevisionConflict("another edit was stored by a quorum")


async def _live_leaves(endpoint: RemoteDocument) -> list[Revision]:
    """The conflicting revisions of a document, on all nodes."""
    reply: Json = await endpoint._get(open_revs="all", r=_ALL_NODES)
    leaves = items(reply, lambda item: item.get("ok"))
    return items(
        [leaf for leaf in leaves if leaf is not None and not leaf.get("_deleted")],
        lambda leaf: leaf["_rev"],
    )


def _rank(revision: Revision) -> _Rank:
    """CouchDB's order: the longer history wins, and then the greater hash."""
    generation, _, digest = revision.partition("-")
    return int(generation), digest
