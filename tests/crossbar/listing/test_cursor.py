"""The opaque keys of pages."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.listing.cursor import decode_cursor, encode_cursor

_texts = st.text(st.characters(exclude_categories=["Cs"]))


def test_the_example_of_the_reference():
    key = "4d4f1a2b3c4d5e6f708192a3b4c5d6e7"
    cursor = "g20AAAAgNGQ0ZjFhMmIzYzRkNWU2ZjcwODE5MmEzYjRjNWQ2ZTc"
    assert encode_cursor(key) == cursor
    assert decode_cursor(cursor) == key
    assert encode_cursor("") == "g20AAAAA"


@given(_texts | st.lists(_texts))
def test_every_key_comes_back(key):
    assert decode_cursor(encode_cursor(key)) == key


def test_a_list_that_kazoo_made():
    cursor = "g2wAAAACbQAAACBjNTAzYTBjMGVlZDE0YjcwNWZlYWNjNWJkOTVlY2QxOG0AAAAD77-wag"
    key = ["c503a0c0eed14b705feacc5bd95ecd18", "\ufff0"]
    assert (decode_cursor(cursor), encode_cursor(key)) == (key, cursor)


@given(_texts)
def test_whatever_is_no_cursor_is_a_plain_key(text):
    decoded = decode_cursor(text)
    assert decoded == text or encode_cursor(decoded) == text


@given(st.binary())
def test_no_other_erlang_term_is_decoded(term):
    from base64 import urlsafe_b64encode

    cursor = urlsafe_b64encode(b"\x83h" + term).rstrip(b"=").decode()
    assert decode_cursor(cursor) == cursor
