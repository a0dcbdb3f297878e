"""Reading a listing: in batches, filtered, paged, with bounded memory (wire, section 3)."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from typing import TypeAlias

from faxbox_service import __version__
from faxbox_service.documents.json_text import encode_json, encoded_list
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.repositories.listing import FoundRows, RowsWanted
from faxbox_service.stores.base import ViewRow

from .call import AnyReply, Call, Place, Reply, StreamReply, TableReply
from .csv_text import CsvTable
from .errors import range_not_satisfiable
from .filters import Filters
from .negotiation import Representation
from .paging import PageRequest

_LARGEST_BATCH = 500
"""Rows read from the store at once: long listings take few round trips, and little memory."""

_FIRST_BATCH = 100

_HASH_LENGTH = 32
_KEY = attrgetter("id", "revision")

Fetch: TypeAlias = Callable[[RowsWanted], Awaitable[FoundRows]]

BatchKey: TypeAlias = tuple[DocumentId, Revision]


@dataclass(slots=True)
class Batch:
    """Rows with documents, and what tells each one's content."""

    rows: Sequence[ViewRow]
    keys: list[BatchKey]


Render: TypeAlias = Callable[[Batch, bool], list[bytes]]
"""The JSON texts of a batch's items; whether they are worth remembering."""

Show: TypeAlias = Callable[[Document], Document]
"""A row's document as clients see it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is listed, and how: the same for every listing of a resource."""

    render: Render
    show: Show
    """What filters look at."""
    item: Callable[[ViewRow], Document]
    """A row as the listing shows it."""
    largest: int
    """Bytes of JSON text that are held."""

    @classmethod
    def of_summaries(cls, show: Show, largest: int) -> "Kind":
        """Items that are the values of rows."""
        return cls(_render_values, show, attrgetter("value"), largest)


def _render_values(batch: "Batch", _: bool) -> list[bytes]:
    return [encode_json(row.value) for row in batch.rows]


class Listing:
    """One listing that a client has asked for."""

    def __init__(self, call: Call, page: PageRequest, fetch: Fetch, kind: Kind) -> None:
        self._call = call
        self.page = page
        self._filters = Filters.of(call.options.query)
        self._fetch = fetch
        self._kind = kind
        self._is_begun = False
        self._count = 0
        self._next_key: Json | None = None
        self._digest = sha256()

    async def reply(self) -> AnyReply:
        """The reply in the form that the client wants. Raises a 416 for too long a page."""
        if self._call.representation is Representation.CSV:
            return await self._table()
        if self.page.chunk_size is not None:
            return await self._chunked()
        return await self._whole()

    async def _whole(self) -> AnyReply:
        pieces: list[bytes] = []
        size = 0
        batches = self._batches()
        async for batch in batches:
            pieces += self.pieces(batch)
            size += len(pieces[-1])
            if size > self._kind.largest:
                if self.page.size is not None:
                    await batches.aclose()
                    raise range_not_satisfiable()
                return self._streamed(pieces, batches)
        paging = self.page.envelope(self._count, self._next_key)
        revision = self._revision(paging)
        # An empty listing has neither revision nor etag (wire, 3.1).
        self._call.precondition.require_match(revision or "")
        return Reply(encoded_list(pieces), revision=revision, paging=paging)

    async def _chunked(self) -> AnyReply:
        batches = self._batches()
        async for batch in batches:
            return self._streamed(list(self.pieces(batch)), batches)
        return Reply([], paging=self.page.envelope(0, None))

    def _streamed(self, pieces: list[bytes], batches: AsyncGenerator[Batch, None]) -> StreamReply:
        # What has no tag matches none (RFC 9110, 13.1.1).
        self._call.precondition.require_match("")
        is_chunked = self.page.chunk_size is not None
        return StreamReply(_Stream(self, pieces, batches), is_chunked=is_chunked)

    async def _table(self) -> AnyReply:
        table = CsvTable()
        try:
            async for batch in self._batches():
                table.add(map(self._kind.item, batch.rows))
            revision = self._revision({"csv": True})
            self._call.precondition.require_match(revision or "")
        except BaseException:
            table.close()
            raise
        return TableReply(table, revision)

    def pieces(self, batch: Batch) -> Iterator[bytes]:
        """The JSON texts of a batch's items joined by commas: in one piece, unless in chunks."""
        # Only the first batch: a walk through everything would push out what is asked for often.
        texts = self._kind.render(batch, self._count <= _FIRST_BATCH)
        size = self.page.chunk_size or len(texts)
        for start in range(0, len(texts), size):
            yield b",".join(texts[start : start + size])

    def closing_members(self) -> Document:
        """What the envelope of a streamed listing says after its items."""
        members = self.page.envelope(self._count, self._next_key)
        if self.page.chunk_size is None:
            members["revision"] = self._revision(members)
        return members

    async def _batches(self) -> AsyncGenerator[Batch, None]:
        """The rows of the page, none of the batches empty."""
        start_key: Json | None = self.page.start_key
        remaining = self.page.size
        while True:
            found = await self._fetch(
                RowsWanted(
                    self._batch_size(remaining), start_key, self.page.end_key, self.page.descending
                )
            )
            kept, start_key = self._kept(found, remaining)
            self._is_begun = True
            if remaining is not None:
                remaining -= len(kept)
            if kept:
                self._count += len(kept)
                keys = list(map(_KEY, kept))
                self._digest.update(_content(keys))
                yield Batch(kept, keys)
            if start_key is None or (remaining is not None and remaining <= 0):
                self._next_key = start_key
                return
            # Reading the embedded store never waits, and others want to be served too.
            await asyncio.sleep(0)

    def _batch_size(self, remaining: int | None) -> int:
        size = _LARGEST_BATCH if self._is_begun else _FIRST_BATCH
        return size if remaining is None or self._filters else min(remaining, size)

    def _kept(self, found: FoundRows, most: int | None) -> tuple[list[ViewRow], Json | None]:
        """The rows that belong to the listing, and the key of the first row not looked at.

        They are more than `most` where the last ones have the same key: see `find_rows`.
        """
        if not self._filters:
            return [row for row in found.rows if row.revision is not None], found.next_key
        kept: list[ViewRow] = []
        for row in found.rows:
            if most is not None and len(kept) >= most and row.key != kept[-1].key:
                return kept, row.key
            document = row.document
            if document is not None and self._filters.passes(self._kind.show(document), document):
                kept.append(row)
        return kept, found.next_key

    def _revision(self, more: Document) -> Revision | None:
        """32 hex that stay as long as the listing does (contract, 14)."""
        if not self._count:
            return None
        self._digest.update(encode_json([__version__, more]))
        return self._digest.hexdigest()[:_HASH_LENGTH]


class _Stream:
    """An `ItemStream`: what has been read already, and what is still to come."""

    def __init__(
        self, listing: Listing, pieces: list[bytes], batches: AsyncGenerator[Batch, None]
    ) -> None:
        self._listing = listing
        self._pieces = deque(pieces)
        self._batches = batches

    async def texts(self, place: Place) -> AsyncIterator[bytes]:
        while self._pieces:
            yield self._pieces.popleft()
        async with aclosing(self._batches) as batches:
            while True:
                async with place():
                    batch = await anext(batches, None)
                if batch is None:
                    return
                for piece in self._listing.pieces(batch):
                    yield piece

    def members(self) -> Document:
        return self._listing.closing_members()


def _content(keys: list[BatchKey]) -> bytes:
    """The ids and revisions of boxes tell their content, and are far shorter than it.

    The text of many is that of the same ones in other batches.
    """
    return encode_json(keys)[1:-1] + b","
