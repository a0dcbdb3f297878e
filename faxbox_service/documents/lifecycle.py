"""What documents of every type go through: created, replaced, patched, deleted, restored, shown.

See docs/reference/data-model.md, 2.4 and 3; docs/contract.md, 1 and 7.
"""

from collections.abc import Sequence

from faxbox_service.documents.merge import merge_patch
from faxbox_service.documents.names import encoded_account_database
from faxbox_service.documents.private_fields import is_soft_deleted, private_fields, public_fields
from faxbox_service.documents.types import AccountId, Document, DocumentId

_IN_HISTORY = ("pvt_modified", "pvt_auth_account_id", "pvt_auth_user_id")


def new_document(
    document_type: str, document_id: DocumentId, account_id: AccountId, fields: Document
) -> Document:
    """The document of something new, not yet stamped."""
    return {
        "_id": document_id,
        **fields,
        "pvt_type": document_type,
        "pvt_account_id": account_id,
        "pvt_account_db": encoded_account_database(account_id),
    }


def client_fields(data: Document) -> Document:
    """What of a request's `data` may become part of a document: no private names, and no `id`."""
    fields = public_fields(data)
    fields.pop("id", None)
    return fields


def replaced_document(stored: Document, fields: Document) -> Document:
    """The stored document with other public fields (POST: `crossbar_doc:load_merge`)."""
    return {**fields, **private_fields(stored)}


def patched_fields(stored: Document, changes: Document) -> Document:
    """The public fields after a PATCH, to be validated (docs/contract.md, 1)."""
    return merge_patch(public_fields(stored), changes)


def soft_deleted_document(stored: Document) -> Document:
    """The whole document, hidden."""
    return {**stored, "pvt_deleted": True}


def restored_document(stored: Document) -> Document:
    """The document as it was before the soft deletion."""
    return {name: value for name, value in stored.items() if name != "pvt_deleted"}


def is_visible(document: Document, document_type: str) -> bool:
    """Whether this is a document of that type that clients may see."""
    return document.get("pvt_type") == document_type and not is_soft_deleted(document)


def document_response(document: Document) -> Document:
    """A document as replies show it: public fields and `id` (docs/contract.md, 2)."""
    return {**public_fields(document), "id": document["_id"]}


def deletion_response(document: Document) -> Document:
    """A deleted document as the reply to its DELETE shows it (docs/reference/wire.md, 4.2)."""
    return {**document_response(document), "_read_only": {"deleted": True}}


def revisions_info(revisions: Sequence[Document], document_type: str) -> list[Document]:
    """The revisions of a document, newest first: CouchDB's `_revs_info`, with times and authors."""
    return [_revision_info(revision, document_type) for revision in revisions]


def _revision_info(revision: Document, document_type: str) -> Document:
    info = {"rev": revision["_rev"], "status": "available"}
    info |= {name: revision[name] for name in _IN_HISTORY if name in revision}
    return info if is_visible(revision, document_type) else {**info, "deleted": True}
