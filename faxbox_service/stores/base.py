"""What a store must do: the contract that every implementation keeps and `tests/stores` checks.

A store holds named databases of JSON documents. Every document has an `_id` and a `_rev`; a
write states the revision it was made from, and is refused when another write came first.

Database names are unencoded (`account/ab/cd/…`). Document ids are opaque non-empty strings;
every character is allowed, and a store must never let one escape its document (`..`, `/`, `%`).
Ids beginning with `_` name no ordinary document: reading one raises `DocumentNotFound`.

Where stores replicate, a document may have several live leaves: edits that were made independently.
One of them, the winner, is the document; `get`, `get_many`, `documents` and `changes` show the
revisions of the others as `_conflicts`. The embedded store does not replicate and has none.

`errors.py` has the ways to fail, `values.py` what is passed and returned beside documents.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from faxbox_service.documents.types import Document, DocumentId, Revision

from .values import (
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

LARGEST_HISTORY = 16_000_000
"""Bytes of JSON that the revisions of one document may have together, the current one aside."""


class Store(Protocol):
    """Databases of documents. Every method may raise `StoreUnavailable`."""

    @property
    def round_trips(self) -> int:
        """Calls made to the database engine so far, for the benchmarks and metrics."""

    async def open(self) -> StoreVersion:
        """Connect. Raises `StoreUnavailable` with a reason a person can act on."""

    async def close(self) -> None:
        """Finish the writes under way and release every resource. May be called twice."""

    async def create_database(self, database: str) -> bool:
        """Make sure the database and our design documents are there; True when it was new.

        A design document that exists already is left as it is, whatever it contains.
        """

    async def delete_database(self, database: str) -> None:
        """Remove the database with all its documents. Raises `MissingDatabase`."""

    async def get(self, database: str, document_id: DocumentId) -> Document:
        """Read the current revision, with `_id` and `_rev`; attachments as stubs.

        Raises `DocumentNotFound`, `MissingDatabase`, or `DocumentRefused` for what cannot be read.
        """

    async def require_storable(self, database: str, document: Document) -> None:
        """Raise the `DocumentRefused` that `put` raises whatever lies in the database.

        The database engine is not asked: what an operator's function forbids is not known.
        Every store refuses what CouchDB refuses, so that documents can move there later.
        """

    async def put(self, database: str, document: Document) -> Revision:
        """Write a document and return its new revision, once it is durable.

        `document["_id"]` names it. `document["_rev"]` is the revision it was made from; without
        one the document must not exist (it may have been deleted). Attachments given inline
        (`_attachments: {name: {content_type, data: base64}}`) are stored with it, and those given
        as they were read (`stub: true`) are kept. `_conflicts` is ignored. The argument is not
        changed. Raises `RevisionConflict`, `DocumentRefused` or `MissingDatabase`.
        """

    async def delete(
        self,
        database: str,
        document_id: DocumentId,
        revision: Revision,
        leaves: Iterable[Revision] | None = None,
    ) -> Revision:
        """Delete for good: every leaf there is. Returns the revision of the tombstone.

        `leaves` are those beside the winner when it was read (its `_conflicts`); a store that may
        have some asks for them when none are given. Raises `RevisionConflict` when `revision` is
        not the current one, the winner's (then some of the others may be gone), `DocumentNotFound`
        when there is no such document (or `RevisionConflict`, with `leaves`), `DocumentRefused`,
        `MissingDatabase`.
        """

    async def get_revision(
        self, database: str, document_id: DocumentId, revision: Revision
    ) -> Document:
        """Read a former revision, or the current one, as long as the store has it.

        Raises `DocumentNotFound` or `MissingDatabase`.
        """

    async def revisions(self, database: str, document_id: DocumentId) -> list[Document]:
        """Read the revisions that led to the current one and that the store has, newest first.

        CouchDB drops them when it compacts a database, the embedded store when the document is
        deleted for good; at most 100 are returned, and of large ones as many as `LARGEST_HISTORY`
        allows. `_deleted` marks tombstones. Raises `DocumentNotFound`, also for what is deleted
        now, or `MissingDatabase`.
        """

    async def get_many(
        self, database: str, document_ids: Iterable[DocumentId]
    ) -> dict[DocumentId, Document]:
        """Read the current revisions of those that exist, in one round trip, none for no ids.

        Raises `MissingDatabase`, and `DocumentRefused` for one that cannot be read.
        """

    async def put_many(self, database: str, documents: Sequence[Document]) -> list[Outcome]:
        """Write documents in one round trip (more for megabytes of them), each by itself.

        For each its new revision once it is durable, or the error that `put` raises for it.
        `_deleted` makes a tombstone, and ends the leaves that its `_conflicts` name as well: the
        `tombstone_of` what was read ends all there was. A `_rev` must have been read: CouchDB may
        accept one of a document that never existed. Raises `MissingDatabase`.
        """

    async def documents(
        self, database: str, *, after: DocumentId = "", prefix: str = "", limit: int
    ) -> list[Document]:
        """Read documents in the order of their ids' bytes: of that prefix, and behind `after`.

        Documents whose ids begin with `_` are left out. One that cannot be read ends the list
        before it; `DocumentRefused`, which names it, is raised when it would be the first. Raises
        `MissingDatabase`.
        """

    async def get_attachment(self, database: str, document_id: DocumentId, name: str) -> Attachment:
        """Read one attachment. Raises `DocumentNotFound` or `MissingDatabase`."""

    async def view(self, database: str, view: View, rows: ViewRange) -> list[ViewRow]:
        """Read rows of a view, up to date with every write acknowledged before.

        Rows come in key order (CouchDB's collation of types: null, booleans, numbers, strings,
        arrays, objects), equal keys in id order; `descending` reverses both. `TruncatedRows` when
        `most_bytes` ended it. Raises `MissingView` or `MissingDatabase`.
        """

    async def changes(
        self,
        database: str,
        since: UpdateSequence | None,
        *,
        limit: int | None = None,
        include_docs: bool = False,
        wait: float = 0.0,
    ) -> Changes:
        """What changed after a sequence (None: ever), design documents and tombstones included.

        Without any change it waits for one, `wait` seconds at most; `close` ends the wait with a
        `StoreUnavailable`. A sequence that the database does not know, because it was deleted and
        created since, is its beginning. Raises `MissingDatabase`, and `ValueError` for what is not
        a sequence at all.
        """

    async def databases(self, prefix: str, *, after: str = "", limit: int) -> list[str]:
        """Names of databases in the order of their bytes: of that prefix, and behind `after`."""

    async def database_updates(
        self, since: UpdateSequence | None, *, wait: float = 0.0
    ) -> DatabaseUpdates:
        """Which databases changed after a sequence (None: ever); it may name more than did.

        Without any it waits as `changes` does. Raises `MissingDatabase` when the store keeps no
        such record, and `ValueError` for what is not a sequence.
        """

    async def get_local(self, database: str, name: str) -> Document | None:
        """Read a local document, which is never replicated and no view or feed shows.

        None when there is none. Raises `MissingDatabase`.
        """

    async def put_local(self, database: str, name: str, document: Document) -> None:
        """Write a local document over whatever is there: the last writer wins.

        Raises `MissingDatabase`.
        """
