"""Refusing documents that no store accepts, before the database engine is asked.

The limits themselves are in `documents/storage_limits.py`.
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

from faxbox_service.documents.storage_limits import (
    TooLarge,
    Unstorable,
    is_surely_within,
    require_within,
    storable_text,
)
from faxbox_service.documents.types import Document, Json

from .errors import DocumentRefused, Refusal

LONGEST_ID = 6000
"""Of a quoted id, in bytes: CouchDB and many proxies refuse a URL of 8 KiB."""

_LARGE = 100_000
"""Bytes of JSON: shorter documents are checked fast enough on the event loop."""

_SPECIAL = ("_id", "_rev", "_attachments", "_deleted", "_conflicts")


@dataclass(frozen=True, slots=True)
class Fields:
    """A document without its special members, and the JSON of that."""

    values: Document
    text: bytes


async def storable_fields(database: str, document: Document, largest: int) -> Fields:
    """The fields of a document that can be stored. Raises `DocumentRefused`.

    CouchDB refuses the same: an id that is empty or begins with `_`, other members that do, what
    `documents/storage_limits.py` says, and more than `largest` bytes.
    """
    document_id: Json = document.get("_id")
    if not is_writable_id(document_id):
        raise refused(database, document_id, f"not an id for a document: {document_id!r:.100}")
    values = document.copy()
    for name in _SPECIAL:
        values.pop(name, None)
    # Searching all names at once takes a third of the time of checking each.
    if "\0_" in "\0".join(("", *values)):
        for name in values:
            if name.startswith("_"):
                reason = f"members beginning with '_' are reserved: {name!r:.100}"
                raise refused(database, document_id, reason)
    try:
        text = storable_text(values)
        if not is_surely_within(text, largest):
            if len(text) < _LARGE:
                require_within(values, largest)
            else:
                await asyncio.to_thread(require_within, values, largest)
    except Unstorable as error:
        why = Refusal.TOO_LARGE if isinstance(error, TooLarge) else Refusal.INVALID
        raise DocumentRefused(why, database, document_id, str(error), error.errors) from None
    return Fields(values, text)


def is_writable_id(document_id: Json) -> bool:
    """Whether this can name an ordinary document (or an attachment): no other exists."""
    if not isinstance(document_id, str) or not document_id or document_id.startswith("_"):
        return False
    if len(document_id) <= LONGEST_ID // 3 and document_id.isascii():
        return True
    try:
        text = document_id.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    # Quoting costs more than reading what is cached.
    return len(text) <= LONGEST_ID // 3 or len(quote(text, safe="")) <= LONGEST_ID


def refused(database: str, document_id: Json, reason: str) -> DocumentRefused:
    """The error for a document that is invalid."""
    return DocumentRefused(Refusal.INVALID, database, str(document_id), reason)
