"""Changes that lose no update: a document is written at the revision it was read at, or read again.

So two changes of different fields both survive (contract, 4).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from faxbox_service.documents.types import Document, Revision
from faxbox_service.repositories.errors import StaleRevision
from faxbox_service.stores.base import RevisionConflict

from .preconditions import NO_PRECONDITION, Precondition

Read: TypeAlias = Callable[[], Awaitable[Document]]
"""Reads the current document, or raises `BadIdentifier`."""

Change: TypeAlias = Callable[[Document], Awaitable[Document]]
"""What becomes of the document that was read."""

Write: TypeAlias = Callable[[Document], Awaitable[Revision]]
"""Writes it, or deletes it, at the revision it has. Raises `RevisionConflict`."""

_TRIES = 16
_LONGEST_PAUSE = 0.05
_LONGEST = 10.0
"""Seconds after which no new try begins: a client may have given up, and done something else."""


async def optimistic_update(
    read: Read, change: Change, write: Write, precondition: Precondition = NO_PRECONDITION
) -> Document:
    """The document after the change, with its new revision.

    Raises what the functions raise, `PreconditionNotMet`, and `StaleRevision` when others keep
    changing it.
    """
    started = time.monotonic()
    for attempt in range(_TRIES):
        if attempt and time.monotonic() - started > _LONGEST:
            break
        stored = await read()
        precondition.require(stored["_rev"])
        document = await change(stored)
        try:
            revision = await write(document)
        except RevisionConflict:
            await _pause(attempt)
            continue
        return {**document, "_rev": revision}
    raise StaleRevision


async def unchanged(stored: Document) -> Document:
    """The document as it is, to be deleted."""
    return stored


async def _pause(attempt: int) -> None:
    """Let the writer who came first finish; random, so that writers do not keep in step."""
    await asyncio.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.001 * 2**attempt)))
