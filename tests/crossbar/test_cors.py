"""CORS: which requests are of it, and the headers that browsers and the OpenAPI document get."""

import pytest

from faxbox_service.crossbar.cors import (
    EXPOSED_HEADERS,
    REQUEST_HEADERS,
    cors_headers,
    is_cross_origin,
    preflight_headers,
)
from faxbox_service.openapi.components.headers import HEADERS, reply_headers
from faxbox_service.openapi.components.parameters import PARAMETERS

_SAFELISTED = {"cache-control", "content-language", "content-type", "expires", "last-modified"}
"""What scripts may read anyway (Fetch, 2.2.2)."""


def test_every_documented_request_header_may_be_sent_from_other_origins():
    documented = {
        parameter["name"].lower()
        for parameter in PARAMETERS.values()
        if parameter["in"] == "header"
    }
    assert documented <= set(REQUEST_HEADERS)
    assert {"authorization", "x-auth-token", "content-type"} <= set(REQUEST_HEADERS)


def test_every_documented_reply_header_can_be_read_by_scripts_or_is_for_browsers():
    names = {name.lower() for name in reply_headers(retry_after="RetryAfter", allow="Allow")}
    names |= {"content-disposition", "location", "etag", "link", "next-start-key"}
    for_browsers = {name for name in names if name.startswith("access-control-")}
    for_browsers |= {"vary", "x-content-type-options"}
    assert names - for_browsers - _SAFELISTED <= set(EXPOSED_HEADERS)


def test_the_openapi_document_shows_the_lists():
    assert HEADERS["AllowHeaders"]["schema"]["const"] == ", ".join(REQUEST_HEADERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("origin", True),
        ("access-control-request-method", True),
        ("access-control-request-headers", True),
        ("host", False),
    ],
)
def test_three_headers_make_a_request_one_of_cors(name, expected):
    assert is_cross_origin({name: "x"}) is expected


def test_options_is_allowed_everywhere():
    assert cors_headers(("GET", "PUT"))["access-control-allow-methods"] == "OPTIONS, GET, PUT"


@pytest.mark.parametrize(
    ("wanted", "methods"),
    [
        (None, "OPTIONS, GET"),
        ("GET", "OPTIONS, GET"),
        ("PATCH", "PATCH, OPTIONS, GET"),
        ("a b", "OPTIONS, GET"),
        ("é", "OPTIONS, GET"),
    ],
)
def test_a_preflight_names_the_method_that_was_asked_for(wanted, methods):
    asked = {} if wanted is None else {"access-control-request-method": wanted}
    assert preflight_headers(("GET",), asked)["access-control-allow-methods"] == methods
