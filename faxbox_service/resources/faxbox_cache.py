"""A cache of faxboxes as the JSON of replies, encoded once for each revision.

An id and a revision determine a document's content, so entries never become stale; faxboxes are
read far more often than they change.
"""

from collections.abc import Iterable
from sys import getsizeof
from typing import cast

from faxbox_service.bounded_cache import BoundedCache
from faxbox_service.crossbar.listing.listing import Batch, BatchKey
from faxbox_service.documents.json.text import EncodedJson, encode_json
from faxbox_service.documents.model.faxbox import faxbox_response
from faxbox_service.documents.types import Document
from faxbox_service.stores.values import ViewRow

_BUDGET = 8_000_000


class FaxboxCache:
    """Caches texts of `budget` bytes in all, each of a sixteenth at most; evicts the oldest."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._texts: BoundedCache[BatchKey, bytes] = BoundedCache(budget)

    def text(self, document: Document) -> EncodedJson:
        """The JSON text of one faxbox."""
        key = (document["_id"], document["_rev"])
        text = self._texts.get(key)
        if text is None:
            text = encode_json(faxbox_response(document))
            self._texts.put(key, text, _size_of(key, text))
        return EncodedJson(text)

    def texts(self, batch: Batch, remember: bool) -> Iterable[bytes]:
        """The JSON text of each row's faxbox; what is not cached is encoded one by one."""
        known = list(map(self._texts.get, batch.keys))
        if None not in known:
            return cast(list[bytes], known)
        return (
            self._encoded(row, key, remember) if text is None else text
            for text, row, key in zip(known, batch.rows, batch.keys, strict=True)
        )

    def _encoded(self, row: ViewRow, key: BatchKey, remember: bool) -> bytes:
        text = encode_json(faxbox_response(row.document or {}))
        if remember:
            self._texts.put(key, text, _size_of(key, text))
        return text


def _size_of(key: BatchKey, text: bytes) -> int:
    return sum(map(getsizeof, (key, *key, text)))
