"""Placeholders stand for one value everywhere, and matching finds whatever is different."""

import base64

import pytest

from .matching import match_headers, match_json, match_unordered
from .placeholders import Bindings, encode_cursor

ID = "0123456789abcdef0123456789abcdef"
OTHER_ID = "f" * 32
REVISION = f"2-{ID}"


def test_a_placeholder_is_bound_by_its_first_match_and_used_in_requests() -> None:
    bindings = Bindings()

    assert match_json({"id": "{ID:1}"}, {"id": ID}, bindings) == []
    assert bindings.substitute("/v2/{ID:1}/x") == f"/v2/{ID}/x"


def test_a_bound_placeholder_matches_nothing_else() -> None:
    bindings = Bindings({"ID:1": ID})

    assert match_json({"id": "{ID:1}"}, {"id": OTHER_ID}, bindings) != []
    assert bindings.get("ID:1") == ID


def test_a_placeholder_inside_a_text_is_bound() -> None:
    bindings = Bindings()

    assert bindings.match("/v2/accounts/{ACCOUNT:a}/x/{ID:1}", f"/v2/accounts/{OTHER_ID}/x/{ID}")
    assert (bindings.get("ACCOUNT:a"), bindings.get("ID:1")) == (OTHER_ID, ID)


def test_a_placeholder_that_occurs_twice_needs_the_same_value_twice() -> None:
    assert Bindings().match("{ID:1} {ID:1}", f"{ID} {ID}")
    assert not Bindings().match("{ID:1} {ID:1}", f"{ID} {OTHER_ID}")


def test_an_unbound_placeholder_in_a_request_is_random_and_then_stays() -> None:
    bindings = Bindings()

    first = bindings.substitute("{ID:7}")

    assert first == bindings.substitute("{ID:7}") != Bindings().substitute("{ID:7}")


def test_a_forgotten_placeholder_is_bound_anew() -> None:
    bindings = Bindings({"ID:1": ID})
    bindings.forget("ID:1")

    assert bindings.match("{ID:1}", OTHER_ID)
    assert bindings.substitute("{ID:1}") == OTHER_ID


def test_base64_encodes_what_is_inside_it() -> None:
    bindings = Bindings({"ACCOUNT:acme": ID})

    header = bindings.substitute("Basic {BASE64:{ACCOUNT:acme}:secret}")

    assert base64.b64decode(header.removeprefix("Basic ")) == f"{ID}:secret".encode()


def test_cursors_are_those_of_kazoo() -> None:
    box = "4d4f1a2b3c4d5e6f708192a3b4c5d6e7"
    cursor = "g20AAAAgNGQ0ZjFhMmIzYzRkNWU2ZjcwODE5MmEzYjRjNWQ2ZTc"

    assert encode_cursor(box) == cursor
    assert Bindings({"ID:1": box}).match("{CURSOR:ID:1}", cursor)
    assert not Bindings({"ID:1": ID}).match("{CURSOR:ID:1}", cursor)


def test_json_in_a_request_body_is_left_alone() -> None:
    body = '{"data": {"name": "{not a placeholder}", "id": "{ID:1}"}}'

    assert Bindings({"ID:1": "x"}).substitute(body) == body.replace("{ID:1}", "x")


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("{TIME}", "2026-11-23T06:05:08Z", "2026-11-23 06:05:08"),
        ("{NODE}", "qAZM9YHIQVKDx9NuhuIIdA", "short"),
        ("{VERSION}", "0.1.0", "one"),
        ("{REQUEST_ID}", ID, "my-request"),
        ("{ETAG}", ID, REVISION),
        ("{REV}", REVISION, ID),
        ("{SMTP:1}", "0a1b2c3d.fax.example.com", "0A1B2C3D.fax.example.com"),
        ("{KEY:1}", ID + ID, ID),
        ("{GREGORIAN:1}", 63962638527, 1795417495),
        ("{TOKENS}", {"consumed": 1, "remaining": 100}, {"consumed": 1}),
        ("{TOKENS}", {"consumed": 1, "remaining": 100}, {"consumed": "1", "remaining": 100}),
    ],
)
def test_shapes(shape: str, good: object, bad: object) -> None:
    assert match_json(shape, good, Bindings()) == []
    assert match_json(shape, bad, Bindings()) != []


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": True}),
        ({"a": 0}, {"a": False}),
        ({"a": None}, {}),
        ({"a": "x"}, {"a": None}),
        ({"a": "1"}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": [1]}, {"a": [1, 1]}),
        ({"a": {}}, {"a": []}),
        ({"a": {"b": {"c": "x"}}}, {"a": {"b": {"c": "y"}}}),
    ],
)
def test_every_difference_in_json_is_found(expected: object, actual: object) -> None:
    assert match_json(expected, actual, Bindings()) != []
    assert match_json(expected, expected, Bindings()) == []


def test_the_order_of_keys_is_no_difference() -> None:
    assert match_json({"a": 1, "b": 2}, {"b": 2, "a": 1}, Bindings()) == []


def test_a_difference_says_where_it_is() -> None:
    (line,) = match_json({"data": [{"name": "x"}]}, {"data": [{"name": "y"}]}, Bindings())

    assert line == "data[0].name: expected 'x', got 'y'"


def test_items_in_random_order_are_matched_by_id() -> None:
    expected = [{"id": "{ID:1}", "n": 1}, {"id": "{ID:2}", "n": 2}]
    actual = [{"id": OTHER_ID, "n": 2}, {"id": ID, "n": 1}]

    assert match_unordered(expected, actual, Bindings({"ID:1": ID}), "data") == []


@pytest.mark.parametrize(
    "actual",
    [
        [{"id": ID, "n": 1}],
        [{"id": ID, "n": 1}, {"id": OTHER_ID, "n": 3}],
        [{"id": ID, "n": 1}, {"id": ID, "n": 1}],
        [{"id": ID, "n": 1}, {"id": OTHER_ID, "n": 2}, {"id": "e" * 32, "n": 2}],
        [{"id": ID, "n": 2}, {"id": OTHER_ID, "n": 1}],
    ],
)
def test_wrong_items_in_random_order_are_found(actual: list[object]) -> None:
    expected = [{"id": "{ID:1}", "n": 1}, {"id": "{ID:2}", "n": 2}]

    assert match_unordered(expected, actual, Bindings({"ID:1": ID}), "data") != []


def test_headers_must_be_there_or_not_be_there() -> None:
    expected = {"etag": '"{REV:1}"', "location": None}

    assert match_headers(expected, {"etag": f'"{REVISION}"', "x": "y"}, Bindings()) == []
    assert match_headers(expected, {"etag": REVISION}, Bindings()) != []
    assert match_headers(expected, {}, Bindings()) != []
    assert match_headers(expected, {"etag": f'"{REVISION}"', "location": "/x"}, Bindings()) == [
        "header location: expected none, got '/x'"
    ]
