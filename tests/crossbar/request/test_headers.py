"""Ids and keys in headers, and headers that are not text."""

import re

import pytest

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.headers import (
    LONGEST_HEADERS,
    read_idempotency_key,
    read_request_id,
    require_text,
)


@pytest.mark.parametrize("given", ["a", "a b", "x" * 256])
def test_a_request_id_that_can_be_repeated_is(given):
    assert read_request_id({"x-request-id": given}) == given


@pytest.mark.parametrize("given", [None, "", "x" * 257, "a\tb", "é"])
def test_any_other_request_id_is_replaced(given):
    headers = {} if given is None else {"x-request-id": given}
    assert re.fullmatch("[0-9a-f]{32}", read_request_id(headers))


@pytest.mark.parametrize("key", [None, "a", "x" * 255])
def test_an_idempotency_key_is_taken_as_it_is(key):
    assert read_idempotency_key({} if key is None else {"idempotency-key": key}) == key


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\udcff"])
def test_an_idempotency_key_that_no_client_should_make_is_a_400(key):
    with pytest.raises(CrossbarError) as raised:
        read_idempotency_key({"idempotency-key": key})
    assert raised.value.status == 400


def test_a_header_that_is_not_text_is_a_400_that_names_it():
    with pytest.raises(CrossbarError) as raised:
        require_text({"X-Good": "é", "X-Bad": "\udcff"})
    assert (raised.value.status, raised.value.data["cause"]) == (400, "x-bad")


def test_headers_that_are_too_long_together_are_a_431():
    require_text({"a": "x" * LONGEST_HEADERS})
    with pytest.raises(CrossbarError) as raised:
        require_text({"a": "x" * LONGEST_HEADERS, "b": "x"})
    assert raised.value.status == 431
