"""The filters of listings: rule by rule, and against an evaluator that is slow and plain."""

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxbox_service.crossbar.errors import CrossbarError
from faxbox_service.crossbar.listing.filters import Filters
from faxbox_service.crossbar.request.target import Query

_BOXES = [
    {
        "name": "Alpha",
        "retries": 1,
        "flags": ["x", "y"],
        "tag": "red",
        "nested": {"k": "v", "list": ["p", "q"], "n": 7},
        "b": True,
        "f": 1.5,
        "z": None,
        "emptys": "",
        "zero": 0,
        "fals": False,
        "id": "1",
    },
    {
        "name": "Beta",
        "retries": 2,
        "tag": "green",
        "nested": {"k": "w", "list": ["p"], "n": 8},
        "b": False,
        "id": "2",
    },
    {"name": "Gamma", "retries": 2, "tag": "blue", "id": "3"},
    {"name": "delta", "retries": 3, "id": "4"},
    {"name": "Ünï", "retries": 4, "id": "5"},
]
_EVERYONE = "Alpha Beta Gamma delta Ünï"


_MANY = 10_000


def _filters(*pairs):
    return _read("&".join(_parameter(*pair) for pair in pairs))


def _read(query, most=_MANY):
    return Filters.of(Query(query), most)


def _judged(filters, shown, stored):
    """Whether a document passes, and how many steps it took to find out."""
    outcome = filters.passes(shown, stored)
    if isinstance(outcome, bool):
        return outcome, 0
    steps = 0
    while True:
        try:
            next(outcome)
        except StopIteration as end:
            return end.value, steps
        steps += 1


def _parameter(name, value):
    return quote_plus(name) if value is True else f"{quote_plus(name)}={quote_plus(value)}"


def _passes(filter_text, shown, stored=None):
    return _judged(_read(filter_text), shown, stored or {})[0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter_name=Alpha", "Alpha"),
        ("filter_name=alpha", ""),
        ("filter_name=%C3%9Cn%C3%AF", "Ünï"),
        ("filter_name", ""),
        ("filter_b", "Alpha"),
        ("filter_retries=2", "Beta Gamma"),
        ("filter_b=false", "Beta"),
        ("filter_f=1.5", "Alpha"),
        ("filter_z=null", "Alpha"),
        ("filter_z=", "Beta Gamma delta Ünï"),
        ("filter_missing=", _EVERYONE),
        ("filter_id=3", "Gamma"),
        ("filter_nested.k=v", "Alpha"),
        ("filter_nested.list=p", "Beta"),
        ("filter_nested.list=pq", "Alpha"),
        ("filter_nested.list.2=q", "Alpha"),
        ("filter_flags=xy", "Alpha"),
        ("filter_flags=x", ""),
        ('filter_nested={"k":"v","list":["p","q"],"n":7}', "Alpha"),
        ("filter_name.x=1", ""),
        ("filter_z.x=", "Beta Gamma delta Ünï"),
        ("filter_=x", ""),
        ("filter_=", _EVERYONE),
        ('filter_name=["Alpha","Beta"]', "Alpha Beta"),
        ('filter_retries="2"', "Beta Gamma"),
        ("filter_retries=[2,3]", "Beta Gamma delta"),
        ('filter_retries=["1",4]', "Alpha Ünï"),
        ("filter_b=[true]", "Alpha"),
        ("filter_z=[null]", ""),
        ("filter_f=[1.50]", "Alpha"),
        ("filter_retries=[2.0]", ""),
        ('filter_tag=["red",""]', "Alpha delta Ünï"),
        ('filter_tag=""', "delta Ünï"),
        ('filter_tag=["red"', ""),
        ('filter_tag=[["red"]]', ""),
        ("filter_tag=red&filter_tag=green", ""),
        ("filter_retries=2&filter_tag=green", "Beta"),
        ("filter_not_retries=2", "Alpha delta Ünï"),
        ('filter_not_name=["Alpha","Beta"]', "Gamma delta Ünï"),
        ("filter_not_missing=x", _EVERYONE),
        ("filter_not_missing=", ""),
        ("filter_not_name.x=1", ""),
        ("has_key=missing", ""),
        ("has_key=z", "Alpha"),
        ("has_key=nested.list.1", "Alpha Beta"),
        ("has_key=nested.list.2", "Alpha"),
        ("has_key=nested.list.0", ""),
        ("has_key=nested.list.one", ""),
        ("has_key=tag&has_key=nested", "Alpha Beta"),
        ("has_key=name.x", ""),
        ("has_key", ""),
        ("key_missing=z", "Beta Gamma delta Ünï"),
        ("key_missing=name", ""),
        ("key_missing=name.x", ""),
        ("key_missing=nested.list.2", "Beta Gamma delta Ünï"),
        ("key_missing=nested.list.one", _EVERYONE),
        ("key_missing", ""),
        ("has_value=z", ""),
        ("has_value=emptys", ""),
        ("has_value=zero", ""),
        ("has_value=fals", "Alpha"),
        ("has_value=flags", "Alpha"),
        ("has_value", ""),
        ("value_missing=z", _EVERYONE),
        ("value_missing=tag", "delta Ünï"),
        ("value_missing=name.x", ""),
        ("value_missing", ""),
        ("missing_value=tag", "delta Ünï"),
        ("missing_value=fals", "Beta Gamma delta Ünï"),
        ("has_key_foo=missing", _EVERYONE),
        ("value_missings=name", _EVERYONE),
        ("tag=red", _EVERYONE),
    ],
)
def test_which_boxes_pass(query, names):
    filters = _read(query)
    assert [box["name"] for box in _BOXES if _judged(filters, box, {})[0]] == names.split()


@pytest.mark.parametrize(
    "name",
    [
        "filter_x",
        "filter_not_x",
        "filter_",
        "has_key",
        "key_missing",
        "has_value",
        "value_missing",
        "missing_value",
        "has_key_x",
        "value_missing_x",
        "created_from",
        "created_to",
        "modified_from",
        "modified_to",
    ],
)
def test_the_names_of_filters(name):
    assert _read(f"page_size=3&{name}=x")


@pytest.mark.parametrize(
    "query", ["", "filter=x", "paginate=false", "created=1", "created_from_=1"]
)
def test_other_parameters_are_no_filters(query):
    filters = _read(query)
    assert not filters
    assert _judged(filters, {}, {})[0]


def test_too_many_are_refused_with_the_rule_and_the_number():
    query = "has_key=a&" * 10 + "filter_b=1&filter_not_c=2&created_from=1&value_missing=d"
    assert _read(query, 14)
    with pytest.raises(CrossbarError) as raised:
        _read(query, 13)
    assert (raised.value.status, raised.value.message) == (400, "validation error")
    rule = {"message": "The request has more than 13 filters", "target": 13, "value": 14}
    assert raised.value.data == {"filters": {"maxItems": rule}}


def test_what_is_no_filter_does_not_count():
    assert _read("has_key_x=1&page_size=3&filter=2&has_key=name", 1)


def test_all_occurrences_of_a_parameter_are_read():
    pairs = list(Query("a=1&b&a=2").pairs())
    assert pairs == [("a", "1"), ("a", "2"), ("b", True)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345678901234567890, "12345678901234567890"),
        (1000.0, "1000.0"),
        (1e22, "1.0e%2B22"),
        ([], ""),
        ([["a", ["b"]], "c"], "abc"),
        ([72, "i"], "Hi"),
        ([195, 188], "ü"),
        ({}, "{}"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
    ],
)
def test_the_text_of_a_value(value, text):
    assert _passes(f"filter_v={text}", {"v": value})
    assert not _passes(f"filter_not_v={text}", {"v": value})


@pytest.mark.parametrize("item", [256, -1, True, None, 1.5, {}, {"a": "b"}])
def test_an_array_of_other_than_strings_and_bytes_has_no_text(item):
    assert _passes("filter_v=", {"v": ["a", item]})
    assert _passes("filter_not_v=a", {"v": ["a", item]})


def test_bytes_that_are_no_text_equal_none():
    assert not _passes("filter_v=%EF%BF%BD", {"v": [255]})
    assert _passes("filter_not_v=%C3%BF", {"v": [255]})


@pytest.mark.parametrize("value", ["", "0", 0, 0.0, -0.0, [], {}, None, "NULL", "undefined"])
def test_what_counts_as_no_value(value):
    assert not _passes("has_value=v", {"v": value})
    assert _passes("value_missing=v", {"v": value})


@pytest.mark.parametrize("value", [False, True, " ", "00", 1, 0.1, [0], [[]], {"": None}, "null"])
def test_what_counts_as_a_value(value):
    assert _passes("has_value=v", {"v": value})
    assert not _passes("value_missing=v", {"v": value})


@pytest.mark.parametrize("scalar", ["", "text", 0, 1.5, True, None])
@pytest.mark.parametrize(
    "name", ["filter_", "filter_not_", "has_key=", "key_missing=", "has_value="]
)
def test_a_path_through_a_scalar_passes_nothing(name, scalar):
    for path in ("v.x", "v.x.y", "list.1.x"):
        query = f"{name}{path}" if name.endswith("=") else f"{name}{path}=1"
        assert not _passes(query, {"v": scalar, "list": [scalar]})


def test_paths_lead_into_arrays_of_objects():
    document = {"a": [{"b": 1}, [{"b": 2}]], "": {"": "blank"}}
    assert _passes("filter_a.1.b=1", document)
    assert _passes("filter_a.2.1.b=2", document)
    assert _passes("filter_a.02.%2B1.b=2", document)
    assert _passes("filter_.=blank", document)
    assert _passes("key_missing=a.3.b&key_missing=a.-1&key_missing=a.&key_missing=a.1_0", document)


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("created_from=100", [100, 101]),
        ("created_to=100", [99, 100]),
        ("created_from=100&created_to=100", [100]),
        ("created_from=-1", [99, 100, 101]),
        ("created_from=100.5", [101]),
        ("created_from=100.4", [100, 101]),
        ("created_from=1.0e2", [100, 101]),
        ("created_to=%2B99", [99]),
        ("created_from=", []),
        ("created_from", []),
        ("created_to=abc", []),
        ("created_from=1e2", []),
        ("created_from=+1", []),
        ("created_to=1_0_0", []),
        ("created_to=1.0e999", []),
    ],
)
def test_times_are_compared_with_inclusive_bounds(query, times):
    filters = _read(query)
    assert [at for at in (99, 100, 101) if _judged(filters, {}, {"pvt_created": at})[0]] == times
    modified = _read(query.replace("created", "modified"))
    assert [at for at in (99, 100, 101) if _judged(modified, {}, {"pvt_modified": at})[0]] == times


@pytest.mark.parametrize("time", [None, True, "soon", [], {}, 1e400])
def test_a_document_without_time_is_later_than_any(time):
    for stored in ({}, {"pvt_created": time}):
        assert _passes("created_from=63800000000", {}, stored)
        assert not _passes("created_to=63800000000", {}, stored)


@pytest.mark.parametrize("time", [100.2, "100", "99.5"])
def test_a_stored_time_may_be_any_form_of_number(time):
    assert _passes("created_from=100&created_to=100", {}, {"pvt_created": time})


def test_values_are_those_shown_and_times_those_stored():
    shown = {"id": "1", "pvt_created": 1}
    stored = {"_id": "1", "pvt_type": "faxbox", "pvt_created": 100}
    assert _passes("filter_id=1&key_missing=_id&key_missing=pvt_type", shown, stored)
    assert _passes("created_from=100", shown, stored)


def test_what_is_too_deep_or_too_long_does_no_harm():
    deep_object, deep_array = {}, ["x"]
    for _ in range(100_000):
        deep_object, deep_array = {"a": deep_object}, [deep_array]
    document = {"object": deep_object, "array": deep_array, "int": 10**5000, "in": {"v": 10**5000}}
    assert _passes("filter_object=", document)
    assert _passes("filter_array=x", document)
    assert _passes("has_value=object&has_value=array&has_value=int", document)
    assert _passes("filter_int=1" + "0" * 5000, document)
    assert _passes("filter_in=", document)
    assert not _passes("filter_int=" + "[" * 8000, document)
    assert not _passes("filter_int=[" + "9" * 5000 + "]", document)
    assert _passes("key_missing=array." + "9" * 5000, document)
    assert not _passes("created_from=" + "9" * 5000, document, {"pvt_created": 1})
    assert not _passes("created_to=1", document, {"pvt_created": 10**5000})


# The plain evaluator: a step at a time, in bytes like Kazoo, with exceptions like Kazoo.

_MISSING = object()
_FLOAT_TEXTS = {0.0: b"0.0", 1.5: b"1.5", 1000.0: b"1000.0", 1e22: b"1.0e+22", -2.5e-9: b"-2.5e-9"}


class _NotEvaluated(Exception):
    pass


def _expected(pairs, shown, stored):
    for name, value in pairs:
        try:
            if not _is_met(name, value, shown, stored):
                return False
        except _NotEvaluated:
            return False
    return True


def _is_met(name, value, shown, stored):
    if name.startswith("filter_not_"):
        return not _equals(_looked_up(name[11:].split("."), shown), value)
    if name.startswith("filter_"):
        return _equals(_looked_up(name[7:].split("."), shown), value)
    if name.partition("_")[0] in ("created", "modified"):
        return _is_in_time(name, value, stored)
    if value is True:
        raise _NotEvaluated
    found = _looked_up(value.split("."), shown)
    return {
        "has_key": found is not _MISSING,
        "key_missing": found is _MISSING,
        "has_value": not _is_empty(found),
        "value_missing": _is_empty(found),
        "missing_value": _is_empty(found),
    }[name]


def _looked_up(steps, value):
    if value is _MISSING or not steps:
        return value
    if isinstance(value, dict):
        return _looked_up(steps[1:], value.get(steps[0], _MISSING))
    if isinstance(value, list):
        numbered = {str(number): item for number, item in enumerate(value, 1)}
        return _looked_up(steps[1:], numbered.get(steps[0], _MISSING))
    raise _NotEvaluated


def _equals(found, value):
    text = b"" if found is _MISSING else _bytes(found)
    wanted = "true" if value is True else value
    if text == wanted.encode():
        return True
    try:
        decoded = json.loads(wanted)
    except ValueError:
        return False
    if isinstance(decoded, list):
        return any(_bytes(i) == text for i in decoded if isinstance(i, str | bool | int | float))
    return isinstance(decoded, str) and decoded.encode() == text


def _bytes(value):
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, float):
        return _FLOAT_TEXTS[value]
    if isinstance(value, list):
        try:
            return b"".join(_bytes_of_item(item) for item in value)
        except ValueError:
            return b""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _bytes_of_item(item):
    if isinstance(item, str):
        return item.encode()
    if isinstance(item, list):
        return b"".join(_bytes_of_item(inner) for inner in item)
    if isinstance(item, int) and item is not True and item is not False:
        return bytes([item])
    raise ValueError


def _is_empty(value):
    if value is _MISSING or value is None:
        return True
    if isinstance(value, bool):
        return False
    return value in (0, "", "0", "NULL", "undefined", [], {})


def _is_in_time(name, value, stored):
    field, _, end = name.partition("_")
    try:
        bound = int(value) if value is not True else None
    except ValueError:
        bound = None
    if bound is None:
        raise _NotEvaluated
    time = stored.get(f"pvt_{field}")
    if time is None:
        return end == "from"
    return bound <= time if end == "from" else bound >= time


_names = st.sampled_from(["a", "b", "1", "2", "", "é"])
_strings = st.sampled_from(["", "x", "y", "xy", "é", "0", "1", "true", "null", "NULL", "undefined"])
_integers = st.sampled_from([0, 1, 2, 120, 195, 169, 255, 256, -1, 2**70])
_floats = st.sampled_from(list(_FLOAT_TEXTS))
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
    assert _judged(_filters(pair), shown, stored)[0] == _expected([pair], shown, stored)


@given(_values.map(_without_floats_in_objects), st.booleans(), st.data())
def test_equality_agrees_with_the_plain_evaluator(value, is_negated, data):
    """The wanted text is mostly that of the value, so that equality is met often."""
    try:
        text = _bytes(value).decode()
    except UnicodeDecodeError:
        text = "x"
    wanted = data.draw(
        st.sampled_from([text, json.dumps(text), json.dumps(["x", text]), json.dumps([value]), "x"])
    )
    pair = ("filter_not_v" if is_negated else "filter_v", wanted)
    assert _judged(_filters(pair), {"v": value}, {})[0] == _expected([pair], {"v": value}, {})


@given(st.lists(_pairs, max_size=4), _documents, _times)
def test_all_filters_must_pass(pairs, document, stored):
    shown = {name: _without_floats_in_objects(value) for name, value in document.items()}
    filters = _filters(*pairs)
    assert bool(filters) == bool(pairs)
    assert _judged(filters, shown, stored)[0] == _expected(pairs, shown, stored)


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
    assert _judged(_filters(*pairs), document, document)[0] in (True, False)


class _Counted(list):
    """An array that counts how many of its items were looked at."""

    looked_at = 0

    def __iter__(self):
        for item in super().__iter__():
            self.looked_at += 1
            yield item


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_no_more_of_a_list_is_read_than_a_wanted_text_has(length):
    items = _Counted(["ab"] * length)
    query = "&".join([*["filter_not_flags=a"] * 10, *["filter_not_flags=abcd"] * 10])
    passes, _ = _judged(_read(query), {"flags": items}, {})
    assert passes
    assert items.looked_at <= 5


def test_a_list_that_may_end_in_anything_is_read_once_and_in_steps():
    items = _Counted([""] * 50_000)
    query = "&".join([*["filter_flags="] * 10, *["filter_not_flags=a"] * 10])
    assert _judged(_read(query), {"flags": items}, {}) == (True, 49)
    assert items.looked_at == 50_000


def test_lists_of_lists_are_read_in_steps_too():
    empty = [[]] * 50_000
    assert _judged(_read("filter_flags=a"), {"flags": empty}, {}) == (False, 49)


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_no_more_of_an_object_is_made_text_of_than_a_wanted_text_has(length):
    members = {f"m{number}": _Counted([[]] * 10) for number in range(length)}
    passes, steps = _judged(_read('filter_not_media={"a":1}'), {"media": members}, {})
    assert (passes, steps) == (True, 0)
    assert not any(inner.looked_at for inner in members.values())


def test_long_texts_are_not_compared():
    class Uncompared(str):
        def __hash__(self):
            pytest.fail("compared")

    box = {"name": Uncompared("x" * 100)}
    assert _passes("filter_not_name=xxx", box)
    assert not _passes("filter_name=xxx", box)


def test_each_path_is_walked_once():
    class Walked(dict):
        walks = 0

        def get(self, *arguments):
            self.walks += 1
            return super().get(*arguments)

    deep = Walked(b="x")
    query = "&".join(["filter_a.b=x", "has_key=a.b", "filter_not_a.b=y", "has_value=a.b"] * 5)
    assert _passes(query, {"a": deep})
    assert deep.walks == 1
