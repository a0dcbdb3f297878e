"""The JSON part of a multipart body (RFC 2046)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.body.multipart import json_part

JSON = b'{"data":{}}'


def part(content, content_type="application/json", *headers):
    lines = (f"Content-Type: {content_type}", *headers)
    return "\r\n".join(("", *lines, "", "")).encode() + content + b"\r\n"


def body_of(*parts, boundary=b"b"):
    return b"".join(b"--" + boundary + piece for piece in parts) + b"--" + boundary + b"--\r\n"


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/mixed; boundary=b", b"b"),
        ('multipart/form-data;boundary="b c"', b"b c"),
        ("multipart/form-data; charset=utf-8; Boundary=----x7y; more=1", b"----x7y"),
    ],
)
def test_the_first_json_part_is_found(content_type, boundary):
    file = part(b"%PDF", "application/pdf")
    body = body_of(file, part(JSON, "Application/JSON; x=y"), part(b"[]"), boundary=boundary)
    assert json_part(content_type, body) == JSON


def test_other_lines_of_a_part_are_passed_over():
    body = body_of(part(JSON, "application/json", 'Content-Disposition: form-data; name="json"'))
    assert json_part("multipart/form-data; boundary=b", body) == JSON


@pytest.mark.parametrize(
    "content_type",
    ["multipart/mixed", "multipart/mixed; boundary=", f"multipart/mixed; boundary={'b' * 71}"],
)
def test_without_a_boundary_there_is_no_part(content_type):
    assert json_part(content_type, body_of(part(JSON))) is None


def test_parts_beyond_so_many_and_long_headers_are_not_looked_at():
    many = body_of(*[part(b"x", "text/plain")] * 16, part(JSON))
    long = body_of(part(JSON, "application/json", f"X: {'y' * 5000}"))
    for body in (many, long):
        assert json_part("multipart/mixed; boundary=b", body) is None


@given(st.text(max_size=80), st.binary(max_size=200))
def test_anything_gets_an_answer(content_type, body):
    json_part(content_type, body)
