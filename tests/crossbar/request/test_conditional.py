"""The headers If-Match and If-None-Match."""

import pytest

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.conditional import (
    entity_tag,
    is_not_modified,
    parse_if_match,
    parse_if_none_match,
    read_precondition,
    revisions_of,
)

COMPACT = (False, False, False)


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
    first, second = (entity_tag("1-a", token, COMPACT) for token in ("one", "another"))
    pretty = entity_tag("1-a", "one", (True, False, False))
    assert len({first, second, pretty}) == 3
    assert revisions_of(frozenset((first, second, pretty, "1-a"))) == {"1-a"}
    assert revisions_of(frozenset(("*",))) == {"*"}


def test_what_shows_nothing_of_a_caller_has_no_mark():
    assert entity_tag("1-a", "", COMPACT) == "1-a"


@pytest.mark.parametrize(
    ("method", "none_match", "is_there_already"),
    [
        ("GET", None, False),
        ("GET", {"2-b"}, False),
        ("GET", {"1-a", "2-b"}, True),
        ("HEAD", {"1-a"}, True),
        ("GET", {"*"}, True),
        ("PUT", {"1-a"}, False),
    ],
)
def test_a_read_is_not_sent_again(method, none_match, is_there_already):
    known = None if none_match is None else frozenset(none_match)
    assert is_not_modified(method, known, "1-a", "1-a.mark") is is_there_already


def test_any_tag_stands_for_a_reply_without_one():
    assert is_not_modified("GET", frozenset("*"))
    assert not is_not_modified("GET", frozenset(("1-a",)))


@pytest.mark.parametrize(
    ("envelope", "revision"),
    [
        ({"data": {"_rev": "1-a"}, "revision": "2-b"}, "1-a"),
        ({"data": [], "revision": "2-b"}, "2-b"),
        ({"data": {"_rev": 1}}, "no revision"),
        ({"data": {}}, None),
    ],
)
def test_a_body_names_the_revision_that_it_was_made_from(envelope, revision):
    assert read_precondition({}, envelope).revision == revision
