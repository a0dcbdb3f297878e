"""JavaScript's truthiness, which CouchDB's map functions apply to fields of any type."""

from .types import Json


def is_truthy(value: Json) -> bool:
    """Whether a value counts as true in JavaScript: empty arrays and objects do."""
    return isinstance(value, list | dict) or bool(value)
