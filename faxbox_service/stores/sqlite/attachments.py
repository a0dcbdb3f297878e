"""Attachments in the embedded store: rows beside their document, stubs inside it."""

import sqlite3
from typing import TypeAlias

from faxbox_service.documents.types import DocumentId, Json
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.values import Attachment

from .edit import Edit, attachment_digest

Stubs: TypeAlias = dict[str, dict[str, Json]]
"""Attachments by name, as a document shows them."""

_STORED_ATTACHMENTS = """
    SELECT name, content_type, generation, digest, length FROM attachments WHERE document = ?
"""

_GET_ATTACHMENT = """
    SELECT a.content_type, a.data
    FROM databases b
    LEFT JOIN documents d ON d.database = b.number AND d.id = ? AND NOT d.deleted
    LEFT JOIN attachments a ON a.document = d.number AND a.name = ?
    WHERE b.name = ?
"""

_ADD_ATTACHMENT = """
    INSERT INTO attachments (document, name, content_type, digest, generation, length, data)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class MissingAttachment(ValueError):
    """The edit is to keep an attachment that the document does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no attachment {name!r} to keep")


def read_attachment(
    connection: sqlite3.Connection, database: str, document_id: DocumentId, name: str
) -> Attachment:
    """One attachment. Raises `DocumentNotFound`, `MissingDatabase`."""
    row = connection.execute(_GET_ATTACHMENT, (document_id, name, database)).fetchone()
    if row is None:
        raise MissingDatabase(database)
    content_type, data = row
    if content_type is None:
        raise DocumentNotFound(f"attachment {name!r} of {document_id!r} in {database}")
    return Attachment(content_type, data)


def stored_stubs(connection: sqlite3.Connection, number: int | None) -> Stubs:
    """Return the stubs of what is stored with a document, given its row number; None: a new one."""
    if number is None:
        return {}
    return {
        name: _stub(*columns)
        for name, *columns in connection.execute(_STORED_ATTACHMENTS, (number,))
    }


def stubs_after(edit: Edit, stored: Stubs, new_generation: int) -> Stubs:
    """Return the stubs that the edited document shows. Raises `MissingAttachment`."""
    stubs: Stubs = {}
    for name, given in edit.attachments.items():
        if given is not None:
            digest = attachment_digest(given.data)
            stubs[name] = _stub(given.content_type, new_generation, digest, len(given.data))
        elif name in stored:
            stubs[name] = stored[name]
        else:
            raise MissingAttachment(name)
    return stubs


def _stub(content_type: str, at_generation: int, digest: str, length: int) -> dict[str, Json]:
    return {
        "content_type": content_type,
        "revpos": at_generation,
        "digest": digest,
        "length": length,
        "stub": True,
    }


def store_attachments(
    connection: sqlite3.Connection, number: int, edit: Edit, stored: Stubs, stubs: Stubs
) -> None:
    """Delete what the edit does not keep, and add what is new."""
    for name in stored:
        if edit.attachments.get(name) is not None or name not in stubs:
            connection.execute(
                "DELETE FROM attachments WHERE document = ? AND name = ?", (number, name)
            )
    for name, given in edit.attachments.items():
        if given is not None:
            connection.execute(_ADD_ATTACHMENT, (number, *_columns(name, stubs[name], given)))


def _columns(name: str, stub: dict[str, Json], attachment: Attachment) -> tuple[Json, ...]:
    described = (stub["content_type"], stub["digest"], stub["revpos"], stub["length"])
    return (name, *described, attachment.data)
