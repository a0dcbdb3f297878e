"""The store in CouchDB, one node or a cluster: one request for every call."""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import cast
from urllib.parse import quote

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.storage_limits import LARGEST_DOCUMENT
from faxbox_service.documents.types import Document, DocumentId, Revision
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    RevisionConflict,
    StoreUnavailable,
)
from faxbox_service.stores.url import ServerUrl
from faxbox_service.stores.values import (
    Attachment,
    Changes,
    DatabaseUpdates,
    Outcome,
    StoreVersion,
    UpdateSequence,
    View,
    ViewRange,
    ViewRow,
)
from faxbox_service.stores.write_checks import is_writable_id, storable_fields

from .client import CouchDB, RefusedByCouchDB, UnreadableReply
from .document_locks import DocumentLocks
from .endpoints import attachment_endpoint, database_endpoint, document_endpoint
from .feeds import read_changes, read_updates
from .quorum import is_by_quorum, revert
from .reads import all_documents, read_apart, read_page, read_revisions, unreadable
from .replies import document_of_row, items, member
from .views import DesignDocuments
from .writes import delete_leaves, put_document, write_documents

_DATABASE_EXISTS = 412

# For other texts CouchDB may report a conflict, and a long one does not fit into a URL.
_REVISION = re.compile(r"[0-9]{1,10}-[0-9a-f]{1,64}")

_LAST_CHARACTER = chr(0x10FFFF)


class CouchStore:
    """A `Store` in a CouchDB server.

    A call waits `timeout` seconds at most, the wait for one of `pool_size` connections
    included. Documents may have `largest_document` bytes, as CouchDB's `max_document_size` counts
    them. Use it in the event loop that opened it.
    """

    def __init__(
        self,
        url: ServerUrl,
        *,
        timeout: float = 10.0,
        pool_size: int = 100,
        largest_document: int = LARGEST_DOCUMENT,
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._pool_size = pool_size
        self._largest_document = largest_document
        self._server: CouchDB | None = None
        self._locks: DocumentLocks | None = None
        self._design_documents = DesignDocuments()

    @property
    def round_trips(self) -> int:
        """Requests sent so far."""
        return 0 if self._server is None else self._server.requests

    async def open(self) -> StoreVersion:
        """Connect, and check that CouchDB is up and accepts our user."""
        await self.close()
        sent_before = self.round_trips
        server = CouchDB(self._url, timeout=self._timeout, pool_size=self._pool_size)
        server.requests = sent_before
        self._server = server
        self._locks = DocumentLocks(self._url.address)
        try:
            version = member(await server._info(), "version")
        except BaseException:
            await server.close()
            raise
        return StoreVersion("couchdb", str(version))

    async def close(self) -> None:
        """Finish the writes under way and close the connections."""
        if self._server is not None:
            await self._server.close()
        if self._locks is not None:
            self._locks.close()

    async def create_database(self, database: str) -> bool:
        """Make sure the database and our design documents are there."""
        try:
            await database_endpoint(self._opened(), database)._put()
        except RefusedByCouchDB as error:
            if error.status != _DATABASE_EXISTS:
                raise
            created = False
        else:
            created = True
        await self._design_documents.install(self._opened(), database)
        return created

    async def delete_database(self, database: str) -> None:
        """Remove the database with all its documents."""
        await database_endpoint(self._opened(), database)._delete()
        self._design_documents.forget(database)

    async def get(self, database: str, document_id: DocumentId) -> Document:
        """Read the current revision."""
        return await self._get(database, document_id)

    async def require_storable(self, database: str, document: Document) -> None:
        """Raise the `DocumentRefused` that CouchDB need not be asked for."""
        await storable_fields(database, document, self._largest_document)

    async def put(self, database: str, document: Document) -> Revision:
        """Write a document."""
        await self.require_storable(database, document)
        document_id = document["_id"]
        endpoint = document_endpoint(self._opened(), database, document_id)
        async with self._lock(database, document_id):
            response, reply = await put_document(self._opened(), database, document)
            revision = str(member(reply, "rev"))
            if not is_by_quorum(response):
                await revert(endpoint, response, revision)
        return revision

    async def delete(
        self,
        database: str,
        document_id: DocumentId,
        revision: Revision,
        leaves: Iterable[Revision] | None = None,
    ) -> Revision:
        """Delete for good: all leaves with one request."""
        if not is_writable_id(document_id):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        async with self._lock(database, document_id):
            if leaves is None:
                present = await self._get(database, document_id)
                if present["_rev"] != revision:
                    raise RevisionConflict(f"{document_id!r} in {database} is not at {revision}")
                leaves = present.get("_conflicts", ())
            read = {"_id": document_id, "_rev": revision, "_conflicts": list(leaves)}
            return await delete_leaves(self._opened(), database, read)

    async def get_revision(
        self, database: str, document_id: DocumentId, revision: Revision
    ) -> Document:
        """Read a revision."""
        if _REVISION.fullmatch(revision):
            document = await self._get(database, document_id, rev=revision)
            if document.get("_rev") == revision:
                return document
        raise DocumentNotFound(f"{document_id!r} in {database} at {revision!r}")

    async def revisions(self, database: str, document_id: DocumentId) -> list[Document]:
        """Ask which revisions exist, and then for some of them at a time."""
        document = await self._get(database, document_id, revs_info="true")
        try:
            return await read_revisions(self._opened(), database, document)
        except UnreadableReply as error:
            raise unreadable(database, document_id, error) from error

    async def get_many(
        self, database: str, document_ids: Iterable[DocumentId]
    ) -> dict[DocumentId, Document]:
        """Read the current revisions of those that exist."""
        wanted = [id for id in dict.fromkeys(document_ids) if is_writable_id(id)]
        if not wanted:
            return {}
        try:
            rows = await all_documents(self._opened(), database, {"keys": wanted})
        except UnreadableReply:
            readable, errors = await read_apart(self._opened(), database, wanted)
            for error in errors.values():
                raise error from None
            return readable
        found = filter(None, items(rows, document_of_row))
        return {document["_id"]: document for document in found}

    async def put_many(self, database: str, documents: Sequence[Document]) -> list[Outcome]:
        """Write documents with one request, each accepted or refused by itself."""
        refused = [await self._refusal(database, document) for document in documents]
        storable = [
            document for document, error in zip(documents, refused, strict=True) if error is None
        ]
        written: list[Outcome] = []
        if storable:
            async with self._lock(database, *(document["_id"] for document in storable)):
                written = await write_documents(self._opened(), database, storable)
        outcomes = iter(written)
        return [error if error is not None else next(outcomes) for error in refused]

    async def documents(
        self, database: str, *, after: DocumentId = "", prefix: str = "", limit: int
    ) -> list[Document]:
        """Read documents in the order of their ids."""
        return await read_page(self._opened(), database, after, prefix, limit)

    async def get_attachment(self, database: str, document_id: DocumentId, name: str) -> Attachment:
        """Read one attachment."""
        if not (is_writable_id(document_id) and is_writable_id(name)):
            raise DocumentNotFound(f"attachment {name!r} of {document_id!r} in {database}")
        server = self._opened()
        # aiocouch's own method assumes that the reply has a type.
        path = attachment_endpoint(server, database, document_id, name).endpoint
        reply, data = await server._get_bytes(path)
        content_type = reply.headers.get("Content-Type", "application/octet-stream")
        return Attachment(content_type, cast(bytes, data))

    async def view(self, database: str, view: View, rows: ViewRange) -> list[ViewRow]:
        """Read rows of a view, installing our design documents where they are missing."""
        return await self._design_documents.read_rows(self._opened(), database, view, rows)

    async def changes(
        self,
        database: str,
        since: UpdateSequence | None,
        *,
        limit: int | None = None,
        include_docs: bool = False,
        wait: float = 0.0,
    ) -> Changes:
        """What changed after a sequence; CouchDB itself does the waiting."""
        return await read_changes(
            self._opened(), database, since, limit=limit, include_docs=include_docs, wait=wait
        )

    async def databases(self, prefix: str, *, after: str = "", limit: int) -> list[str]:
        """Names of databases in their order."""
        first, last = max(after, prefix), prefix + _LAST_CHARACTER
        params = {"start_key": first, "end_key": last, "limit": limit + 1}
        _, names = await self._opened()._get(
            "/_all_dbs",
            params={name: encode_json(value).decode() for name, value in params.items()},
        )
        # PouchDB's server returns all names.
        found = sorted(
            name for name in items(names, str) if name.startswith(prefix) and name > after
        )
        return found[:limit]

    async def database_updates(
        self, since: UpdateSequence | None, *, wait: float = 0.0
    ) -> DatabaseUpdates:
        """Which databases changed after a sequence."""
        return await read_updates(self._opened(), since, wait)

    async def get_local(self, database: str, name: str) -> Document | None:
        """Read a local document."""
        try:
            _, document = await self._opened()._get(self._local_path(database, name))
        except DocumentNotFound:
            return None
        fields: Document = cast(Document, document)
        return {key: value for key, value in fields.items() if not key.startswith("_")}

    async def put_local(self, database: str, name: str, document: Document) -> None:
        """Write a local document."""
        path = self._local_path(database, name)
        try:
            await self._opened()._put(path, data=document)
        except RevisionConflict:
            # CouchDB checks no revision of one; PouchDB's server does.
            _, present = await self._opened()._get(path)
            await self._opened()._put(path, data={**document, "_rev": member(present, "_rev")})

    async def _get(self, database: str, document_id: DocumentId, **params: str) -> Document:
        if not is_writable_id(document_id):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        endpoint = document_endpoint(self._opened(), database, document_id)
        try:
            document: Document = await endpoint._get(conflicts="true", **params)
        except UnreadableReply as error:
            raise unreadable(database, document_id, error) from error
        if member(document, "_id") != document_id:
            raise StoreUnavailable(f"CouchDB answers with another document than {document_id!r}")
        return document

    async def _refusal(self, database: str, document: Document) -> DocumentRefused | None:
        try:
            await self.require_storable(database, document)
        except DocumentRefused as error:
            return error
        return None

    def _local_path(self, database: str, name: str) -> str:
        return f"{database_endpoint(self._opened(), database).endpoint}/_local/{quote(name)}"

    def _lock(self, database: str, *document_ids: DocumentId) -> AbstractAsyncContextManager[None]:
        if self._locks is None:
            raise StoreUnavailable(f"CouchDB at {self._url.address}: not open")
        return self._locks.hold(database, document_ids)

    def _opened(self) -> CouchDB:
        if self._server is None:
            raise StoreUnavailable(f"CouchDB at {self._url.address}: not open")
        return self._server
