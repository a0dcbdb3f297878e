"""Any filters on any documents: they agree with an evaluator that is slow and plain."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from .filtering import filters_of, outcome_of
from .plain_filters import FLOAT_TEXTS, bytes_of, expected

_names = st.sampled_from(["a", "b", "1", "2", "", "é"])
_strings = st.sampled_from(["", "x", "y", "xy", "é", "0", "1", "true", "null", "NULL", "undefined"])
_integers = st.sampled_from([0, 1, 2, 120, 195, 169, 255, 256, -1, 2**70])
_floats = st.sampled_from(list(FLOAT_TEXTS))
_scalars = st.none() | st.booleans() | _integers | _floats | _strings
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=6,
)
_documents = st.dictionaries(_names, _values, max_size=4)
_paths = st.lists(_names, min_size=1, max_size=3).map(".".join)
_floatless = st.recursive(
    st.none() | st.booleans() | _integers | _strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=6,
)
_json_texts = st.builds(
    json.dumps,
    _floatless | st.lists(_scalars, max_size=3),
    separators=st.just((",", ":")),
    ensure_ascii=st.booleans(),
)
_wanted = (
    _strings | _json_texts | st.sampled_from(["1.5", "1000.0", "éxy", "[", "x1"]) | st.just(True)
)
_key_filters = ["has_key", "key_missing", "has_value", "value_missing", "missing_value"]
_time_filters = ["created_from", "created_to", "modified_from", "modified_to"]
_pairs = st.one_of(
    st.tuples(st.builds(str.__add__, st.sampled_from(["filter_", "filter_not_"]), _paths), _wanted),
    st.tuples(st.sampled_from(_key_filters), _paths | st.just(True)),
    st.tuples(st.sampled_from(_time_filters), st.sampled_from(["9", "10", "11", "abc", "", True])),
)
_times = st.fixed_dictionaries(
    {}, optional={name: st.integers(9, 11) for name in ("pvt_created", "pvt_modified")}
)


def _without_floats_in_objects(value, inside=False):
    """How floats are written inside an object's JSON text is the encoder's business."""
    if isinstance(value, dict):
        return {name: _without_floats_in_objects(item, True) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_floats_in_objects(item, inside) for item in value]
    return 0 if inside and isinstance(value, float) else value


@given(_pairs, _documents, _times)
def test_one_filter_agrees_with_the_plain_evaluator(pair, document, stored):
    shown = {name: _without_floats_in_objects(value) for name, value in document.items()}
    assert outcome_of(filters_of(pair), shown, stored)[0] == expected([pair], shown, stored)


@given(_values.map(_without_floats_in_objects), st.booleans(), st.data())
def test_equality_agrees_with_the_plain_evaluator(value, is_negated, data):
    """The wanted text is mostly that of the value, so that equality is met often."""
    try:
        text = bytes_of(value).decode()
    except UnicodeDecodeError:
        text = "x"
    wanted = data.draw(
        st.sampled_from([text, json.dumps(text), json.dumps(["x", text]), json.dumps([value]), "x"])
    )
    pair = ("filter_not_v" if is_negated else "filter_v", wanted)
    assert outcome_of(filters_of(pair), {"v": value}, {})[0] == expected([pair], {"v": value}, {})


@given(st.lists(_pairs, max_size=4), _documents, _times)
def test_all_filters_must_pass(pairs, document, stored):
    shown = {name: _without_floats_in_objects(value) for name, value in document.items()}
    filters = filters_of(*pairs)
    assert bool(filters) == bool(pairs)
    assert outcome_of(filters, shown, stored)[0] == expected(pairs, shown, stored)


_any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)
_filter_names = st.sampled_from(
    ["filter_v", "filter_not_v", "filter_v.1", *_key_filters, *_time_filters]
)


@given(
    st.lists(
        st.tuples(_filter_names | _any_text.map("filter_".__add__), _any_text | st.just(True))
    ),
    _any_value,
)
@example([("filter_v", "\x00")], float("nan"))
@example([("filter_v", "x")], float("-inf"))
@example([("filter_v", "x")], "\ud800")
@example([("filter_v", "x")], ["\udcff", {"\ud800": "\ud800"}])
@example([("filter_v", "x")], {"\ud800": "\ud800"})
def test_nothing_raises(pairs, value):
    document = {"v": value, "pvt_created": value, "pvt_modified": value}
    assert outcome_of(filters_of(*pairs), document, document)[0] in (True, False)
