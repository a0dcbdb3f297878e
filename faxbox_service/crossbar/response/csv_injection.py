"""Texts that no spreadsheet takes for a formula (OWASP, CSV Injection).

What a spreadsheet takes for one begins with `=`, `+`, `-` or `@`, at the beginning of a cell. An
apostrophe in front makes it a text. The beginning may hide behind blanks and characters that are
not visible. And a spreadsheet that expects other separators than commas, as in much of Europe,
makes cells of the parts of a quoted text.
"""

import re
from collections.abc import Iterator
from typing import Final

_SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
"""With their full-width and small forms, and the sign that mathematicians use for minus."""

_LINES = ("\t", "\r", "\n")
"""At the beginning of a cell OWASP counts them among the signs."""

_SEPARATORS = (*_LINES, ";")
"""Whatever follows may be the beginning of a cell."""

_UNSEEN_RANGES = (
    *("\0\x08", "\x0b\x0c", "\x0e\x20", "\x7f\xa0", "\xad\xad", "\u061c\u061c", "\u1680\u1680"),
    *("\u180e\u180e", "\u2000\u200f", "\u2028\u202f", "\u205f\u206f", "\u3000\u3000"),
    "\ufeff\ufeff",
)
"""Blanks, control characters and characters without width, but for the separators."""

_UNSEEN = "".join(
    chr(number) for ends in _UNSEEN_RANGES for number in range(ord(ends[0]), ord(ends[1]) + 1)
)

_BEFORE_SIGNS = _UNSEEN + "".join(_LINES)

_BEGINNING_WITHIN = re.compile(
    f"([{''.join(_SEPARATORS)}][{re.escape(_UNSEEN)}]*+)(?=[{re.escape(''.join(_SIGNS))}])"
)

WINDOW: Final = 8_192
"""Characters; longer texts are looked at in pieces."""


def without_formulas(text: str) -> Iterator[str]:
    """The text of a cell with an apostrophe before whatever could be a formula, in pieces."""
    start = text[:WINDOW]
    seen = start.lstrip(_BEFORE_SIGNS)
    # What follows that many blanks is not looked for.
    is_hidden = not seen and len(text) > len(start)
    if is_hidden or seen[:1] in _SIGNS or text[:1] in _LINES:
        yield "'"
    is_beginning = False
    for piece in windows(text):
        rest = piece.lstrip(_UNSEEN)
        if is_beginning and rest[:1] in _SIGNS:
            yield "'"
        yield _BEGINNING_WITHIN.sub(r"\1'", piece)
        if rest:
            is_beginning = piece.rstrip(_UNSEEN)[-1:] in _SEPARATORS


def windows(text: str) -> Iterator[str]:
    """The text in pieces that take little time each."""
    for start in range(0, len(text), WINDOW):
        yield text[start : start + WINDOW]
