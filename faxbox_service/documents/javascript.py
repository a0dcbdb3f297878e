"""JavaScript's notion of truth, by which CouchDB's map functions judge fields of any kind."""

from .types import Json


def is_true(value: Json) -> bool:
    """Whether JavaScript takes the value for true: empty arrays and objects are."""
    return isinstance(value, list | dict) or bool(value)
