"""What is read of a token before, and after, its signature is verified."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.model.signed_token import (
    LONGEST_CREDENTIAL,
    fingerprint_of,
    key_id_of,
    signed_payload,
    signed_token,
)

KEY_ID = "0123456789abcdef" * 2
KEY = generate_private_key(65537, 2048)
OTHER = generate_private_key(65537, 2048)
PAYLOAD = {"iss": "kazoo", "exp": 1, "as": {"account_id": "x"}}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def with_header(header: bytes) -> str:
    return f"{encoded(header)}.{encoded(b'{}')}.{encoded(b'x')}"


def test_a_token_says_what_was_signed():
    token = signed_token(PAYLOAD, KEY_ID, KEY)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": KEY_ID}
    assert key_id_of(token) == KEY_ID
    assert signed_payload(token, KEY.public_key()) == PAYLOAD
    assert signed_payload(token, OTHER.public_key()) is None


HEADERS = {
    "no algorithm": {"kid": KEY_ID},
    "none": {"alg": "none", "kid": KEY_ID},
    "None": {"alg": None, "kid": KEY_ID},
    "HMAC": {"alg": "HS256", "kid": KEY_ID},
    "another case": {"alg": "rs256", "kid": KEY_ID},
    "a list": {"alg": ["RS256"], "kid": KEY_ID},
    "no key": {"alg": "RS256"},
    "a number": {"alg": "RS256", "kid": 5},
    "an object": {"alg": "RS256", "kid": {}},
    "a path": {"alg": "RS256", "kid": "../system_config/auth"},
    "a NUL": {"alg": "RS256", "kid": KEY_ID + "\0"},
    "a line": {"alg": "RS256", "kid": KEY_ID + "\n"},
    "detached": {"alg": "RS256", "kid": KEY_ID, "b64": False, "crit": ["b64"]},
    "critical": {"alg": "RS256", "kid": KEY_ID, "crit": ["exp"]},
    "a key of its own": {"alg": "RS256", "kid": KEY_ID, "jwk": {"kty": "RSA"}},
    "text": "RS256",
    "nothing": None,
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_headers_that_cannot_be_good(header):
    assert key_id_of(with_header(json.dumps(header).encode())) is None


@pytest.mark.parametrize(
    "header",
    [
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b"[" * 700,
        b'{"alg":"RS256","kid":NaN}',
        b"\xff\xfe",
        b"",
        b'{"alg":"RS256","kid":"' + KEY_ID.encode() + b'","x":"' + b"x" * 1000 + b'"}',
    ],
    ids=["deep", "open", "NaN", "no text", "empty", "long"],
)
def test_headers_that_are_hard_to_read(header):
    assert key_id_of(with_header(header)) is None


def test_of_members_that_are_there_twice_the_last_counts_everywhere():
    twice = f'{{"alg":"none","alg":"RS256","kid":"{"f" * 32}","kid":"{KEY_ID}"}}'.encode()
    signed = f"{encoded(twice)}.{encoded(b'{}')}"
    signature = jwt.get_algorithm_by_name("RS256").sign(signed.encode(), KEY)
    token = f"{signed}.{encoded(signature)}"
    assert key_id_of(token) == KEY_ID
    assert signed_payload(token, KEY.public_key()) == {}


@pytest.mark.parametrize(
    "payload",
    [b"[]", b"5", b'{"exp":NaN}', b'{"exp":1e999}', b'{"exp":', b'{"a":' * 1100, b"\xff"],
)
def test_signed_payloads_that_are_no_object(payload):
    token = jwt.PyJWS().encode(payload, KEY, "RS256", {"kid": KEY_ID})
    assert key_id_of(token) == KEY_ID
    assert signed_payload(token, KEY.public_key()) is None


def test_a_token_that_is_too_long_is_refused():
    longest = signed_token({"x": "x" * 5000}, KEY_ID, KEY)
    longest += "A" * (LONGEST_CREDENTIAL - len(longest))
    assert key_id_of(longest) == KEY_ID
    for length in (LONGEST_CREDENTIAL + 1, 10 * LONGEST_CREDENTIAL, 1_000_000):
        assert key_id_of(longest + "A" * (length - len(longest))) is None


@pytest.mark.parametrize("count", [1, 2, 4, 1000])
def test_a_token_has_three_parts(count):
    assert key_id_of(".".join(["QQ"] * count)) is None


@given(st.text(st.characters(exclude_categories=[])) | st.text("eyJhbGci.OR-_=\n 0"))
def test_any_text_is_a_token_or_none(text):
    assert key_id_of(text) is None


@given(st.binary(max_size=300))
def test_any_bytes_may_be_a_header(header):
    assert key_id_of(with_header(header)) is None


def test_a_fingerprint_is_of_what_is_signed():
    token = signed_token(PAYLOAD, KEY_ID, KEY)
    assert fingerprint_of(token) == fingerprint_of(token[:-1] + "A")
    assert fingerprint_of(token) != fingerprint_of(signed_token({}, KEY_ID, KEY))
