"""Writing one document to CouchDB, and telling for whose sake it refuses."""

from aiocouch.remote import HTTPResponse

from faxbox_service.documents.types import Document, DocumentId, Json
from faxbox_service.stores.base import DocumentRefused, Refusal

from .client import AccessRefused, CouchDB, RefusedByCouchDB, ThrownByFunction
from .endpoints import database_endpoint, document_endpoint

_TOO_LARGE = 413


async def put_document(
    server: CouchDB, database: str, document: Document
) -> tuple[HTTPResponse, Json]:
    """Send a document. Raises `DocumentRefused` where it is for the document's sake."""
    endpoint = document_endpoint(server, database, document["_id"])
    try:
        return await endpoint._put(without_conflicts(document))
    except RefusedByCouchDB as error:
        raise refusal(database, document["_id"], error) from error
    except ThrownByFunction as error:
        raise _forbidden(database, document, error.reason) from error
    except AccessRefused as error:
        # An operator's function refuses with the same statuses as CouchDB does strangers.
        if error.reason is None or not await _lets_us_in(server, database):
            raise
        raise _forbidden(database, document, error.reason) from error


async def _lets_us_in(server: CouchDB, database: str) -> bool:
    try:
        await database_endpoint(server, database)._get()
    except AccessRefused:
        return False
    return True


def _forbidden(database: str, document: Document, reason: str) -> DocumentRefused:
    return DocumentRefused(Refusal.FORBIDDEN, database, document["_id"], reason)


def refusal(database: str, document_id: DocumentId, error: RefusedByCouchDB) -> DocumentRefused:
    """What it means that CouchDB refused a request for the sake of a document."""
    why = Refusal.TOO_LARGE if error.status == _TOO_LARGE else Refusal.INVALID
    return DocumentRefused(why, database, document_id, str(error))


def without_conflicts(document: Document) -> Document:
    """A document as it is sent: which leaves it had beside it says nothing about it."""
    if "_conflicts" not in document:
        return document
    return {name: value for name, value in document.items() if name != "_conflicts"}
