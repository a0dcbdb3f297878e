"""What a client accepts: representation and language (docs/reference/wire.md, 2.2 and 2.5)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from faxbox_service.crossbar.errors import malformed_request, not_acceptable

from .parsed import READS, ParsedRequest

DEFAULT_LANGUAGE = "en"


class Representation(Enum):
    """What a success may look like."""

    JSON = "application/json"
    CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What was negotiated for a request."""

    language: str
    representation: Representation
    """JSON for all that is not a read: Kazoo answers changes in JSON, whatever was negotiated."""
    file_name: str | None = None
    """What the client wants a downloaded table to be called."""
    is_csv_safe: bool | None = None
    """Whether the client wants a table without formulas; None: it does not say."""


_USUAL = Negotiated(DEFAULT_LANGUAGE, Representation.JSON)

_PROVIDED = {
    "application/json": Representation.JSON,
    "application/x-json": Representation.JSON,
    "application/octet-stream": Representation.CSV,
    "text/csv": Representation.CSV,
    "text/comma-separated-values": Representation.CSV,
}
"""In the order in which Crossbar offers them."""

# Possessive throughout: what is taken is never given back, so matching is linear.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_PARAMETER = rf'[ \t]*+;[ \t]*+(?:{_TOKEN}(?:=(?:{_TOKEN}|"(?:[^"\\]|\\.)*+"))?+)?+'
_MEDIA_RANGE = re.compile(rf"[ \t]*+({_TOKEN}/{_TOKEN})((?:{_PARAMETER})*+)[ \t]*+(?:,|\Z)")
_SIMPLE = re.compile(rf"[ \t]*+({_TOKEN})((?:{_PARAMETER})*+)[ \t]*+(?:,|\Z)")
_QUALITY = re.compile(r";[ \t]*+[qQ]=([01](?:\.[0-9]{0,3}+)?+)(?=[ \t]*+(?:;|\Z))")
_Element: TypeAlias = Callable[[str, int], re.Match[str] | None]
"""What reads one element of a header from a position on."""

_EMPTY = re.compile(r"[ \t]*+(?:,|\Z)")


def negotiate(headers: Mapping[str, str], parsed: ParsedRequest) -> Negotiated:
    """Settle representation and language. Raises a 400 or a 406."""
    accept, languages = headers.get("accept"), headers.get("accept-language")
    options = parsed.options
    if accept in (None, "*/*") and languages is None and not options.is_any:
        return _USUAL
    representation = Representation.JSON if accept is None else negotiated_representation(accept)
    language = DEFAULT_LANGUAGE if languages is None else negotiated_language(languages)
    if parsed.method not in READS:
        return Negotiated(language, Representation.JSON)
    option = options.get("accept")
    if isinstance(option, str) and representation is Representation.JSON:
        representation = overriding_representation(option) or Representation.JSON
    if representation is Representation.JSON:
        return Negotiated(language, representation)
    name = headers.get("x-file-name") or options.get("file_name")
    safe = options.get("csv_safe")
    return Negotiated(
        language,
        representation,
        file_name=name if isinstance(name, str) else None,
        is_csv_safe=None if safe is None else safe not in (False, "false"),
    )


@lru_cache(maxsize=256)
def negotiated_representation(accept: str) -> Representation:
    """The best of what `Accept` allows. Raises a 406, or a 400 for a header of another form."""
    for media_range in _by_preference("accept", _media_range, accept):
        provided = _first_provided(media_range)
        if provided is not None:
            return provided
    if not accept.strip(" \t,"):
        return Representation.JSON
    raise not_acceptable(accept)


def overriding_representation(option: str) -> Representation | None:
    """What the option `accept` asks for: `csv` or a media type; None when it says neither."""
    if option == "csv":
        return Representation.CSV
    return _first_provided(option) if "/" in option else None


@lru_cache(maxsize=256)
def negotiated_language(accept_language: str) -> str:
    """`content-language`: `en`, or the first language listed when it is preferred to that.

    Nothing else depends on it. Raises a 400 for a header of another form.
    """
    listed = [tag for tag, _ in _listed("accept-language", _tag, accept_language)]
    provided = (DEFAULT_LANGUAGE, *listed[:1])
    for wanted in _by_preference("accept-language", _tag, accept_language):
        for language in provided:
            if wanted in ("*", language) or language.startswith(f"{wanted}-"):
                return language if language != "*" else DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


def quality_of(parameters: str) -> float:
    """The weight `q` among an element's parameters; 1 without one (RFC 9110, 12.4.2)."""
    match = _QUALITY.search(parameters)
    return float(match[1]) if match else 1.0


def _media_range(header: str, position: int) -> re.Match[str] | None:
    return _MEDIA_RANGE.match(header, position)


def _tag(header: str, position: int) -> re.Match[str] | None:
    return _SIMPLE.match(header, position)


def _by_preference(name: str, element: _Element, header: str) -> list[str]:
    wanted = [(value, quality) for value, quality in _listed(name, element, header) if quality > 0]
    wanted.sort(key=lambda item: -item[1])
    return [value for value, _ in wanted]


def _listed(name: str, element: _Element, header: str) -> Iterator[tuple[str, float]]:
    """The elements of a header with their qualities, in its order."""
    position = 0
    while position < len(header):
        empty = _EMPTY.match(header, position)
        match = empty or element(header, position)
        if match is None:
            raise malformed_request("malformed header", name)
        if empty is None:
            yield match[1].lower(), quality_of(match[2])
        position = match.end()


def _first_provided(media_range: str) -> Representation | None:
    if media_range == "*/*":
        return Representation.JSON
    kind, _, subtype = media_range.partition("/")
    for media_type, representation in _PROVIDED.items():
        if media_type == media_range or (subtype == "*" and media_type.startswith(f"{kind}/")):
            return representation
    return None
