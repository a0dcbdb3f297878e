"""Regular expressions as in Kazoo: PCRE's, in `smtp_permission_list` and in schemas.

Those of clients are only compiled, which takes less than a millisecond for the longest. Those of
schemas are matched against what clients send, in bounded time for any pattern and text.
"""

from collections.abc import Callable
from typing import TypeAlias

import pcre2

LONGEST_REGULAR_EXPRESSION = 4096
"""Code points; longer ones are refused unread, so that compiling is quick
(docs/contract.md, 20)."""

LONGEST_SUBJECT = 4096
"""Code points of a text that a pattern may match: PCRE limits its steps, but not the characters
that it reads in each of them.
"""

_MOST_STEPS = 1_000_000
"""Of one match, some 15 ms; then PCRE stops."""

# PCRE counts the steps again from each start position. So the search is part of the match.
_SEARCH = rf"(*LIMIT_MATCH={_MOST_STEPS})\A(?s:.*?)(?:"
_ENDINGS = (")", "\n)", r"\E)")
"""A pattern may end in a comment, or in a quotation."""

_RECURSIONS = ("(?R)", "(?0)", r"\g<0>", r"\g'0'")
"""Of the whole pattern, which would include the search."""

Matcher: TypeAlias = Callable[[str], bool]
"""Whether there is a match anywhere in a text."""


class UnusablePattern(ValueError):
    """PCRE does not compile the text, or it is too long; says why."""


def is_regular_expression(text: str) -> bool:
    """Whether PCRE compiles the text.

    Kazoo compiles clients' expressions with Erlang's `re`, on bytes and without options
    (docs/reference/data-model.md, 6.4).
    """
    if len(text) > LONGEST_REGULAR_EXPRESSION:
        return False
    try:
        pcre2.compile(text.encode(), jit=False)
    except pcre2.PatternError:
        return False
    return True


def matcher(pattern: str) -> Matcher:
    """The matcher of a pattern of a schema: not anchored, by code points.

    See docs/reference/data-model.md, 6.2.

    A text that takes too many steps, or is too long, does not match. Raises `UnusablePattern`.
    """
    search = _compiled_search(pattern)

    def matches(text: str) -> bool:
        if len(text) > LONGEST_SUBJECT:
            return False
        try:
            return search.match(text) is not None
        except pcre2.LibraryError:
            return False

    return matches


def _compiled_search(pattern: str) -> pcre2.Pattern:
    if len(pattern) > LONGEST_REGULAR_EXPRESSION:
        raise UnusablePattern(f"longer than {LONGEST_REGULAR_EXPRESSION} characters")
    if any(recursion in pattern for recursion in _RECURSIONS):
        raise UnusablePattern("it contains itself")
    try:
        # ASCII: Erlang's option `unicode` leaves `\d` and the like as they are.
        pcre2.compile(pattern, pcre2.ASCII, jit=False)
    except pcre2.PatternError as error:
        raise UnusablePattern(str(error)) from error
    for ending in _ENDINGS:
        try:
            return pcre2.compile(f"{_SEARCH}{pattern}{ending}", pcre2.ASCII, jit=False)
        except pcre2.PatternError as error:
            reason = str(error)
    raise UnusablePattern(reason)
