"""The forms that a JSON body may take (docs/reference/wire.md, 1.4)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.request.reply_format import ReplyFormat, checked_callback
from faxbox_service.documents.json.text import encode_json, pretty_json

LONGEST = 10_000_000

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates are no text.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('ab{[,:"\\'), inner),
)


def test_pretty_printing_looks_like_kazoos():
    text = pretty_json(b'{"a":[],"b":{"c":[1,"x:,[\\""]}}', LONGEST)
    assert text.decode().split("\n") == [
        "{",
        '  "a" : [',
        "    ",
        "  ],",
        '  "b" : {',
        '    "c" : [',
        "      1,",
        '      "x:,[\\""',
        "    ]",
        "  }",
        "}",
    ]


def test_what_nobody_reads_is_not_laid_out():
    text = encode_json(["x" * 100] * 20_000)
    assert ReplyFormat(is_pretty=True).text(text) == text


@given(VALUES)
def test_pretty_printing_changes_no_value(value):
    assert json.loads(pretty_json(encode_json(value), LONGEST)) == json.loads(encode_json(value))


def test_a_callback_wraps_the_text():
    assert ReplyFormat(callback="app.on_reply").text(b'{"a":1}') == b'app.on_reply({"a":1});'


def test_line_separators_do_not_end_a_javascript_string():
    wrapped = ReplyFormat(callback="f").text(encode_json("\u2028\u2029"))
    assert wrapped == b'f("\\u2028\\u2029");'


@pytest.mark.parametrize("name", ["f", "$", "_1", "jQuery123_456", "a.b.c", "x" * 128])
def test_names_of_functions(name):
    assert checked_callback(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "1f", "a..b", ".a", "a.", "a b", "alert(1)//", "a;b", "a[0]", "é", "f\n", "x" * 129],
)
def test_anything_else_is_a_400(name):
    with pytest.raises(CrossbarError) as error:
        checked_callback(name)
    assert error.value.status == 400
