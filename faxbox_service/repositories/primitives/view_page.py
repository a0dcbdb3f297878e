"""A page of a view with documents, as repositories return it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faxbox_service.documents.types import Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.values import (
    UNSET,
    TruncatedRows,
    View,
    ViewRange,
    ViewRow,
)

HIGHEST_TEXT = "\ufff0"
"""Beyond every text in the order of keys: what Kazoo ends its ranges with."""

_MOST_BYTES_AT_ONCE = 8_000_000
"""Of a page's documents; decoded from CouchDB they take four times as much memory."""


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """Rows between two keys in the direction of travel, both inclusive; None: no bound."""

    limit: int
    start_key: Json | None = None
    end_key: Json | None = None
    descending: bool = True


@dataclass(slots=True)
class FoundRows:
    """Rows with documents, and the key of the row after them, if there is one."""

    rows: Sequence[ViewRow]
    next_key: Json | None


async def find_rows(store: Store, database: str, view: View, wanted: RowsWanted) -> FoundRows:
    """Rows of a view with their documents; fewer than `limit`, with more to come, where those are
    very long. Raises `MissingDatabase`.

    Rows of one key are never separated, even if they are more than `limit`: a cursor names a key,
    and a page that began in their midst would repeat some, or never end.
    """
    # One row more than wanted shows whether there are more, and where they begin.
    rows = ViewRange(
        start_key=UNSET if wanted.start_key is None else wanted.start_key,
        end_key=UNSET if wanted.end_key is None else wanted.end_key,
        descending=wanted.descending,
        limit=wanted.limit + 1,
        include_docs=True,
        most_bytes=_MOST_BYTES_AT_ONCE,
    )
    found = await store.view(database, view, rows)
    if len(found) <= wanted.limit and not isinstance(found, TruncatedRows):
        return FoundRows(found, None)
    next_key = found[-1].key
    length = len(found) - 1
    while length and found[length - 1].key == next_key:
        length -= 1
    if length:
        return FoundRows(found[:length], next_key)
    return await _rows_of_first_key(store, database, view, rows, 2 * wanted.limit)


async def _rows_of_first_key(
    store: Store, database: str, view: View, rows: ViewRange, limit: int
) -> FoundRows:
    while True:
        found = await store.view(database, view, replace(rows, limit=limit, most_bytes=None))
        for length, row in enumerate(found):
            if row.key != found[0].key:
                return FoundRows(found[:length], row.key)
        if len(found) < limit:
            return FoundRows(found, None)
        limit *= 2
