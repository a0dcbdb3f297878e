"""Former revisions in CouchDB, which has them until it compacts the database."""

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.base import LARGEST_HISTORY

from .client import CouchDB
from .endpoints import database_endpoint
from .replies import available_revision, bulk_get_result, items, member

_MOST_REVISIONS = 100

_AT_ONCE = 10
"""So many of the largest documents fit into memory."""


async def read_revisions(server: CouchDB, database: str, document: Document) -> list[Document]:
    """The revisions that led to a document which was read with `revs_info`, newest first."""
    infos = items(member(document, "_revs_info"), available_revision)
    known = [revision for revision in infos if revision is not None][:_MOST_REVISIONS]
    found: list[Document] = []
    size = 0
    for start in range(0, len(known), _AT_ONCE):
        some = known[start : start + _AT_ONCE]
        for revision in await _bulk_get(server, database, document["_id"], some):
            size += len(encode_json(revision)) if found else 0
            if size > LARGEST_HISTORY:
                return found
            found.append(revision)
    return found


async def _bulk_get(
    server: CouchDB, database: str, document_id: DocumentId, revisions: list[Revision]
) -> list[Document]:
    """Some revisions of a document in their order, as far as CouchDB has them."""
    wanted = [{"id": document_id, "rev": revision} for revision in revisions]
    path = f"{database_endpoint(server, database).endpoint}/_bulk_get"
    _, reply = await server._post(path, data={"docs": wanted})
    found = filter(None, items(member(reply, "results"), bulk_get_result))
    # Nobody promises their order.
    return sorted(found, key=lambda document: revisions.index(document["_rev"]))
