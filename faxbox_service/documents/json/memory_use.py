"""How much memory a JSON value takes."""

from sys import getsizeof

from faxbox_service.documents.types import Json


def memory_of(value: Json, most: int) -> int:
    """The bytes that a value takes, about; beyond `most` there is no counting on.

    Text tells nothing of it: `[]` is two bytes long, and 56 in memory.
    """
    counted = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        counted += getsizeof(item)
        if counted > most:
            break
        if isinstance(item, dict):
            waiting += item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return counted
