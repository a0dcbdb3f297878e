"""The headers If-Match and If-None-Match."""

import pytest

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.conditional import (
    mark_of,
    marked,
    parse_if_match,
    parse_if_none_match,
    revisions_of,
)


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        (None, None),
        ("*", {"*"}),
        ('"1-a"', {"1-a"}),
        ('"1-a", "2-b"', {"1-a", "2-b"}),
        ('"1-a","2-b"', {"1-a", "2-b"}),
        ('W/"1-a"', set()),
        ('W/"1-a", "2-b"', {"2-b"}),
        ('""', {""}),
        ("1-a", {"1-a"}),
        (' 1-a , "2-b.c3"', {"1-a", "2-b.c3"}),
    ],
)
def test_if_match(header, tags):
    assert parse_if_match(header) == tags


def test_if_none_match_compares_weakly():
    assert parse_if_none_match('W/"1-a", "2-b"') == {"1-a", "2-b"}


def test_a_quoted_star_is_not_any():
    assert parse_if_match('"*"') != {"*"}


@pytest.mark.parametrize(
    "header", ["", "1-a 2-b", "1_a", '"1-a', '"1-a" "2-b"', "*,*", '"a";', "W/*", '"a\x00"']
)
def test_malformed_headers_are_a_400(header):
    with pytest.raises(CrossbarError) as raised:
        parse_if_match(header)
    assert raised.value.status == 400


def test_a_mark_tells_callers_apart_and_is_nothing_to_preconditions():
    first, second = (marked("1-a", mark_of(token)) for token in ("one", "another"))
    assert first != second
    assert revisions_of(frozenset((first, second, "1-a"))) == {"1-a"}
    assert revisions_of(frozenset(("*",))) == {"*"}


def test_what_shows_nothing_of_a_caller_has_no_mark():
    assert marked("1-a", mark_of("")) == "1-a"
