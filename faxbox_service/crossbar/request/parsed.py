"""A request as it was read: target and headers first, the body once the caller is known."""

from dataclasses import dataclass

from faxbox_service.documents.types import Document, Json

from .target import Query, split_path

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")

READS = ("GET", "HEAD")


@dataclass(slots=True)
class Options:
    """The options of a request: in the query string, or beside `data` in the body.

    See docs/contract.md, 8.
    """

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


@dataclass(slots=True)
class ParsedRequest:
    """What a request asks: its target, and the options in its query string and its body."""

    method: str
    segments: list[str]
    options: Options

    @property
    def verb(self) -> str:
        """The method in effect: the option `verb` replaces HTTP's (docs/reference/wire.md, 2.3);
        HEAD is GET."""
        option = self.options.get("verb")
        if option is None:
            method = self.method
        else:
            method = option.upper() if isinstance(option, str) else "no method"
        return "GET" if method == "HEAD" else method

    def is_allowed(self, method: str, allowed: tuple[str, ...]) -> bool:
        """Whether a path has the method, and HTTP's own may carry it: POST always may."""
        return method in allowed and (self.method in ("POST", "HEAD") or self.method in allowed)

    def is_preview(self, method: str) -> bool:
        """Whether a read carries another method, to see what it would do.

        See docs/reference/wire.md, 2.3.
        """
        return self.method in READS and method != "GET"

    def with_body(self, envelope: Document) -> "ParsedRequest":
        """The request with the options that stand beside `data` in its body, and the data."""
        return ParsedRequest(self.method, self.segments, Options.of(self.options.query, envelope))


def parse_target(method: str, path: str, query: str) -> ParsedRequest:
    """The request without its body. Raises a 400 for a target that is not text."""
    return ParsedRequest(method, split_path(path), Options.of(Query(query), {"data": {}}))
