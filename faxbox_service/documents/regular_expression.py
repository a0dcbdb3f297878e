"""Regular expressions as Kazoo takes them: PCRE's, in `smtp_permission_list` and in schemas."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import pcre2

LONGEST_REGULAR_EXPRESSION = 4096
"""Code points; longer ones are refused unread, so that compiling is quick (contract, 20)."""

_MOST_STEPS = 1_000_000
"""Of one match, some 15 ms; PCRE then gives up."""

Matcher: TypeAlias = Callable[[str], bool]
"""Whether there is a match anywhere in a text."""


class UnusablePattern(ValueError):
    """PCRE does not compile the text, or it is too long; says why."""


def is_regular_expression(text: str) -> bool:
    """Whether PCRE compiles the text.

    Kazoo compiles clients' expressions with Erlang's `re`, on bytes and without options (data
    model, section 6.4).
    """
    if len(text) > LONGEST_REGULAR_EXPRESSION:
        return False
    try:
        pcre2.compile(text.encode(), jit=False)
    except pcre2.PatternError:
        return False
    return True


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Matcher:
    """What matches a pattern of a schema: not anchored, by code points (data model, 6.2).

    A match that takes too many steps is none. Raises `UnusablePattern`.
    """
    if len(pattern) > LONGEST_REGULAR_EXPRESSION:
        raise UnusablePattern(f"longer than {LONGEST_REGULAR_EXPRESSION} characters")
    try:
        # ASCII: Erlang's option `unicode` leaves `\d` and the like as they are.
        pcre2.compile(pattern, pcre2.ASCII, jit=False)
        limited = f"(*LIMIT_MATCH={_MOST_STEPS}){pattern}"
        compiled = pcre2.compile(limited, pcre2.ASCII, jit=False)
    except pcre2.PatternError as error:
        raise UnusablePattern(str(error)) from error

    def matches(text: str) -> bool:
        try:
            return compiled.search(text) is not None
        except pcre2.LibraryError:
            return False

    return matches
