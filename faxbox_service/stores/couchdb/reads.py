"""Reading documents from CouchDB, and their former revisions, which it has until it compacts.

A document may nest too deeply for our decoder. Then the reply as a whole cannot be read, so the
others are requested without it.
"""

from collections.abc import Sequence
from dataclasses import replace

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.stores.base import LARGEST_HISTORY
from faxbox_service.stores.errors import DocumentRefused, Refusal
from faxbox_service.stores.values import Changes

from .client import CouchDB, UnreadableReply
from .endpoints import database_endpoint
from .replies import available_revision, bulk_get_result, document_of_row, items, member

_LAST_CHARACTER = chr(0x10FFFF)

_MOST_REVISIONS = 100

_REVISIONS_AT_ONCE = 10
"""That many of the largest documents fit into memory."""


async def all_documents(server: CouchDB, database: str, wanted: Json) -> list[Json]:
    """Rows of `_all_docs`, with documents. Raises `UnreadableReply`."""
    return await _rows(server, database, {**wanted, "include_docs": True, "conflicts": True})


async def read_page(
    server: CouchDB, database: str, after: DocumentId, prefix: str, limit: int
) -> list[Document]:
    """Documents in the order of their ids: of that prefix, and behind `after`."""
    while True:
        wanted = {
            "start_key": max(after, prefix),
            "end_key": prefix + _LAST_CHARACTER,
            "limit": limit + 1,
        }
        try:
            rows = await all_documents(server, database, wanted)
        except UnreadableReply:
            ids = await _all_ids(server, database, wanted)
            behind = [id for id in ids if _is_behind(id, after)][:limit]
            return await _readable_documents(server, database, behind)
        found = filter(None, items(rows, document_of_row))
        shown = [document for document in found if _is_behind(document["_id"], after)][:limit]
        # Design documents may fill a whole reply.
        if shown or len(rows) <= limit:
            return shown
        after = member(rows[-1], "id")


async def _all_ids(server: CouchDB, database: str, wanted: Json) -> list[DocumentId]:
    """The ids of rows of `_all_docs`."""
    rows = await _rows(server, database, wanted)
    return items(rows, lambda row: str(row["id"]))


async def read_apart(
    server: CouchDB, database: str, ids: Sequence[DocumentId]
) -> tuple[dict[DocumentId, Document], dict[DocumentId, DocumentRefused]]:
    """The documents that exist and can be read, and the errors of those that cannot."""
    if not ids:
        return {}, {}
    try:
        rows = await all_documents(server, database, {"keys": list(ids)})
    except UnreadableReply as error:
        if len(ids) == 1:
            return {}, {ids[0]: unreadable(database, ids[0], error)}
        half = len(ids) // 2
        found, errors = await read_apart(server, database, ids[:half])
        others, other_errors = await read_apart(server, database, ids[half:])
        return found | others, errors | other_errors
    documents = filter(None, items(rows, document_of_row))
    return {document["_id"]: document for document in documents}, {}


async def _readable_documents(
    server: CouchDB, database: str, ids: Sequence[DocumentId]
) -> list[Document]:
    """Those that exist, in the order of the ids, until one that cannot be read.

    Raises `DocumentRefused` when that is the first.
    """
    found, errors = await read_apart(server, database, ids)
    documents: list[Document] = []
    for document_id in ids:
        if document_id in errors:
            if documents:
                break
            raise errors[document_id]
        if document_id in found:
            documents.append(found[document_id])
    return documents


async def readable_changes(server: CouchDB, database: str, bare: Changes) -> Changes:
    """Changes that were read without documents, with those that can be read."""
    ids = [change.id for change in bare.changes if not change.is_deleted]
    documents, errors = await read_apart(server, database, ids)
    changes = [
        replace(change, document=documents.get(change.id), error=errors.get(change.id))
        for change in bare.changes
    ]
    return replace(bare, changes=changes)


async def read_revisions(server: CouchDB, database: str, document: Document) -> list[Document]:
    """The revisions that led to a document which was read with `revs_info`, newest first."""
    infos = items(member(document, "_revs_info"), available_revision)
    known = [revision for revision in infos if revision is not None][:_MOST_REVISIONS]
    found: list[Document] = []
    size = 0
    for start in range(0, len(known), _REVISIONS_AT_ONCE):
        some = known[start : start + _REVISIONS_AT_ONCE]
        for revision in await _bulk_get(server, database, document["_id"], some):
            size += len(encode_json(revision)) if found else 0
            if size > LARGEST_HISTORY:
                return found
            found.append(revision)
    return found


def unreadable(database: str, document_id: DocumentId, error: UnreadableReply) -> DocumentRefused:
    """The error for a document that exists and cannot be read."""
    return DocumentRefused(Refusal.UNREADABLE, database, document_id, str(error))


async def _rows(server: CouchDB, database: str, wanted: Json) -> list[Json]:
    path = f"{database_endpoint(server, database).endpoint}/_all_docs"
    _, reply = await server._post(path, data=wanted)
    return items(member(reply, "rows"), lambda row: row)


async def _bulk_get(
    server: CouchDB, database: str, document_id: DocumentId, revisions: list[Revision]
) -> list[Document]:
    """Some revisions of a document in their order, as far as CouchDB still has them."""
    wanted = [{"id": document_id, "rev": revision} for revision in revisions]
    path = f"{database_endpoint(server, database).endpoint}/_bulk_get"
    _, reply = await server._post(path, data={"docs": wanted})
    found = filter(None, items(member(reply, "results"), bulk_get_result))
    # Their order is not defined.
    return sorted(found, key=lambda document: revisions.index(document["_rev"]))


def _is_behind(document_id: DocumentId, after: DocumentId) -> bool:
    return document_id > after and not document_id.startswith("_")
