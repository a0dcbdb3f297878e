"""Reading documents from CouchDB of which some are beyond our decoder.

An answer with one of them in it cannot be read as a whole. So the others are asked for without it.
"""

from collections.abc import Sequence
from dataclasses import replace

from faxbox_service.documents.types import Document, DocumentId, Json
from faxbox_service.stores.base import Changes, DocumentRefused, Refusal

from .client import CouchDB, UnreadableReply
from .endpoints import database_endpoint
from .replies import document_of_row, items, member


async def all_documents(server: CouchDB, database: str, wanted: Json) -> list[Json]:
    """Rows of `_all_docs`, with documents. Raises `UnreadableReply`."""
    return await _rows(server, database, {**wanted, "include_docs": True, "conflicts": True})


async def all_ids(server: CouchDB, database: str, wanted: Json) -> list[DocumentId]:
    """The ids of rows of `_all_docs`."""
    rows = await _rows(server, database, wanted)
    return items(rows, lambda row: str(row["id"]))


async def read_apart(
    server: CouchDB, database: str, ids: Sequence[DocumentId]
) -> tuple[dict[DocumentId, Document], dict[DocumentId, DocumentRefused]]:
    """Those documents that are there and can be read, and those that cannot be."""
    if not ids:
        return {}, {}
    try:
        rows = await all_documents(server, database, {"keys": list(ids)})
    except UnreadableReply as error:
        if len(ids) == 1:
            return {}, {ids[0]: unreadable(database, ids[0], error)}
        half = len(ids) // 2
        found, faults = await read_apart(server, database, ids[:half])
        others, other_faults = await read_apart(server, database, ids[half:])
        return found | others, faults | other_faults
    documents = filter(None, items(rows, document_of_row))
    return {document["_id"]: document for document in documents}, {}


async def readable_documents(
    server: CouchDB, database: str, ids: Sequence[DocumentId]
) -> list[Document]:
    """Those that are there, in the order of the ids, until one that cannot be read.

    Raises `DocumentRefused` when that is the first.
    """
    found, faults = await read_apart(server, database, ids)
    documents: list[Document] = []
    for document_id in ids:
        if document_id in faults:
            if documents:
                break
            raise faults[document_id]
        if document_id in found:
            documents.append(found[document_id])
    return documents


async def readable_changes(server: CouchDB, database: str, bare: Changes) -> Changes:
    """Changes that were read without documents, with those that can be read."""
    ids = [change.id for change in bare.changes if not change.is_deleted]
    documents, faults = await read_apart(server, database, ids)
    changes = [
        replace(change, document=documents.get(change.id), fault=faults.get(change.id))
        for change in bare.changes
    ]
    return replace(bare, changes=changes)


def unreadable(database: str, document_id: DocumentId, error: UnreadableReply) -> DocumentRefused:
    """What is raised for a document that is there and cannot be read."""
    return DocumentRefused(Refusal.UNREADABLE, database, document_id, str(error))


async def _rows(server: CouchDB, database: str, wanted: Json) -> list[Json]:
    path = f"{database_endpoint(server, database).endpoint}/_all_docs"
    _, reply = await server._post(path, data=wanted)
    return items(member(reply, "rows"), lambda row: row)
