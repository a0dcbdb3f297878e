"""No pattern of the package takes longer than in proportion to its text, whatever the text is.

Each is tried with texts made from itself, in a process of its own that ends when it takes for ever.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pcre2
import pytest

from faxbox_service.documents.schema.packaged import packaged_schema, packaged_schema_ids
from faxbox_service.documents.schema.regular_expression import matcher

from .collection import Found, patterns, patterns_without_a_name, trees
from .inputs import families

ROOT = Path(__file__).parents[3]

TREES = trees()

_PATIENCE = 240
"""Seconds of all texts for one pattern; they take some ten."""


def hardest(pattern: Any, uses: tuple[str, ...], flags: int = 0) -> dict[str, Any] | None:
    """The texts for which a pattern takes too long, if there are any."""
    is_bytes = isinstance(pattern, bytes)
    text = pattern.decode("latin-1") if is_bytes else pattern
    given = {"pattern": text, "flags": flags, "is_bytes": is_bytes, "uses": uses}
    run = subprocess.run(
        [sys.executable, "-m", "tests.hostile.patterns.growth"],
        cwd=ROOT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
    )
    found: dict[str, Any] | None = json.loads(run.stdout)["hardest"]
    return found


@pytest.mark.parametrize("found", patterns(), ids=lambda found: found.place)
def test_no_text_is_hard_for_a_pattern(found: Found) -> None:
    assert not isinstance(found.pattern, pcre2.Pattern), "only schemas have patterns of PCRE"
    flags = found.pattern.flags & ~re.UNICODE
    assert hardest(found.pattern.pattern, found.uses, flags) is None


@pytest.mark.parametrize("place", TREES)
def test_every_pattern_has_a_name(place: str) -> None:
    """Others would be looked at by none of these tests, and be compiled again and again."""
    if place != "documents/schema/regular_expression.py":
        assert not patterns_without_a_name(TREES[place])


# Whether the tests above find what they look for

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf'[ \t]*;[ \t]*(?:{_TOKEN}(?:=(?:{_TOKEN}|"(?:[^"\\]|\\.)*"))?)?'

HARD = {
    "a header's elements, once": (rf"[ \t]*({_TOKEN})((?:{_PARAMETER})*)[ \t]*(?:,|\Z)", "match"),
    "media types, once": (
        rf"[ \t]*({_TOKEN}/{_TOKEN})((?:{_PARAMETER})*)[ \t]*(?:,|\Z)",
        "match",
    ),
    "a body's structure, once": (rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', "finditer"),
    "tokens of JSON, once": (rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"]+', "finditer"),
    "a repeat of repeats": (r"(?:a+)+\Z", "match"),
    "a choice of the same": (r"(?:a|ab?)*\Z", "match"),
    "words and perhaps spaces": (r"(?:\w+\s?)*\Z", "match"),
    "neighbours that match the same": (r"\s*\s*x", "match"),
    "neighbours with something between": (r"a*b?a*c", "match"),
    "three of anything": (r".*,.*,.*;", "match"),
    "spaces at the end": (r"\s+\Z", "search"),
    "a beginning that is everywhere": (r"[a-z]+@", "sub"),
    "an end that is nowhere": (r"<!--.*?-->", "findall"),
    "a look ahead from everywhere": (r"(?=[^;]*;)x?", "finditer"),
    "a look ahead from each match": (r"a(?=[ab]*c)?", "match"),
    "a reference": (r"(a*)\1*b", "match"),
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_pattern_is_found(name: str) -> None:
    pattern, use = HARD[name]
    assert hardest(pattern, (use,), re.DOTALL) is not None


EASY = {
    "tokens of JSON": (rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},:]|[^\[\]{},:"]++', "finditer"),
    "digits": (r"[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?\Z", "match"),
    "one of each": (r"[^@]+@[^@]+\Z", "match"),
    "all of some": (r"[^\x20-\x7e]|%", "sub"),
    "fixed lengths": (r"[0-9a-f]{32}\Z", "finditer"),
}


@pytest.mark.parametrize("name", EASY)
def test_an_easy_pattern_is_left_alone(name: str) -> None:
    pattern, use = EASY[name]
    assert hardest(pattern, (use,), re.DOTALL) is None


@pytest.mark.parametrize(
    "source",
    [
        "import re\ndef f(x):\n    return re.match('a', x)",
        "import re\ndef f(x):\n    return re.compile('a').match(x)",
        "import re\nX = re.split('a', 'b') if re.search('a', 'b') else []\nre.sub('a', 'b', X)",
        "import pcre2\nclass A:\n    def f(self): return pcre2.compile('a')",
        "import re\nf = lambda x: x\nclass A:\n    X = re.compile('a')",
    ],
)
def test_a_pattern_without_a_name_is_found(source: str) -> None:
    assert patterns_without_a_name(ast.parse(source))


def test_a_named_pattern_is_none_without_a_name() -> None:
    source = "import re\nX = re.compile('a')\nY = {1: re.compile(re.escape('b'))}\nX.match('a')"
    assert not patterns_without_a_name(ast.parse(source))


def test_patterns_are_found_wherever_they_are() -> None:
    places = {found.place: found for found in patterns()}
    assert len(places) > 20
    assert places["faxbox_service.documents.schema.coercion._INTEGER"].uses == ("match",)
    assert "faxbox_service.crossbar.auth.credentials._HASHES" in places


# Patterns of schemas


def schema_patterns(value: Any) -> set[str]:
    """Those of a schema's `pattern` and `patternProperties`."""
    if isinstance(value, list):
        return set().union(*map(schema_patterns, value))
    if not isinstance(value, dict):
        return set()
    own = value.get("pattern")
    found = {own} if isinstance(own, str) else set()
    named = value.get("patternProperties")
    found |= set(named) if isinstance(named, dict) else set()
    return found.union(*map(schema_patterns, value.values()))


PACKAGED = sorted(
    set().union(*(schema_patterns(packaged_schema(id).document) for id in packaged_schema_ids()))
)


@pytest.mark.parametrize("pattern", PACKAGED)
def test_no_match_with_a_packaged_schema_is_given_up(pattern: str) -> None:
    """PCRE gives up after so many steps, which would be taken for a text that does not match."""
    matches = matcher(pattern)
    for family in families(pattern, 0):
        for length in (512, 4000):
            text = family.text(length)
            assert matches(text) == (re.search(pattern, text, re.ASCII) is not None)
