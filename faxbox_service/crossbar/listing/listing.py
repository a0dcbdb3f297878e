"""Reading a listing: in batches, filtered, paged, with bounded memory (docs/reference/wire.md, 3).

However long the rows are, and however many, other requests are served in between: see
`crossbar.time_slices`.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from typing import TypeAlias

from faxbox_service import __version__
from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.errors import range_not_satisfiable
from faxbox_service.crossbar.request.negotiation import Representation
from faxbox_service.crossbar.response.csv_table import CsvRules, CsvTable
from faxbox_service.crossbar.response.results import AnyReply, Reply, Slot, StreamReply, TableReply
from faxbox_service.crossbar.time_slices import TimeSlices
from faxbox_service.documents.json.text import encode_json, encoded_list
from faxbox_service.documents.types import Document, DocumentId, Json, Revision
from faxbox_service.repositories.primitives.view_page import FoundRows, RowsWanted
from faxbox_service.stores.values import ViewRow

from .filters import Filters
from .paging import PageRequest

_LARGEST_BATCH = 500
"""Rows read from the store at once: long listings take few round trips, and little memory."""

_FIRST_BATCH = 100

_LONGEST_PIECE = 1_000_000
"""Bytes of items that are joined and sent at once; one that is longer is sent alone."""

_HASH_LENGTH = 32
_KEY = attrgetter("id", "revision")

Fetch: TypeAlias = Callable[[RowsWanted], Awaitable[FoundRows]]

BatchKey: TypeAlias = tuple[DocumentId, Revision]


@dataclass(slots=True)
class Batch:
    """Rows with documents, and what identifies the content of each."""

    rows: Sequence[ViewRow]
    keys: list[BatchKey]


Render: TypeAlias = Callable[[Batch, bool], Iterable[bytes]]
"""The JSON texts of a batch's items; the flag says whether they are worth caching.

A list when they were cached, else made one by one.
"""

Show: TypeAlias = Callable[[Document], Document]
"""A row's document as clients are shown it."""


@dataclass(frozen=True, slots=True)
class ListingLimits:
    """What a listing may cost, whatever is listed."""

    most_bytes: int
    """Of JSON text that is held."""
    most_filters: int
    tables: CsvRules


@dataclass(frozen=True, slots=True)
class ListedResource:
    """What is listed, and how: the same for every listing of a resource."""

    render: Render
    show: Show
    """What filters look at."""
    item: Callable[[ViewRow], Document]
    """A row as the listing shows it."""
    limits: ListingLimits

    @classmethod
    def of_summaries(cls, show: Show, limits: ListingLimits) -> "ListedResource":
        """Items that are the values of rows."""
        return cls(_render_values, show, attrgetter("value"), limits)


def _render_values(batch: "Batch", _: bool) -> Iterable[bytes]:
    return (encode_json(row.value) for row in batch.rows)


class Listing:
    """One listing that a client has asked for."""

    def __init__(self, call: Call, page: PageRequest, fetch: Fetch, listed: ListedResource) -> None:
        """Raises a 400 for too many filters."""
        self._call = call
        self.page = page
        self._filters = Filters.of(call.options.query, listed.limits.most_filters)
        self._slices = TimeSlices()
        self._fetch = fetch
        self._listed = listed
        self._is_begun = False
        self._count = 0
        self._next_key: Json | None = None
        self._digest = sha256()

    async def reply(self) -> AnyReply:
        """The reply in the form that the client wants.

        Raises a 416 for too long a page, a 400 for too large a table.
        """
        if self._call.representation is Representation.CSV:
            return await self._table()
        if self.page.chunk_size is not None:
            return await self._chunked()
        return await self._whole()

    async def _whole(self) -> AnyReply:
        held: list[bytes] = []
        size, most = 0, self._listed.limits.most_bytes
        batches = self._batches()
        async for batch in batches:
            texts = self._rendered(batch)
            at_once = self._at_once(batch, texts)
            if at_once is not None and size + len(at_once) <= most:
                held.append(at_once)
                size += len(at_once)
                continue
            pieces = self._pieces(batch, texts)
            async for piece in pieces:
                held.append(piece)
                size += len(piece)
                if size > most:
                    break
            if size <= most:
                continue
            if self.page.size is None:
                return self._streamed(held, pieces, batches)
            await pieces.aclose()
            await batches.aclose()
            raise range_not_satisfiable()
        paging = self.page.envelope(self._count, self._next_key)
        revision = self._revision(paging)
        # An empty listing has neither revision nor etag (docs/reference/wire.md, 3.1).
        self._call.precondition.require_match(revision or "")
        return Reply(encoded_list(held), revision=revision, paging=paging)

    async def _chunked(self) -> AnyReply:
        batches = self._batches()
        async for batch in batches:
            return self._streamed([], self.pieces(batch), batches)
        return Reply([], paging=self.page.envelope(0, None))

    def _streamed(
        self,
        held: list[bytes],
        pieces: AsyncGenerator[bytes, None],
        batches: AsyncGenerator[Batch, None],
    ) -> StreamReply:
        # What has no tag matches none (RFC 9110, 13.1.1).
        self._call.precondition.require_match("")
        is_chunked = self.page.chunk_size is not None
        return StreamReply(_Stream(self, held, pieces, batches), is_chunked=is_chunked)

    async def _table(self) -> AnyReply:
        table = CsvTable(self._listed.limits.tables)
        try:
            async for batch in self._batches():
                for row in batch.rows:
                    await self._slices.finish(table.add(self._listed.item(row)))
                    if self._slices.is_over:
                        await self._slices.pause()
            paging = self.page.envelope(self._count, self._next_key)
            revision = self._revision({"csv": True, **paging})
            self._call.precondition.require_match(revision or "")
        except BaseException:
            table.close()
            raise
        return TableReply(table, revision, paging)

    def pieces(self, batch: Batch) -> AsyncGenerator[bytes, None]:
        """The JSON texts of a batch's items joined by commas, in chunks if those are wanted."""
        return self._pieces(batch, self._rendered(batch))

    def _rendered(self, batch: Batch) -> Iterable[bytes]:
        # Only the first batch: a walk through everything would evict what is asked for often.
        return self._listed.render(batch, self._count <= _FIRST_BATCH)

    def _at_once(self, batch: Batch, texts: Iterable[bytes]) -> bytes | None:
        """All of a batch, when it is rendered already and makes one piece; most are and do."""
        most = self.page.chunk_size or len(batch.rows)
        if isinstance(texts, list) and len(texts) <= most and sum(map(len, texts)) < _LONGEST_PIECE:
            return b",".join(texts)
        return None

    async def _pieces(self, batch: Batch, texts: Iterable[bytes]) -> AsyncGenerator[bytes, None]:
        at_once = self._at_once(batch, texts)
        if at_once is not None:
            yield at_once
            return
        most = self.page.chunk_size or len(batch.rows)
        held: list[bytes] = []
        size = 0
        if self._slices.is_over:
            await self._slices.pause()
        for text in texts:
            held.append(text)
            size += len(text)
            if len(held) >= most or size > _LONGEST_PIECE:
                yield b",".join(held)
                held, size = [], 0
            if self._slices.is_over:
                await self._slices.pause()
        if held:
            yield b",".join(held)

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
            self._slices.begin()
            if self._filters:
                kept, start_key = await self._filtered(found, remaining)
            else:
                kept = [row for row in found.rows if row.revision is not None]
                start_key = found.next_key
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
            # Reading the embedded store never waits, so other requests would not be served.
            await asyncio.sleep(0)

    def _batch_size(self, remaining: int | None) -> int:
        size = _LARGEST_BATCH if self._is_begun else _FIRST_BATCH
        return size if remaining is None or self._filters else min(remaining, size)

    async def _filtered(
        self, found: FoundRows, most: int | None
    ) -> tuple[list[ViewRow], Json | None]:
        """The rows that belong to the listing, and the key that the next page begins with.

        They are more than `most` where the last ones have the same key: see `find_rows`. Beyond
        them the rows at hand are looked through for one that belongs to the next page: without
        one that page may be empty, and does not exist when there are no more rows.
        """
        kept: list[ViewRow] = []
        for row in found.rows:
            is_full = most is not None and len(kept) >= most and row.key != kept[-1].key
            document = row.document
            if document is None:
                continue
            passes = self._filters.passes(self._listed.show(document), document)
            if not isinstance(passes, bool):
                passes = await self._slices.finish(passes)
            if passes and is_full:
                return kept, row.key
            if passes:
                kept.append(row)
            if self._slices.is_over:
                await self._slices.pause()
        return kept, found.next_key

    def _revision(self, more: Document) -> Revision | None:
        """32 hex that stay as long as the listing does (docs/contract.md, 14)."""
        if not self._count:
            return None
        self._digest.update(encode_json([__version__, more]))
        return self._digest.hexdigest()[:_HASH_LENGTH]


class _Stream:
    """An `ItemStream`: what has been read already, and what is still to come."""

    def __init__(
        self,
        listing: Listing,
        held: list[bytes],
        pieces: AsyncGenerator[bytes, None],
        batches: AsyncGenerator[Batch, None],
    ) -> None:
        self._listing = listing
        self._held = deque(held)
        self._pieces = pieces
        self._batches = batches

    async def texts(self, slot: Slot) -> AsyncIterator[bytes]:
        while self._held:
            yield self._held.popleft()
        async with aclosing(self._batches) as batches:
            while True:
                async with aclosing(self._pieces) as pieces:
                    async for piece in pieces:
                        yield piece
                async with slot():
                    batch = await anext(batches, None)
                if batch is None:
                    return
                self._pieces = self._listing.pieces(batch)

    def members(self) -> Document:
        return self._listing.closing_members()


def _content(keys: list[BatchKey]) -> bytes:
    """The ids and revisions of documents identify their content, and are far shorter than it.

    The text of a batch does not depend on how a listing is divided into batches.
    """
    return encode_json(keys)[1:-1] + b","
