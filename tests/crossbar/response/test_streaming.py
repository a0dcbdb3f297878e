"""The file name of a table that is sent (RFC 6266)."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.response.streaming import content_disposition


def test_a_table_has_a_random_file_name_of_its_own():
    form = re.compile(r'attachment; filename="json_[0-9a-f]{22}\.csv"')
    first, second = content_disposition(None), content_disposition("")
    assert form.fullmatch(first) and form.fullmatch(second)
    assert first != second


@pytest.mark.parametrize(
    ("given_name", "rest"),
    [
        ("boxes.csv", 'filename="boxes.csv"'),
        ("my boxes (2).csv", 'filename="my boxes (2).csv"'),
        ("../../etc/passwd", 'filename="_.._etc_passwd"'),
        ("C:\\boxes.csv", 'filename="C:_boxes.csv"'),
        ('a"; x="b', 'filename="a_; x=_b"'),
        ("a\r\nset-cookie: b", 'filename="a__set-cookie: b"'),
        ("Büro.csv", "filename=\"B_ro.csv\"; filename*=UTF-8''B%C3%BCro.csv"),
        ("100%.csv", "filename=\"100_.csv\"; filename*=UTF-8''100%25.csv"),
        ("gpj\u202e.csv", 'filename="gpj_.csv"'),
        ("a\udcff.csv", 'filename="a_.csv"'),
        ("x" * 1000, f'filename="{"x" * 128}"'),
        ("x" * 127 + ".csv", f'filename="{"x" * 127}"'),
    ],
)
def test_a_wished_file_name_is_made_safe(given_name, rest):
    assert content_disposition(given_name) == f"attachment; {rest}"


@pytest.mark.parametrize("given_name", [".", "..", "   ", ". ."])
def test_a_name_of_nothing_is_none(given_name):
    assert 'filename="json_' in content_disposition(given_name)


_HEADER = re.compile(r'attachment; filename="([ -~]+)"(?:; filename\*=UTF-8\'\'([!-~]+))?')


@given(st.text())
def test_no_file_name_breaks_out(given_name):
    header = content_disposition(given_name)
    match = _HEADER.fullmatch(header)
    assert match
    for name in (match[1], unquote(match[2] or match[1], errors="strict")):
        assert name.isprintable()
        assert not set(name) & set('"/\\')
        assert name.strip(" .") == name
    assert len(header) < 2_000
