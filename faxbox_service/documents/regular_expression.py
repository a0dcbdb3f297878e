"""Whether a text is a regular expression as Kazoo's `smtp_permission_list` takes them.

Kazoo compiles with Erlang's `re`, which is PCRE, on bytes and without options (data model,
section 6.4).
"""

import pcre2

LONGEST_REGULAR_EXPRESSION = 4096
"""Code points; longer ones are refused unread, so that compiling is quick (contract, 20)."""


def is_regular_expression(text: str) -> bool:
    """Whether PCRE compiles the text."""
    if len(text) > LONGEST_REGULAR_EXPRESSION:
        return False
    try:
        pcre2.compile(text.encode(), jit=False)
    except pcre2.PatternError:
        return False
    return True
