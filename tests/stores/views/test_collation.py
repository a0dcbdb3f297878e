"""The order of keys is CouchDB's."""

from fractions import Fraction
from functools import cmp_to_key

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.types import Json
from faxbox_service.stores.views.collation import HIGHEST, LOWEST, encode_key

numbers = (
    st.integers()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-9, 9).map(float)
)

texts = st.text(max_size=4) | st.text("ab\x00\x01\xff\uffff\U00010000", max_size=4)

keys = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def rank(key: Json) -> int:
    """The rank of a key's type in CouchDB's collation."""
    if key is None or isinstance(key, bool):
        return {None: 0, False: 1, True: 2}[key]
    types: list[type | tuple[type, ...]] = [(int, float), str, list, dict]
    return 3 + next(n for n, kind in enumerate(types) if isinstance(key, kind))


def compare(a: Json, b: Json) -> int:
    """The order of two keys as the collation's description says it, word by word."""
    if rank(a) != rank(b) or rank(a) < 3:
        return rank(a) - rank(b)
    if isinstance(a, list):
        pairs = [compare(x, y) for x, y in zip(a, b, strict=False)]
        return next((order for order in pairs if order), len(a) - len(b))
    if isinstance(a, dict):
        members = [[part for item in key.items() for part in item] for key in (a, b)]
        return compare(*members)
    if isinstance(a, str):
        a, b = [ord(c) for c in a], [ord(c) for c in b]
    else:
        a, b = Fraction(a), Fraction(b)
    return int(a > b) - int(a < b)


class TestCollation:
    @given(keys, keys)
    def test_bytes_order_as_keys_do(self, a: Json, b: Json) -> None:
        first, second = encode_key(a), encode_key(b)
        assert int(first > second) - int(first < second) == (
            int(compare(a, b) > 0) - int(compare(a, b) < 0)
        )

    @given(numbers, numbers)
    def test_numbers_order_by_value(self, a: float, b: float) -> None:
        assert (encode_key([a]) < encode_key([b])) == (Fraction(a) < Fraction(b))
        assert (encode_key(a) == encode_key(b)) == (Fraction(a) == Fraction(b))

    @given(st.lists(st.tuples(keys, keys).map(list), max_size=6))
    def test_sorting_by_bytes_sorts_the_keys(self, several: list[Json]) -> None:
        by_bytes = [encode_key(key) for key in sorted(several, key=encode_key)]
        by_rule = [encode_key(key) for key in sorted(several, key=cmp_to_key(compare))]
        assert by_bytes == by_rule

    @given(keys)
    def test_every_key_lies_between_the_bounds(self, key: Json) -> None:
        assert LOWEST < encode_key(key) < HIGHEST

    def test_what_is_not_json_has_no_key(self) -> None:
        with pytest.raises(TypeError):
            encode_key(object())
        assert encode_key(float("nan")) == encode_key(None)
