"""What stores take and return, beside documents."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from faxbox_service.documents.types import Document, DocumentId, Json, Revision

from .errors import DocumentRefused, RevisionConflict

Outcome: TypeAlias = Revision | RevisionConflict | DocumentRefused
"""The result for one document of many: its new revision, or what `put` raises for it."""


class _Unset:
    """The type of `UNSET`: no key given, which differs from the key `null`."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()


@dataclass(frozen=True, slots=True)
class View:
    """A view by the names in its URL: `_design/{design}/_view/{name}`."""

    design: str
    name: str


@dataclass(frozen=True, slots=True)
class ViewRange:
    """Which rows of a view, in which order, by CouchDB's parameters.

    `start_key` and `end_key` are inclusive and in the direction of travel. With `key`, only rows
    of exactly that key. `most_bytes` ends a view with a limit and documents early: `TruncatedRows`.
    """

    key: Json | _Unset = UNSET
    start_key: Json | _Unset = UNSET
    end_key: Json | _Unset = UNSET
    descending: bool = False
    limit: int | None = None
    include_docs: bool = False
    most_bytes: int | None = None


class ViewRow(Protocol):
    """One row. A store may decode its parts only when they are read."""

    @property
    def id(self) -> DocumentId:
        """The document that emitted it."""

    @property
    def key(self) -> Json:
        """What it is sorted by."""

    @property
    def value(self) -> Json:
        """What else was emitted."""

    @property
    def revision(self) -> Revision | None:
        """The revision of `document`, which determines its content; None without a document."""

    @property
    def document(self) -> Document | None:
        """The current document, if requested; None when it was deleted or cannot be read."""


@dataclass(slots=True)
class DecodedRow:
    """A `ViewRow` whose parts are decoded."""

    id: DocumentId
    key: Json
    value: Json
    revision: Revision | None = None
    document: Document | None = None


class TruncatedRows(list[ViewRow]):
    """Fewer rows than exist and were requested, two at least, because documents are long.

    A store may read several rows beyond `most_bytes`, but not all, whatever they hold.
    """


UpdateSequence: TypeAlias = str
"""A position in a feed of changes: opaque, and only valid for the store that returned it."""

NOW: UpdateSequence = "now"
"""After every change so far."""


@dataclass(frozen=True, slots=True)
class Change:
    """A document at its latest change."""

    id: DocumentId
    revision: Revision
    is_deleted: bool
    document: Document | None = None
    """If requested, not deleted and readable; it may be later than the change."""
    error: DocumentRefused | None = None
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a database, each document once, and the sequence after them.

    A cluster has no order among documents.
    """

    changes: list[Change]
    last_sequence: UpdateSequence


@dataclass(frozen=True, slots=True)
class DatabaseUpdates:
    """Databases that were written to, created or deleted, each once, and the sequence after."""

    databases: frozenset[str]
    last_sequence: UpdateSequence


@dataclass(frozen=True, slots=True)
class Attachment:
    """The bytes kept beside a document under a name, with their media type."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """What the store is, for `about` and the logs: `sqlite 3.45.1`, `couchdb 3.5.0`."""

    kind: str
    version: str
