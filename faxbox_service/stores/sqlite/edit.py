"""A document to be written, taken apart, and the revision that an edit gets.

Pure: everything about a put that can be checked without looking into the database. Revisions look
like CouchDB's, `<generation>-<32 hex>`, and are a function of the edit: the same edit of the same
revision gives the same revision here and in every other copy, so that two stores that apply it
agree without a conflict (CouchDB: `couch_db:new_revid`).
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from faxbox_service.documents.json.text import canonical_json, encode_json
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.stores.values import Attachment
from faxbox_service.stores.write_checks import Fields, is_writable_id, refused

EMPTY_BODY = b"{}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One put.

    `fields` are the document without its special members, and `body` is their JSON; `attachments`
    has None where the current attachment of that name is to be kept.
    """

    id: DocumentId
    base: Revision | None
    deleted: bool
    body: bytes
    fields: Document
    attachments: Mapping[str, Attachment | None]

    def content(self) -> bytes:
        """The digest of its fields, which for long ones takes too long for the event loop."""
        return content_digest(self.fields, self.body)


def edit_of(database: str, document: Document, fields: Fields) -> Edit:
    """Take a document apart, given what of it can be stored.

    Raises `DocumentRefused` for attachments that CouchDB refuses as well.
    """
    deleted = document.get("_deleted") is True
    try:
        # A tombstone keeps no attachments.
        attachments = {} if deleted else _attachments_of(document.get("_attachments") or {})
    except ValueError as error:
        raise refused(database, document["_id"], str(error)) from None
    return Edit(
        id=document["_id"],
        base=document.get("_rev"),
        deleted=deleted,
        body=fields.text,
        fields=fields.values,
        attachments=attachments,
    )


def content_digest(fields: Document, text: bytes | None = None) -> bytes:
    """Return 16 bytes that depend on the fields and not on their order.

    `text` is their JSON text, if it is known.
    """
    return _md5(canonical_json(fields, text))


def next_revision(
    parent: Revision | None,
    content: bytes,
    *,
    deleted: bool,
    attachments: Mapping[str, str],
) -> Revision:
    """Return the revision of an edit of `parent` (None: the first one).

    `content` is the edit's `content_digest`; `attachments` maps names to their digests.
    """
    edit = canonical_json([parent, deleted, content, attachments])
    return f"{generation(parent) + 1}-{_md5(edit).hex()}"


def generation(revision: Revision | None) -> int:
    """Return how many edits led to a revision; 0 before the first."""
    return int(revision.partition("-")[0]) if revision else 0


def with_stubs(body: bytes, stubs: Mapping[str, Json]) -> bytes:
    """Add `_attachments` to the JSON of a body."""
    if not stubs:
        return body
    separator = b"" if body == EMPTY_BODY else b","
    return b'%b%b"_attachments":%b}' % (body[:-1], separator, encode_json(stubs))


def attachment_digest(data: bytes) -> str:
    """Return the digest that a stub shows: `md5-` and base64."""
    return "md5-" + base64.b64encode(_md5(data)).decode()


def _attachments_of(attachments: Json) -> dict[str, Attachment | None]:
    if not isinstance(attachments, dict):
        raise ValueError("_attachments is not an object")
    return {name: _attachment_of(name, given) for name, given in attachments.items()}


def _attachment_of(name: str, given: Json) -> Attachment | None:
    if not is_writable_id(name):
        raise ValueError(f"not a name for an attachment: {name!r}")
    if not isinstance(given, dict):
        raise ValueError(f"attachment {name!r} is not an object")
    if given.get("stub") is True:
        return None
    try:
        data = base64.b64decode(given["data"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"attachment {name!r} has no base64 data") from error
    return Attachment(str(given.get("content_type", "application/octet-stream")), data)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
