"""The lists of headers, which the replies and the OpenAPI document share."""

from faxbox_service.crossbar.cors import EXPOSED_HEADERS, REQUEST_HEADERS
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
