"""The embedded store: every database in one SQLite file, nothing else to run.

Reads happen at once on the event loop's thread, where a point read costs less than handing it
to another thread; writes go to the writer's thread, and are durable when acknowledged. Several
processes may use one file, and each sees what any of them has acknowledged.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from faxbox_service.documents.json.text import decode_stored_json
from faxbox_service.documents.storage_limits import LARGEST_DOCUMENT
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    MissingDatabase,
    MissingView,
    StoreUnavailable,
)
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

from . import mutations
from .attachments import read_attachment
from .connection import Reader, connect_writer, create_file, unavailable
from .edit import Edit, edit_of
from .feeds import read_changes, read_updates
from .history import read_revision, read_revisions
from .read_cache import ReadCache
from .schema import migrate, stored_document
from .view_index import ViewIndex
from .writer import Write, Writer

_T = TypeVar("_T")

_POLL_SECONDS = 0.1

_DOCUMENTS = """
    SELECT id, revision, body FROM documents
    WHERE database = (SELECT number FROM databases WHERE name = ?)
      AND id > ? AND id BETWEEN ? AND ? AND NOT deleted
    ORDER BY id LIMIT ?
"""

_DATABASES = (
    "SELECT name FROM databases WHERE name > ? AND name BETWEEN ? AND ? ORDER BY name LIMIT ?"
)

_LAST_CHARACTER = chr(0x10FFFF)

_GET_LOCAL = """
    SELECT l.body FROM databases b
    LEFT JOIN local_documents l ON l.database = b.number AND l.name = ?
    WHERE b.name = ?
"""


class SqliteStore:
    """A `Store` in the file at `path`, which `open` creates when it is missing.

    A write that other processes hold up for `busy_timeout` seconds raises `StoreUnavailable`.
    Documents may have `largest_document` bytes. `index` has the views, `cache` what was read since
    the latest commit; the defaults are the views of this version and the usual sizes. Open the
    store after forking, and use it in the event loop that opened it.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout: float = 5.0,
        largest_document: int = LARGEST_DOCUMENT,
        index: ViewIndex | None = None,
        cache: ReadCache | None = None,
    ) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._largest_document = largest_document
        self._index = ViewIndex() if index is None else index
        self._cache = ReadCache() if cache is None else cache
        self._reader = Reader(path, self._cache.end_transaction)
        self._writer: Writer | None = None
        self._round_trips = 0

    @property
    def round_trips(self) -> int:
        """Calls so far; a write that shared its commit counts as one as well."""
        return self._round_trips

    async def open(self) -> StoreVersion:
        """Open or create the file, migrate it, and bring its views up to date."""
        try:
            connection = await asyncio.to_thread(self._connect)
            self._writer = Writer(connection, self._path, self._busy_timeout)
            await self._writer.submit(self._prepare)
            self._cache.expect_new_connection()
            self._reader.open()
        except (sqlite3.Error, OSError) as error:
            await self.close()
            raise unavailable(self._path, error) from error
        except BaseException:
            await self.close()
            raise
        return StoreVersion("sqlite", sqlite3.sqlite_version)

    async def close(self) -> None:
        """Finish the writes under way, fold the log into the file, and close it."""
        self._reader.close()
        if self._writer is not None:
            await self._writer.stop()

    async def create_database(self, database: str) -> bool:
        """Make sure the database exists; its views need no installing."""
        return await self._write(partial(mutations.create_database, name=database))

    async def delete_database(self, database: str) -> None:
        """Remove the database with its documents, attachments and view rows."""
        await self._write(partial(mutations.delete_database, name=database))

    async def get(self, database: str, document_id: DocumentId) -> Document:
        """Read the current revision."""
        if not is_writable_id(document_id):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        self._round_trips += 1
        try:
            stored = self._cache.document(self._reader.snapshot(), database, document_id)
        except sqlite3.Error as error:
            raise unavailable(self._path, error) from error
        if stored is None:
            raise MissingDatabase(database)
        if stored[1] is None:
            raise DocumentNotFound(f"{document_id!r} in {database}")
        return stored_document(database, document_id, *stored)

    async def require_storable(self, database: str, document: Document) -> None:
        """Raise the `DocumentRefused` that `put` raises."""
        await storable_fields(database, document, self._largest_document)

    async def put(self, database: str, document: Document) -> Revision:
        """Write a document."""
        edit = await self._edit_of(database, document)
        return await self._write(
            partial(mutations.put, index=self._index, database=database, edit=edit)
        )

    async def delete(
        self,
        database: str,
        document_id: DocumentId,
        revision: Revision,
        leaves: Iterable[Revision] | None = None,
    ) -> Revision:
        """Delete for good; there is one leaf."""
        if not is_writable_id(document_id):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        return await self._write(
            partial(
                mutations.delete,
                index=self._index,
                database=database,
                document_id=document_id,
                revision=revision,
            )
        )

    async def get_revision(
        self, database: str, document_id: DocumentId, revision: Revision
    ) -> Document:
        """Read a revision."""
        if not (is_writable_id(document_id) and is_writable_id(revision)):
            raise DocumentNotFound(f"{document_id!r} in {database} at {revision!r}")
        return self._read(
            partial(read_revision, database=database, document_id=document_id, revision=revision)
        )

    async def revisions(self, database: str, document_id: DocumentId) -> list[Document]:
        """Read the revisions that are kept."""
        if not is_writable_id(document_id):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        return self._read(partial(read_revisions, database=database, document_id=document_id))

    async def get_many(
        self, database: str, document_ids: Iterable[DocumentId]
    ) -> dict[DocumentId, Document]:
        """Read the current revisions of those that exist."""
        wanted = [id for id in dict.fromkeys(document_ids) if is_writable_id(id)]
        if not wanted:
            return {}
        stored = self._read(
            lambda reader: [(id, self._cache.document(reader, database, id)) for id in wanted]
        )
        found = [(id, row) for id, row in stored if row is not None]
        if not found:
            raise MissingDatabase(database)
        return {id: stored_document(database, id, *row) for id, row in found if row[1] is not None}

    async def put_many(self, database: str, documents: Sequence[Document]) -> list[Outcome]:
        """Write documents, all in one transaction, each accepted or refused by itself."""
        if not documents:
            return []
        edits = [await self._edit_or_refusal(database, document) for document in documents]
        return await self._write(
            partial(mutations.put_many, index=self._index, database=database, edits=edits)
        )

    async def documents(
        self, database: str, *, after: DocumentId = "", prefix: str = "", limit: int
    ) -> list[Document]:
        """Read documents in the order of their ids."""
        last = prefix + _LAST_CHARACTER
        rows = self._rows(_DOCUMENTS, (database, after, prefix, last, limit))
        if not rows and not self._has_database(self._reader.snapshot(), database):
            raise MissingDatabase(database)
        documents: list[Document] = []
        for row in rows:
            try:
                documents.append(stored_document(database, *row))
            except DocumentRefused:
                if not documents:
                    raise
                break
        return documents

    async def get_attachment(self, database: str, document_id: DocumentId, name: str) -> Attachment:
        """Read one attachment."""
        if not (is_writable_id(document_id) and is_writable_id(name)):
            raise DocumentNotFound(f"{document_id!r} in {database}")
        return self._read(
            partial(read_attachment, database=database, document_id=document_id, name=name)
        )

    async def view(self, database: str, view: View, rows: ViewRange) -> list[ViewRow]:
        """Read rows of a view."""
        self._round_trips += 1
        try:
            reader = self._reader.snapshot()
            if self._index.has(database, view):
                found = self._cache.view_rows(self._index, reader, database, view, rows)
                if found or self._has_database(reader, database):
                    return found
            elif self._has_database(reader, database):
                raise MissingView(f"{database} has no view {view.design}/{view.name}")
        except sqlite3.Error as error:
            raise unavailable(self._path, error) from error
        raise MissingDatabase(database)

    async def changes(
        self,
        database: str,
        since: UpdateSequence | None,
        *,
        limit: int | None = None,
        include_docs: bool = False,
        wait: float = 0.0,
    ) -> Changes:
        """What changed after a sequence; it waits by polling."""
        read = partial(read_changes, database=database, limit=limit, include_docs=include_docs)
        deadline = time.monotonic() + wait
        while True:
            found = self._read(partial(read, since=since))
            left = deadline - time.monotonic()
            if found.changes or left <= 0:
                return found
            since = found.last_sequence
            # Other processes write too, and only the file shows it.
            await asyncio.sleep(min(_POLL_SECONDS, left))

    async def databases(self, prefix: str, *, after: str = "", limit: int) -> list[str]:
        """Names of databases in their order."""
        bounds = (after, prefix, prefix + _LAST_CHARACTER, limit)
        return [name for (name,) in self._rows(_DATABASES, bounds)]

    async def database_updates(
        self, since: UpdateSequence | None, *, wait: float = 0.0
    ) -> DatabaseUpdates:
        """Which databases changed after a sequence; it waits by polling."""
        deadline = time.monotonic() + wait
        while True:
            found = self._read(partial(read_updates, since=since))
            left = deadline - time.monotonic()
            if found.databases or left <= 0:
                return found
            since = found.last_sequence
            await asyncio.sleep(min(_POLL_SECONDS, left))

    async def get_local(self, database: str, name: str) -> Document | None:
        """Read a local document."""
        rows = self._rows(_GET_LOCAL, (name, database))
        if not rows:
            raise MissingDatabase(database)
        ((body,),) = rows
        document: Document | None = None if body is None else decode_stored_json(body)
        return document

    async def put_local(self, database: str, name: str, document: Document) -> None:
        """Write a local document."""
        await self._write(
            partial(mutations.put_local, database=database, name=name, document=document)
        )

    async def _edit_of(self, database: str, document: Document) -> Edit:
        fields = await storable_fields(database, document, self._largest_document)
        return edit_of(database, document, fields)

    async def _edit_or_refusal(self, database: str, document: Document) -> Edit | DocumentRefused:
        try:
            return await self._edit_of(database, document)
        except DocumentRefused as error:
            return error

    async def _write(self, write: Write[_T]) -> _T:
        self._round_trips += 1
        if self._writer is None:
            raise StoreUnavailable(f"sqlite store {self._path}: not open")
        return await self._writer.submit(write)

    def _read(self, read: Callable[[sqlite3.Connection], _T]) -> _T:
        self._round_trips += 1
        return self._reader.read(read)

    def _rows(self, query: str, parameters: tuple[str | int, ...]) -> list[tuple[Json, ...]]:
        return self._read(lambda reader: reader.execute(query, parameters).fetchall())

    @staticmethod
    def _has_database(reader: sqlite3.Connection, database: str) -> bool:
        query = "SELECT 1 FROM databases WHERE name = ?"
        return bool(reader.execute(query, (database,)).fetchall())

    def _connect(self) -> sqlite3.Connection:
        create_file(self._path)
        return connect_writer(self._path, self._busy_timeout)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        migrate(connection)
        self._index.rebuild_when_outdated(connection)
