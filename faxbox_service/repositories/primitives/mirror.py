"""Replicas of documents in shared databases: the account's own database is the truth."""

from collections.abc import Callable
from typing import TypeAlias

from faxbox_service.documents.types import Document, DocumentId
from faxbox_service.retry import CONFLICT
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, RevisionConflict

MakeReplica: TypeAlias = Callable[[Document, Document | None], Document]
"""What the replica of a document must be, given the present one, if there is one."""


async def mirror(
    store: Store,
    source: str,
    target: str,
    document_id: DocumentId,
    make: MakeReplica,
    *,
    dry_run: bool = False,
) -> bool:
    """Make the replica in `target` what the document in `source` says now, or delete it.

    Returns whether it was anything else; in a `dry_run` it is left as it is. Idempotent, and safe
    in parallel. Raises `StoreError`.
    """
    for _ in CONFLICT.attempts():
        # The replica is read first, so that the write of a later writer makes ours conflict.
        replica = await _present(store, target, document_id)
        document = await _present(store, source, document_id)
        wanted = None if document is None else make(document, replica)
        if wanted == replica or dry_run:
            return wanted != replica
        try:
            if wanted is not None:
                await store.put(target, wanted)
            elif replica is not None:
                leaves = replica.get("_conflicts", ())
                await store.delete(target, document_id, replica["_rev"], leaves)
        except (RevisionConflict, DocumentNotFound):
            continue
        except MissingDatabase:
            await store.create_database(target)
            continue
        return True
    raise RevisionConflict(f"the replica of {document_id} keeps changing")


async def _present(store: Store, database: str, document_id: DocumentId) -> Document | None:
    try:
        return await store.get(database, document_id)
    except (DocumentNotFound, MissingDatabase):
        return None
