"""Writing to CouchDB: one document, or many with `_bulk_docs`, each accepted or refused by itself.

A `_bulk_docs` as a whole is refused (400, 413) because of one document, and then nothing of it is
done. So it is sent again in halves, until that document is alone. Only an attachment that is not
there to be kept (412) is found out when others may be written already: documents with attachments
are sent alone.
"""

from collections.abc import Iterator, Sequence

from aiocouch.remote import HTTPResponse

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.json.text import encode_json, encoded_list
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.retry import CONFLICT
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    Refusal,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.values import Outcome

from .client import (
    AccessRefused,
    CouchDB,
    RefusedByCouchDB,
    ThrownByFunction,
    is_thrown,
    reason_of,
)
from .endpoints import database_endpoint, document_endpoint
from .quorum import require_quorum
from .replies import items

_TOO_LARGE = 413

_MOST_BYTES = 16_000_000
"""Of one request. CouchDB accepts 4 GB; operators allow less (`max_http_request_size`), but at
least twice their largest document."""

_FORBIDDEN = ("forbidden", "unauthorized")
"""What a `validate_doc_update` function may throw."""

_INVALID = ("doc_validation", "bad_request", "missing_stub")
"""What may be wrong with a document itself."""


async def put_document(
    server: CouchDB, database: str, document: Document
) -> tuple[HTTPResponse, Json]:
    """Send a document. Raises `DocumentRefused` when it is refused because of its content."""
    endpoint = document_endpoint(server, database, document["_id"])
    try:
        return await endpoint._put(_without_conflicts(document))
    except RefusedByCouchDB as error:
        raise _refusal(database, document["_id"], error) from error
    except ThrownByFunction as error:
        raise _forbidden(database, document, error.reason) from error
    except AccessRefused as error:
        # An operator's function refuses with the same statuses as CouchDB itself an unknown user.
        if error.reason is None or not await _accepts_our_user(server, database):
            raise
        raise _forbidden(database, document, error.reason) from error


async def write_documents(
    server: CouchDB, database: str, documents: Sequence[Document]
) -> list[Outcome]:
    """The outcome for each document. Raises `MissingDatabase` and `StoreUnavailable`."""
    edits = list(map(_edits_of, documents))
    written = iter(await _write_edits(server, database, [one for some in edits for one in some]))
    return [_outcome_of([next(written) for _ in some]) for some in edits]


async def delete_leaves(server: CouchDB, database: str, document: Document) -> Revision:
    """Delete a document as it was read, and return the revision of the winner's tombstone.

    Raises `RevisionConflict` when it was changed since, and `DocumentRefused`.
    """
    tombstone: Revision | None = None
    for _ in CONFLICT.attempts():
        edits = _edits_of(tombstone_of(document))
        outcomes = await _write_edits(server, database, edits)
        for outcome in outcomes:
            if isinstance(outcome, DocumentRefused):
                raise outcome
        winner = outcomes[0]
        if tombstone is None:
            if not isinstance(winner, str):
                raise winner
            tombstone = winner
        if all(isinstance(outcome, str) for outcome in outcomes):
            return tombstone
        # Another leaf was written to, which is the document now, and must be deleted too.
        endpoint = document_endpoint(server, database, document["_id"])
        try:
            document = await endpoint._get(conflicts="true")
        except DocumentNotFound:
            return tombstone
    raise RevisionConflict(f"the leaves of {document['_id']!r} in {database} keep changing")


def _edits_of(document: Document) -> list[Document]:
    """One, or for a tombstone one of each leaf."""
    edits = [_without_conflicts(document)]
    if document.get("_deleted"):
        leaf = {"_id": document["_id"], "_deleted": True}
        edits += [{**leaf, "_rev": revision} for revision in document.get("_conflicts", ())]
    return edits


def _outcome_of(outcomes: list[Outcome]) -> Outcome:
    """The outcome for a document with leaves: the first leaf's, unless another failed."""
    failed = (outcome for outcome in outcomes if not isinstance(outcome, str))
    return next(failed, outcomes[0])


async def _write_edits(server: CouchDB, database: str, edits: list[Document]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for some in _batches(edits):
        outcomes += await _write_batch(server, database, some)
    return outcomes


def _batches(edits: list[Document]) -> Iterator[list[tuple[DocumentId, bytes]]]:
    """Ids and texts of the documents of each request."""
    batch: list[tuple[DocumentId, bytes]] = []
    room = 0
    for edit in edits:
        text = encode_json(edit)
        is_alone = "_attachments" in edit
        if batch and (is_alone or len(text) > room):
            yield batch
            batch = []
        room = (room if batch else _MOST_BYTES) - len(text)
        batch.append((edit["_id"], text))
        if is_alone:
            room = 0
    yield batch


async def _write_batch(
    server: CouchDB, database: str, batch: list[tuple[DocumentId, bytes]]
) -> list[Outcome]:
    path = f"{database_endpoint(server, database).endpoint}/_bulk_docs"
    docs = encoded_list(text for _, text in batch)
    reply: HTTPResponse
    try:
        reply, results = await server._post(path, data={"docs": docs})
    except RefusedByCouchDB as error:
        if len(batch) == 1:
            return [_refusal(database, batch[0][0], error)]
        half = len(batch) // 2
        first = await _write_batch(server, database, batch[:half])
        return first + await _write_batch(server, database, batch[half:])
    require_quorum(reply)
    outcomes = items(results, lambda row: _outcome(database, row))
    if len(outcomes) != len(batch):
        raise StoreUnavailable("not an answer of CouchDB: it is not about what was written")
    return outcomes


def _outcome(database: str, row: Json) -> Outcome:
    """The outcome for one document, from a row of CouchDB's reply."""
    if "rev" in row:
        return str(row["rev"])
    document_id, error = row["id"], row["error"]
    if error == "conflict":
        return RevisionConflict(f"{document_id!r} in {database} has changed")
    reason = reason_of(row)
    if error in _FORBIDDEN or is_thrown(row):
        return DocumentRefused(Refusal.FORBIDDEN, database, document_id, reason)
    if error in _INVALID:
        return DocumentRefused(Refusal.INVALID, database, document_id, reason)
    raise StoreUnavailable(f"CouchDB could not write {document_id!r} in {database}: {reason}")


async def _accepts_our_user(server: CouchDB, database: str) -> bool:
    try:
        await database_endpoint(server, database)._get()
    except AccessRefused:
        return False
    return True


def _forbidden(database: str, document: Document, reason: str) -> DocumentRefused:
    return DocumentRefused(Refusal.FORBIDDEN, database, document["_id"], reason)


def _refusal(database: str, document_id: DocumentId, error: RefusedByCouchDB) -> DocumentRefused:
    """The error for a document because of which CouchDB refused a request."""
    why = Refusal.TOO_LARGE if error.status == _TOO_LARGE else Refusal.INVALID
    return DocumentRefused(why, database, document_id, str(error))


def _without_conflicts(document: Document) -> Document:
    """A document as it is sent: `_conflicts` is not part of it."""
    if "_conflicts" not in document:
        return document
    return {name: value for name, value in document.items() if name != "_conflicts"}
