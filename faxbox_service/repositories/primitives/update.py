"""Optimistic updates: a document is written at the revision it was read at, or else read again.

So of two changes of different fields both survive (docs/contract.md, 4).
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from faxbox_service.documents.types import Document, Revision
from faxbox_service.repositories.errors import StaleRevision
from faxbox_service.retry import OPTIMISTIC_UPDATE, RetryPolicy
from faxbox_service.stores.errors import RevisionConflict

from .preconditions import NO_PRECONDITION, Precondition

Read: TypeAlias = Callable[[], Awaitable[Document]]
"""Reads the current document, or raises `BadIdentifier`."""

Change: TypeAlias = Callable[[Document], Awaitable[Document]]
"""What becomes of the document that was read."""

Write: TypeAlias = Callable[[Document], Awaitable[Revision]]
"""Writes it, or deletes it, at the revision it has. Raises `RevisionConflict`."""


async def optimistic_update(
    read: Read,
    change: Change,
    write: Write,
    precondition: Precondition = NO_PRECONDITION,
    *,
    retries: RetryPolicy = OPTIMISTIC_UPDATE,
) -> Document:
    """The document after the change, with its new revision.

    Raises what the functions raise, `PreconditionNotMet`, and `StaleRevision` when others keep
    changing it.
    """
    for attempt in retries.attempts():
        stored = await read()
        precondition.require(stored["_rev"])
        document = await change(stored)
        try:
            revision = await write(document)
        except RevisionConflict:
            await retries.wait_after(attempt)
            continue
        return {**document, "_rev": revision}
    raise StaleRevision


async def unchanged(stored: Document) -> Document:
    """The document as it is, to be deleted."""
    return stored
