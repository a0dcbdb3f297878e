"""How large the values of a JSON text are, found out without decoding it.

Decoding makes an object of every two bytes of `[[],[],…`, in one call that cannot be interrupted;
so texts are checked first. Every step here is linear in the text, and those that run Python code
for each item stop at the first limit that is exceeded.
"""

import re
from dataclasses import dataclass

_STRINGS = re.compile(rb'"[^"]*+"?')
"""In a text without escapes; the last string may not end."""

_MOST_QUOTES = 4
"""Of a member: those of its name, and those of its value."""

_STRUCTURE = re.compile(rb"[\[\]{},]")


@dataclass(frozen=True, slots=True)
class ShapeLimits:
    """The largest values that are accepted; a faxbox has some dozens of each."""

    members: int = 5_000
    """Of one object."""
    items: int = 10_000
    """Of one array."""
    nodes: int = 50_000
    """Arrays, objects, members and items in the whole text."""
    levels: int = 256
    """Of nested arrays and objects; far below Python's limit of recursion."""


class ShapeExceeded(ValueError):
    """The text holds more than a limit allows; `rule` names which, `limit` is the number."""

    def __init__(self, rule: str, limit: int, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.limit = limit


def require_shape(text: bytes, limits: ShapeLimits) -> None:
    """Raise `ShapeExceeded` for a JSON text with more than the limits allow.

    Texts that are not JSON may pass or not: decoding decides.
    """
    openings = text.count(b"[") + text.count(b"{")
    separators = text.count(b",")
    if not _may_exceed(openings, separators, limits):
        return
    structure = _without_strings(text, limits)
    openings = structure.count(b"[") + structure.count(b"{")
    separators = structure.count(b",")
    # Each array, object, item and member follows an opening or a comma.
    if openings + separators > limits.nodes:
        raise _exceeded("maxNodes", limits.nodes, "values in all")
    if _may_exceed(openings, separators, limits):
        _walk(structure, limits)


def _may_exceed(openings: int, separators: int, limits: ShapeLimits) -> bool:
    return (
        openings > limits.levels
        or separators >= min(limits.members, limits.items)
        or openings + separators > limits.nodes
    )


def _without_strings(text: bytes, limits: ShapeLimits) -> bytes:
    """The text without its strings; in JSON, backslashes stand in strings only."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    if text.count(b'"') > _MOST_QUOTES * (limits.nodes + 1):
        raise _exceeded("maxNodes", limits.nodes, "values in all")
    return _STRINGS.sub(b"", text)


def _walk(structure: bytes, limits: ShapeLimits) -> None:
    """Count what each array and object holds, by the commas between."""
    most = {0x5B: limits.items, 0x7B: limits.members}
    kinds: list[int] = []
    counts: list[int] = []
    for match in _STRUCTURE.finditer(structure):
        token = structure[match.start()]
        if token == 0x2C:
            if not counts:
                return
            counts[-1] += 1
            # There is one value more than commas.
            if counts[-1] >= most[kinds[-1]]:
                raise _too_many(kinds[-1], limits)
        elif token in most:
            kinds.append(token)
            counts.append(0)
            if len(kinds) > limits.levels:
                raise _exceeded("maxDepth", limits.levels, "levels of arrays and objects")
        elif kinds:
            kinds.pop()
            counts.pop()
        else:
            return


def _too_many(opening: int, limits: ShapeLimits) -> ShapeExceeded:
    if opening == 0x5B:
        return _exceeded("maxItems", limits.items, "items in one array")
    return _exceeded("maxProperties", limits.members, "members in one object")


def _exceeded(rule: str, limit: int, what: str) -> ShapeExceeded:
    return ShapeExceeded(rule, limit, f"JSON must not have more than {limit} {what}")
