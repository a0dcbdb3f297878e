"""The parts of CouchDB's replies; a reply without them is not one of CouchDB."""

from collections.abc import Callable
from typing import TypeVar

from faxbox_service.documents.types import Document, Json, Revision
from faxbox_service.stores.errors import StoreUnavailable
from faxbox_service.stores.values import Change, DecodedRow, ViewRow

_T = TypeVar("_T")


def member(reply: Json, name: str) -> Json:
    """A member that CouchDB's reply always has. Raises `StoreUnavailable`."""
    try:
        return reply[name]
    except (KeyError, TypeError) as error:
        raise StoreUnavailable(f"not an answer of CouchDB: it has no {name}") from error


def items(reply: Json, read: Callable[[Json], _T]) -> list[_T]:
    """What `read` makes of each item of a list. Raises `StoreUnavailable`."""
    try:
        return [read(item) for item in reply]
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise StoreUnavailable(f"not an answer of CouchDB: {error!r} in an item") from error


def view_row(row: Json) -> ViewRow:
    """A row of a view."""
    document = row.get("doc")
    revision = None if document is None else document["_rev"]
    return DecodedRow(row["id"], row["key"], row["value"], revision, document)


def change(row: Json) -> Change:
    """A row of `_changes`."""
    is_deleted = row.get("deleted", False)
    document = None if is_deleted else row.get("doc")
    return Change(row["id"], row["changes"][0]["rev"], is_deleted, document)


def document_of_row(row: Json) -> Document | None:
    """The document of a row of `_all_docs`; None where it does not exist or was deleted."""
    document: Document | None = None if "error" in row else row.get("doc")
    return document


def available_revision(row: Json) -> Revision | None:
    """The revision of an item of `_revs_info`, None when CouchDB has only its name."""
    return row["rev"] if row["status"] in ("available", "deleted") else None


def bulk_get_result(row: Json) -> Document | None:
    """The document of an item of `_bulk_get`; None when CouchDB no longer has it."""
    document: Document | None = row["docs"][0].get("ok")
    return document


def update(row: Json) -> str:
    """The database of a row of `_db_updates`."""
    name: str = row["db_name"]
    return name
