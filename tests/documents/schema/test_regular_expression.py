"""Patterns of clients and of operators: compiled and matched in bounded time.

See docs/contract.md, 20.
"""

import time
from collections.abc import Callable

import pytest

from faxbox_service.documents.schema.regular_expression import (
    LONGEST_REGULAR_EXPRESSION,
    LONGEST_SUBJECT,
    UnusablePattern,
    is_regular_expression,
    matcher,
)

N = LONGEST_REGULAR_EXPRESSION


def processor_time(act: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.process_time()
        act()
        times.append(time.process_time() - started)
    return min(times)


COMMENSURATE = processor_time(lambda: sum(range(1_000_000)))
"""Some 20 ms: what this machine takes for something simple, against which others are held."""

HOSTILE = {
    "nested quantifiers": "(" * 200 + "a" + ")*" * 200,
    "repeated repeats": "(?:a{1000}){1000}",
    "a tower of repeats": "(?:(?:(?:a{1,99}){1,99}){1,99}){1,99}",
    "many groups": "()" * (N // 2),
    "many names": "".join(f"(?<a{number}>)" for number in range(400)),
    "names again and again": "(?J)" + "(?<a>)" * 600,
    "lookbehinds": "(?<=a)" * 680,
    "a lookbehind of choices": "(?<=" + "a|" * 2000 + "b)",
    "lookbehinds of groups": "(?<=(?1))" + "".join(f"((?{n})(?{n}))" for n in range(2, 240)) + "()",
    "recursion": "(?R)" * 1000,
    "a chain of recursions": "".join(f"((?{n})(?{n}))" for n in range(2, 260)) + "(a)",
    "conditions": "(?(1)a|b)" * 400 + "()",
    "callouts": "(?C255)" * 500,
    "classes": "[^a-z\\w]" * 500,
    "a class of many": "[" + "".join(chr(0x100 + 2 * number) for number in range(4000)) + "]",
    "choices": "a|" * (N // 2 - 1) + "b",
    "options": "a?" * (N // 2),
    "references": "(a)" + "\\1" * 2000,
    "verbs": "(*ACCEPT)" * 450,
    "too deep": "(" * 2000 + ")" * 2000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_worst_patterns_compile_or_not_at_once(name: str) -> None:
    pattern = HOSTILE[name][:N]
    is_regular_expression(pattern)
    assert processor_time(lambda: is_regular_expression(pattern)) < COMMENSURATE


def test_compiling_takes_time_in_proportion_to_the_length() -> None:
    few, many = (
        processor_time(lambda count=count: is_regular_expression("(a|b)" * count))  # type: ignore[misc]
        for count in (100, 800)
    )
    assert many < 40 * few + 0.001


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(?=.*b)", "a" * LONGEST_SUBJECT),
        (r"\w+$", "a" * (LONGEST_SUBJECT - 1) + "!"),
        ("(a+)+$", "a" * 60 + "!"),
        ("(a|aa)+$", "a" * 200 + "!"),
        ("^(?:(?=\\w+;)\\w)*$", "a" * LONGEST_SUBJECT),
        (".*.*.*x", "a" * 2000),
        ("(?:a?){60}a{60}", "a" * 59),
    ],
)
def test_a_match_is_given_up_wherever_it_begins(pattern: str, text: str) -> None:
    """PCRE's own limit counts again from each start position: these would take seconds or more."""
    matches = matcher(pattern)
    assert processor_time(lambda: matches(text)) < 20 * COMMENSURATE
    assert not matches(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("b", "abc"),
        ("^b|c$", "abc"),
        ("(?i)B # any\n", "aB # ANY\n"),
        ("(?x) b  # a comment without an end", "abc"),
        (r"\Qb.c", "ab.c"),
        (r"(b)\1", "abb"),
        (r"(?<x>b)(?&x)", "abb"),
        ("b(?1)?(c)", "abc"),
        (".", "\n\nx"),
        ("^x", "x"),
        ("(?m)^x", "\nx"),
        ("x$", "x\n"),
        ("", ""),
        ("[(*]x|\\(*", "(x"),
    ],
)
def test_a_pattern_is_looked_for_anywhere(pattern: str, text: str) -> None:
    assert matcher(pattern)(text)


@pytest.mark.parametrize(
    ("pattern", "text"), [("^b", "ab"), (r"\Ab", "ab"), ("b|^c", "ac"), (".", "\n"), ("a)|(b", "")]
)
def test_what_is_not_there_is_not_found(pattern: str, text: str) -> None:
    try:
        assert not matcher(pattern)(text)
    except UnusablePattern:
        assert pattern == "a)|(b"


def test_a_text_may_have_4096_characters() -> None:
    assert matcher("^a")("a" * LONGEST_SUBJECT)
    assert not matcher("^a")("a" * (LONGEST_SUBJECT + 1))


@pytest.mark.parametrize("pattern", ["(", "a(?R)?", "(?0)", "a" * (N + 1), "[", "\\"])
def test_a_pattern_that_cannot_be_used_is_told(pattern: str) -> None:
    with pytest.raises(UnusablePattern):
        matcher(pattern)
