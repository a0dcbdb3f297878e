"""aiocouch's remote classes, with names quoted so that each stays one segment of the path."""

from functools import lru_cache
from typing import cast
from urllib.parse import quote

from aiocouch import remote
from aiocouch.database import Database
from aiocouch.document import Document as HighDocument

from faxbox_service.documents.types import DocumentId
from faxbox_service.stores.values import View

_LONGEST_CACHED = 128
"""Characters; ids that we generate are shorter, and clients may ask for any."""


def database_endpoint(server: remote.RemoteServer, database: str) -> Database:
    """The methods of a database."""
    # aiocouch's remote classes expect its high-level ones, and use only their remote methods.
    return cast(Database, _Database(server, database))


def document_endpoint(
    server: remote.RemoteServer, database: str, document_id: DocumentId
) -> remote.RemoteDocument:
    """The methods of a document."""
    return _Document(database_endpoint(server, database), document_id)


def design_endpoint(
    server: remote.RemoteServer, database: str, document_id: DocumentId
) -> remote.RemoteDocument:
    """The methods of the design document whose id is `_design/…`."""
    return _DesignDocument(database_endpoint(server, database), document_id)


def attachment_endpoint(
    server: remote.RemoteServer, database: str, document_id: DocumentId, name: str
) -> remote.RemoteAttachment:
    """The methods of an attachment."""
    document = document_endpoint(server, database, document_id)
    return _Attachment(cast(HighDocument, document), name)


def view_endpoint(server: remote.RemoteServer, database: str, view: View) -> remote.RemoteView:
    """The methods of a view."""
    return remote.RemoteView(database_endpoint(server, database), view.design, view.name)


class _Database(remote.RemoteDatabase):
    """A database whose name is quoted as ids are."""

    @property
    def endpoint(self) -> str:
        return f"/{_segment(self.id)}"


class _Document(remote.RemoteDocument):
    """A document whose id, whatever it is, stays one segment of the path."""

    @property
    def endpoint(self) -> str:
        return f"{self._database.endpoint}/{_segment(self.id)}"


class _DesignDocument(remote.RemoteDocument):
    """A design document, with the slash in its id that aiocouch would quote."""

    @property
    def endpoint(self) -> str:
        return f"{self._database.endpoint}/_design/{_segment(self.id.removeprefix('_design/'))}"


class _Attachment(remote.RemoteAttachment):
    """An attachment whose name, whatever it is, stays one segment of the path."""

    @property
    def endpoint(self) -> str:
        return f"{self._document.endpoint}/{_segment(self.id)}"


def _segment(text: str) -> str:
    return _short_segment(text) if len(text) <= _LONGEST_CACHED else _quoted(text)


def _quoted(text: str) -> str:
    # `quote` keeps dots, and a segment of one or two would name a parent.
    return quote(text, safe="") if text.strip(".") else "%2E" * len(text)


# Quoting costs as much as decoding the reply.
_short_segment = lru_cache(maxsize=4096)(_quoted)
