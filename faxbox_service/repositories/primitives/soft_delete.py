"""Soft deletion of a document in conflict: its other leaves are hidden as well.

A leaf that stayed as it is would be the document, and visible, as soon as the hidden one is gone.
"""

from contextlib import suppress

from faxbox_service.documents.private_fields import is_soft_deleted
from faxbox_service.documents.types import Document, Revision
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound


async def put_with_leaves(store: Store, database: str, document: Document) -> Revision:
    """Write a document that was read and changed. Raises as `Store.put`."""
    others = document.get("_conflicts", ())
    if not others or not is_soft_deleted(document):
        return await store.put(database, document)
    hidden = [document]
    for revision in others:
        # A leaf that is gone needs no hiding.
        with suppress(DocumentNotFound):
            leaf = await store.get_revision(database, document["_id"], revision)
            hidden.append({**leaf, "pvt_deleted": True})
    # A leaf that is changed meanwhile stays; the reconciler reports documents in conflict.
    outcome = (await store.put_many(database, hidden))[0]
    if isinstance(outcome, str):
        return outcome
    raise outcome
