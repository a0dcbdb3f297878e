"""From a row of the embedded store to the document it holds."""

from faxbox_service.documents.json.text import InvalidJson, decode_stored_json
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.base import DocumentRefused, Refusal


def stored_document(
    database: str, document_id: DocumentId, revision: Revision, body: bytes
) -> Document:
    """The document. Raises `DocumentRefused` for one that somebody made unreadable in the file."""
    try:
        return {"_id": document_id, "_rev": revision, **decode_stored_json(body)}
    except InvalidJson as error:
        why = Refusal.UNREADABLE
        raise DocumentRefused(why, database, document_id, str(error)) from error
