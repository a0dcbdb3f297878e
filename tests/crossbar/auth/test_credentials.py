"""Credentials: where they are found in a request, and what they say.

See docs/reference/wire.md, 6.1.
"""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from faxbox_service.crossbar.auth.credentials import (
    Credential,
    CredentialKind,
    PlainCredential,
    is_of_type,
    locate_credential,
    parse_basic,
)
from faxbox_service.crossbar.request.parsed import parse_target
from faxbox_service.documents.model.passwords import Digest
from faxbox_service.documents.model.signed_token import LONGEST_CREDENTIAL

TOKEN, BASIC, OTHER = CredentialKind.TOKEN, CredentialKind.BASIC, CredentialKind.OTHER


def located(headers, query=""):
    options = parse_target("GET", "/", query).options
    return locate_credential(CIMultiDictProxy(CIMultiDict(headers)), options)


@pytest.mark.parametrize(
    ("headers", "query", "found"),
    [
        ({}, "", None),
        ({"X-Auth-Token": "a"}, "auth_token=b", ("a", TOKEN, True)),
        ({"Authorization": "Basic c"}, "auth_token=b", ("b", TOKEN, True)),
        ({"Authorization": "Bearer c"}, "", ("c", TOKEN, True)),
        ({"Authorization": "basic c"}, "", ("c", BASIC, False)),
        ({"Authorization": "Digest c"}, "", ("c", OTHER, False)),
        ({"Authorization": "c"}, "", ("c", OTHER, False)),
        ({}, "authorization=Bearer+c", ("c", TOKEN, True)),
        ({"X-Auth-Token": "x" * (LONGEST_CREDENTIAL + 1)}, "", ("", OTHER, False)),
    ],
)
def test_where_a_credential_is_found(headers, query, found):
    credential = located(headers, query)
    shown = credential and (credential.text, credential.kind, credential.is_echoed)
    assert shown == found


def test_a_credential_is_of_the_account_that_the_headers_claim():
    credential = located({"X-Auth-Token": "a", "X-Auth-Account-ID": "b"})
    assert (credential.claimed_account_id, credential.token) == ("b", "a")


@given(st.text())
def test_any_text_is_a_basic_credential_or_none(text):
    credential = parse_basic(base64.b64encode(text.encode()).decode())
    assert credential is None or text.startswith(credential.account_id)
    assert parse_basic(text) is None or set(text) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    )


def test_an_account_may_take_one_form_only():
    plain = PlainCredential("a" * 32, "alice", "secret")
    assert is_of_type(plain, None) and is_of_type(plain, "anything")
    assert not is_of_type(plain, "md5")
    hashed = parse_basic(base64.b64encode(f"{'a' * 32}:{'0' * 40}".encode()).decode())
    assert hashed is not None and hashed.digest is Digest.SHA


def test_no_secret_is_in_what_a_credential_says_of_itself():
    shown = repr(PlainCredential("a" * 32, "alice", "Secret1234"))
    shown += repr(Credential("Secret1234", CredentialKind.TOKEN, is_echoed=True))
    assert "Secret1234" not in shown
