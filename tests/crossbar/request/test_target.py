"""Reading the target of a request."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.target import Query, split_path

_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def split_target(target):
    path, _, query = target.partition("?")
    return split_path(path), Query(query)


@given(st.lists(_texts, min_size=1))
def test_segments_come_back_decoded(segments):
    path = "/".join(quote(segment, safe="") for segment in segments)
    assert split_target(f"/{path}")[0] == segments


@given(_texts, _texts)
def test_parameters_come_back_decoded(name, value):
    _, query = split_target(f"/?{quote_plus(name)}={quote_plus(value)}")
    assert query.first(name) == value


def test_one_trailing_slash_is_ignored():
    assert split_target("/v2/accounts/")[0] == ["v2", "accounts"]
    assert split_target("/v2//accounts")[0] == ["v2", "", "accounts"]


def test_a_name_without_value_is_true_and_an_empty_value_is_not():
    _, query = split_target("/?a&b=&c=1&c=2")
    assert (query.first("a"), query.first("b"), query.first("c")) == (True, "", "1")
    assert query.first("d") is None


@pytest.mark.parametrize(
    "target", ["/a%zz", "/a%", "/%ff", "/?a=%zz", "/?=x", "/?%ff=1", "/%ed%a0%80"]
)
def test_what_cannot_be_decoded_is_a_400(target):
    with pytest.raises(CrossbarError) as raised:
        split_target(target)
    assert raised.value.status == 400


def test_all_occurrences_of_a_parameter_are_read():
    pairs = list(Query("a=1&b&a=2").pairs())
    assert pairs == [("a", "1"), ("a", "2"), ("b", True)]
