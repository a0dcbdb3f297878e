"""What clients accept (wire, 2.2 and 2.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.negotiation import (
    Representation,
    negotiated_language,
    negotiated_representation,
    overriding_representation,
)

JSON, CSV = Representation.JSON, Representation.CSV


@pytest.mark.parametrize(
    ("accept", "representation"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("application/json", JSON),
        ("Application/JSON; charset=utf-8", JSON),
        ("application/x-json", JSON),
        ("application/*", JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("text/csv", CSV),
        ("text/comma-separated-values", CSV),
        ("application/octet-stream", CSV),
        ("text/*", CSV),
        ("application/json;q=0.5, text/csv;q=0.9", CSV),
        ("text/csv;q=0, */*;q=0.1", JSON),
        ('text/html;level="1,2", text/csv', CSV),
        (", ,text/csv,", CSV),
    ],
)
def test_the_representation_follows_accept(accept, representation):
    assert negotiated_representation(accept) is representation


@pytest.mark.parametrize("accept", ["application/xml", "image/*, text/html", "text/csv;q=0"])
def test_what_is_not_provided_is_a_406(accept):
    with pytest.raises(CrossbarError) as error:
        negotiated_representation(accept)
    assert (error.value.status, error.value.data["cause"]) == (406, accept)


@pytest.mark.parametrize("accept", ["json", "text/", "/csv", "text/csv text/html", "a/b;=,"])
def test_a_malformed_accept_is_a_400(accept):
    with pytest.raises(CrossbarError) as error:
        negotiated_representation(accept)
    assert error.value.status == 400


@pytest.mark.parametrize(
    ("option", "representation"),
    [
        ("csv", CSV),
        ("text/csv", CSV),
        ("application/json", JSON),
        ("pdf", None),
        ("application/pdf", None),
        ("", None),
    ],
)
def test_the_option_accept(option, representation):
    assert overriding_representation(option) is representation


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("en-US,en;q=0.5", "en-us"),
        ("fr;q=0.1, en", "en"),
        ("de;q=0.2, fr;q=0.9", "de"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_first_listed_unless_english_is_preferred(header, language):
    assert negotiated_language(header) == language


@pytest.mark.parametrize("header", ["de de", "a=b", '"de"'])
def test_a_malformed_accept_language_is_a_400(header):
    with pytest.raises(CrossbarError) as error:
        negotiated_language(header)
    assert error.value.status == 400


@given(st.text(max_size=60))
def test_any_header_gets_an_answer(header):
    for negotiate in (negotiated_representation, negotiated_language):
        try:
            negotiate(header)
        except CrossbarError as error:
            assert error.status in (400, 406)
