"""What clients accept (docs/reference/wire.md, 2.2 and 2.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.negotiation import (
    Negotiated,
    Representation,
    negotiate,
    negotiated_language,
    negotiated_representation,
    overriding_representation,
)
from faxbox_service.crossbar.request.parsed import parse_target

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
    for read in (negotiated_representation, negotiated_language):
        try:
            read(header)
        except CrossbarError as error:
            assert error.status in (400, 406)


@pytest.mark.parametrize(
    ("method", "headers", "query", "negotiated"),
    [
        ("GET", {}, "", Negotiated("en", JSON)),
        ("GET", {"accept": "*/*", "accept-language": "de"}, "", Negotiated("de", JSON)),
        ("GET", {"accept": "text/csv"}, "", Negotiated("en", CSV)),
        ("PUT", {"accept": "text/csv"}, "", Negotiated("en", JSON)),
        ("GET", {}, "accept=csv", Negotiated("en", CSV)),
        ("PUT", {}, "accept=csv", Negotiated("en", JSON)),
        ("GET", {"accept": "text/csv"}, "accept=pdf", Negotiated("en", CSV)),
        ("GET", {"x-file-name": "a"}, "accept=csv&file_name=b", Negotiated("en", CSV, "a")),
        ("GET", {}, "accept=csv&file_name=b", Negotiated("en", CSV, "b")),
        ("GET", {}, "accept=csv&csv_safe", Negotiated("en", CSV, None, True)),
        ("GET", {}, "accept=csv&csv_safe=false", Negotiated("en", CSV, None, False)),
        ("GET", {"x-file-name": "a"}, "csv_safe", Negotiated("en", JSON)),
    ],
)
def test_what_is_negotiated(method, headers, query, negotiated):
    assert negotiate(headers, parse_target(method, "/", query)) == negotiated
