"""The texts that filters compare: those that are wanted, and those of values in documents.

What a comparison costs is bounded by the request: no more of a value is made text of than the
longest wanted text has. What cannot be bounded so, because an array may end in something that has
no text, is done in steps.
"""

from faxbox_service.crossbar.time_slices import Steps
from faxbox_service.documents.erlang_text import flat_items, scalar_text
from faxbox_service.documents.json.text import InvalidJson, decode_json, encode_json
from faxbox_service.documents.types import Document, Json

_STEP = 1000
"""Items of an array that take little time."""


def wanted_texts(value: str) -> frozenset[str]:
    """The texts that a filter's value stands for.

    It is one itself, or the JSON text of one, or of a list of strings, numbers and booleans.
    """
    try:
        decoded = decode_json(value)
    except InvalidJson:
        return frozenset((value,))
    if isinstance(decoded, str):
        return frozenset((value, decoded))
    items = decoded if isinstance(decoded, list) else []
    texts = (scalar_text(item) for item in items if item is not None)
    return frozenset((value, *(text for text in texts if text is not None)))


def size_of(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def text_of_scalar(value: Json, longest: int) -> str | None:
    """A scalar as filters compare it, empty for what is not there (`kz_json:get_binary_value`).

    None for a text longer than `longest` bytes.
    """
    if isinstance(value, str):
        return value if len(value) <= longest else None
    if isinstance(value, int) and value.bit_length() > 4 * longest:
        return None
    return scalar_text(value) or ""


def text_of_array(array: list[Json], longest: int, *, is_empty_wanted: bool) -> Steps[str | None]:
    """Strings joined, and small integers as bytes, for Kazoo takes an array as an iolist.

    An array with anything else in it has the empty text, which matters only where that is wanted.
    None for a text longer than `longest` bytes.
    """
    joined = bytearray()
    for count, item in enumerate(flat_items(array), 1):
        if not count % _STEP:
            yield
        if isinstance(item, list):
            continue
        piece = _bytes_of(item, longest)
        if piece is None:
            return ""
        if len(joined) <= longest:
            joined += piece
        elif not is_empty_wanted:
            break
    return None if len(joined) > longest else joined.decode("utf-8", "surrogateescape")


def _bytes_of(item: Json, longest: int) -> bytes | None:
    """What an item of an array adds to its text: of a string, no more than matters."""
    if isinstance(item, str):
        return item[: longest + 1].encode("utf-8", "surrogatepass")
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 255:
        return item.to_bytes()
    return None


def text_of_object(value: Document, longest: int, *, is_empty_wanted: bool) -> str | None:
    """The JSON text of an object, empty for one that is too deep or has an infinite number.

    None for a text longer than `longest` bytes.
    """
    if not is_empty_wanted and _has_more_values(value, longest):
        return None
    try:
        text = encode_json(value)
    except (RecursionError, ValueError):
        return ""
    return text.decode() if len(text) <= longest else None


def _has_more_values(value: Document, most: int) -> bool:
    """Whether an object holds more than `most` values, each of which takes a byte of text at least.

    No more than those are looked at.
    """
    pending: list[Json] = [value]
    count = 0
    while pending:
        inner = pending.pop()
        count += len(inner)
        if count > most:
            return True
        for part in inner.values() if isinstance(inner, dict) else inner:
            if isinstance(part, list | dict):
                pending.append(part)
            elif isinstance(part, str) and len(part) > most:
                return True
    return False
