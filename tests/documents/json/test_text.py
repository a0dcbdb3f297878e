"""JSON text, canonical text and layouts: exact, and bounded in time whatever is sent."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxbox_service.documents.json.long_integers import LONGEST_INTEGER
from faxbox_service.documents.json.text import (
    InvalidJson,
    canonical_json,
    decode_json,
    decode_stored_json,
    encode_json,
    pretty_json,
)

ROOT = Path(__file__).parents[3]

texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers(-(10**4000), 10**4000) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)

sorted_by_msgspec = msgspec.json.Encoder(order="sorted").encode


def nested(levels: int, innermost: Any) -> Any:
    value = innermost
    for level in range(levels):
        value = {"a": 1, "\uffff": value, "\U0001f4e0": level} if level % 2 else [value]
    return value


# Canonical text


@given(values)
@example({"é": 1, "z": 2, "\uffff": 3, "\U00010000": 4, "": 5, "e": 6, "\x00": 7, "\x7f": 8})
@example(nested(300, {"b": 1, "a": 2}))
def test_the_canonical_text_is_what_msgspec_always_wrote(value: Any) -> None:
    expected = sorted_by_msgspec(value)
    assert canonical_json(value) == expected
    assert canonical_json(value, few_members=-1) == expected


def test_an_object_of_many_members_has_the_text_that_msgspec_writes() -> None:
    names = [f"{number * 7919 % 5000}\U0001f4e0"[::-1] for number in range(5000)]
    value = {
        "few": {"b": 1, "a": [{"d": 1, "c": 2}]},
        "many": {name: {"y": 1, "x": 2} for name in names},
    }
    assert canonical_json(value) == sorted_by_msgspec(value)


def test_canonical_text_leaves_the_value_as_it_is() -> None:
    value = {"b": [{"d": 1, "c": 2}], "a": dict.fromkeys(map(str, range(2000, 0, -1)))}
    before = encode_json(value)
    canonical_json(value)
    assert encode_json(value) == before


@pytest.mark.parametrize("first", ["late", "early"])
def test_any_number_of_names_in_any_order_is_put_in_order_quickly(first: str) -> None:
    """In a process of its own, for what it guards against ends the process."""
    script = f"""
import resource
from faxbox_service.documents.json.text import canonical_json, decode_json
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
names = [f"{{number:07}}" for number in range(150_000)]
late, early = names[-1:] + names[:-1], names[1:] + names[:1]
value = [dict.fromkeys({first}, 0)]
for level in range(250):
    value = {{"z": 1, "a": [value]}} if level % 2 else [value]
text = canonical_json(value)
assert text.count(b":0") == 150_000 and text.index(b"0000000") < text.index(b"0000001")
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert run.returncode == 0


# What is not JSON


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"NaN", b"Infinity", b"-Infinity", b"[1,]", b"01", b"+1", b"1.", b".5", b"'a'"),
        *(b'"\t"', b'"\x00"', b"\xef\xbb\xbf1", b'"\xff"', b'"\xed\xa0\x80"', b'{"a"}', b"[" * 99),
        *(rb'"\ud800"', rb'"\udc00"', rb'"\ud800\ud800"', rb'"\ud800A"', rb'"\udc00\ud800"'),
        *(rb'{"\ud800":1}', b"1e400", b"-1e400", b"1E+99999999", b"9" * 400 + b".5"),
        *(b"9" * 101, b"-" + b"9" * 101, b"9" * 4301, b"9" * 1_000_000, b"9" * 8_000_000),
        *(b"[" * 100_000, b'{"a":' * 100_000, b"[" * 5000 + b"]" * 5000),
        *("\ud800", '"\ud800"', '["' + "a" * 200_000 + '\ud800"]'),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_json_or_too_much_of_it_is_invalid(text: bytes | str) -> None:
    with pytest.raises(InvalidJson):
        decode_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"-0", 0),
        (b"-0.0", -0.0),
        (b"1e-99999999", 0.0),
        (b'{"a":1,"a":2}', {"a": 2}),
        (rb'"\ud83d\udce0"', "\U0001f4e0"),
        (b"18446744073709551617", 18446744073709551617),
        (b"0." + b"9" * 100_000, 1.0),
    ],
)
def test_what_is_odd_json_is_taken_as_it_says(text: bytes, value: Any) -> None:
    decoded = decode_json(text)
    assert repr(decoded) == repr(value)


@given(values)
def test_what_was_written_is_read_as_it_was(value: Any) -> None:
    assert repr(decode_stored_json(encode_json(value))) == repr(value)


# Long integers

LONG = "9" * (LONGEST_INTEGER + 1)
PADDING = '"x"'


@pytest.mark.parametrize("integer", [LONG, f"-{LONG}", "9" * 4300])
@pytest.mark.parametrize(
    "text", ["[{},{}]", "[{1},{0}]", '{{"a":{},"b\\"":[{}]}}', '["\\\\",{},{}]']
)
def test_a_long_integer_is_refused_wherever_it_is(text: str, integer: str) -> None:
    body = text.format(PADDING, integer)
    assert integer in repr(decode_stored_json(body))
    for sent in (body, body.encode()):
        with pytest.raises(InvalidJson, match="digits"):
            decode_json(sent)


@pytest.mark.parametrize(
    "part",
    [
        *(LONG[1:], f"-{LONG[1:]}", f'"{LONG}"', f'"\\"{LONG}"', f'"a\\\\","{LONG}"'),
        *(f"0.{LONG}", f"{LONG}.5", f"{LONG}e1", f"1e-{LONG}", f"0e+{LONG}", f"0E{LONG}"),
        *(f'{{"{LONG}":1}}', f'"{LONG}",0.{LONG},"{LONG}"'),
    ],
)
def test_long_texts_and_floats_of_digits_are_no_long_integers(part: str) -> None:
    body = f"[{PADDING},{part}]"
    assert decode_json(body) == decode_stored_json(body) == json.loads(body)


def test_an_integer_may_have_a_hundred_digits() -> None:
    assert decode_json("9" * 100) == 10**100 - 1
    assert decode_stored_json("9" * 4300) == 10**4300 - 1


# Layouts

LONGEST = 1_000_000


def test_a_layout_is_kazoos() -> None:
    lines = [
        *("{", '  "a" : [', "    1,", "    {", '      "b" : "x, [y]: \\"z"', "    }"),
        *("  ],", '  "c" : [', "    ", "  ]", "}"),
    ]
    text = b'{"a":[1,{"b":"x, [y]: \\"z"}],"c":[]}'
    assert pretty_json(text, LONGEST).decode().splitlines() == lines


@given(values)
def test_a_layout_says_the_same(value: Any) -> None:
    text = encode_json(value)
    assert json.loads(pretty_json(text, LONGEST)) == json.loads(text)


def test_a_layout_is_never_longer_than_it_may_be() -> None:
    text = b"[" * 20 + b",".join([b"1"] * 100) + b"]" * 20
    layout = pretty_json(text, LONGEST)
    assert layout is not None
    assert len(layout) > 10 * len(text)
    assert pretty_json(text, len(layout)) == layout
    assert pretty_json(text, len(layout) - 1) is None
