"""The options of a request: in the query string, or beside `data` in the body (contract, 8)."""

from dataclasses import dataclass

from faxbox_service.documents.types import Document, Json

from .target import Query


@dataclass(slots=True)
class Options:
    """The query string and the envelope of one request."""

    query: Query
    envelope: Document
    is_any: bool
    """Whether there is anything beside `data`: most requests have no options at all."""

    @classmethod
    def of(cls, query: Query, envelope: Document) -> "Options":
        """The options in either."""
        return cls(query, envelope, bool(query) or len(envelope) > 1 or "data" not in envelope)

    def get(self, name: str) -> Json:
        """An option of the query string or else the envelope; never one inside `data`."""
        if not self.is_any:
            return None
        value = self.query.first(name)
        return self.envelope.get(name) if value is None else value
