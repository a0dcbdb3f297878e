"""Faxboxes as listings show them, rendered once for each revision.

An id and a revision tell a document's content for ever, so what was rendered from them never
goes stale; listings repeat the same boxes far more often than boxes change.
"""

from collections.abc import Iterable

from faxbox_service.documents.faxbox import shown_faxbox
from faxbox_service.documents.json_text import encode_json
from faxbox_service.documents.types import DocumentId, Revision
from faxbox_service.stores.base import ViewRow

_BUDGET = 8_000_000


class RenderedFaxboxes:
    """Remembers texts of `budget` bytes in all; the oldest go first."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget
        self._size = 0
        self._texts: dict[tuple[DocumentId, Revision | None], bytes] = {}

    def texts(self, rows: Iterable[ViewRow], remember: bool) -> list[bytes]:
        """The JSON text of each row's faxbox; all rows have documents."""
        known = self._texts
        render = self._remembered if remember else _rendered
        return [known.get((row.id, row.revision)) or render(row) for row in rows]

    def _remembered(self, row: ViewRow) -> bytes:
        text = _rendered(row)
        self._texts[row.id, row.revision] = text
        self._size += len(text)
        while self._size > self._budget:
            self._size -= len(self._texts.pop(next(iter(self._texts))))
        return text


def _rendered(row: ViewRow) -> bytes:
    return encode_json(shown_faxbox(row.document or {}))
