"""What a request asks, without and with its body (docs/reference/wire.md, 1.1 and 2.3)."""

import pytest

from faxbox_service.crossbar.request.parsed import parse_target


@pytest.mark.parametrize(
    ("method", "query", "verb"),
    [
        ("GET", "", "GET"),
        ("HEAD", "", "GET"),
        ("POST", "verb=delete", "DELETE"),
        ("GET", "verb=patch", "PATCH"),
        ("GET", "verb", "no method"),
    ],
)
def test_the_verb_replaces_the_method(method, query, verb):
    assert parse_target(method, "/v2/accounts", query).verb == verb


@pytest.mark.parametrize(
    ("carrier", "method", "is_allowed"),
    [
        ("POST", "DELETE", True),
        ("HEAD", "GET", True),
        ("GET", "DELETE", True),
        ("PUT", "DELETE", False),
        ("POST", "PATCH", False),
    ],
)
def test_a_method_may_be_carried_by_post_or_one_that_the_path_has(carrier, method, is_allowed):
    parsed = parse_target(carrier, "/", "")
    assert parsed.is_allowed(method, ("GET", "DELETE")) is is_allowed


def test_only_a_read_that_carries_a_change_is_a_preview():
    assert parse_target("GET", "/", "").is_preview("PATCH")
    assert not parse_target("GET", "/", "").is_preview("GET")
    assert not parse_target("POST", "/", "").is_preview("PATCH")


def test_an_option_of_the_query_string_wins_over_the_envelopes():
    parsed = parse_target("POST", "/", "a=1").with_body({"a": 2, "b": 3, "data": {"c": 4}})
    assert [parsed.options.get(name) for name in "abc"] == ["1", 3, None]
