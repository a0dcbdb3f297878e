"""The filters of listings, rule by rule, and what they cost."""

import pytest

from faxbox_service.crossbar.errors import CrossbarError

from .filtering import outcome_of, passes, read_filters

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
    filters = read_filters(query)
    assert [box["name"] for box in _BOXES if outcome_of(filters, box, {})[0]] == names.split()


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
    assert read_filters(f"page_size=3&{name}=x")


@pytest.mark.parametrize(
    "query", ["", "filter=x", "paginate=false", "created=1", "created_from_=1"]
)
def test_other_parameters_are_no_filters(query):
    filters = read_filters(query)
    assert not filters
    assert outcome_of(filters, {}, {})[0]


def test_too_many_are_refused_with_the_rule_and_the_number():
    query = "has_key=a&" * 10 + "filter_b=1&filter_not_c=2&created_from=1&value_missing=d"
    assert read_filters(query, 14)
    with pytest.raises(CrossbarError) as raised:
        read_filters(query, 13)
    assert (raised.value.status, raised.value.message) == (400, "validation error")
    rule = {"message": "The request has more than 13 filters", "target": 13, "value": 14}
    assert raised.value.data == {"filters": {"maxItems": rule}}


def test_what_is_no_filter_does_not_count():
    assert read_filters("has_key_x=1&page_size=3&filter=2&has_key=name", 1)


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
    assert passes(f"filter_v={text}", {"v": value})
    assert not passes(f"filter_not_v={text}", {"v": value})


@pytest.mark.parametrize("item", [256, -1, True, None, 1.5, {}, {"a": "b"}])
def test_an_array_of_other_than_strings_and_bytes_has_no_text(item):
    assert passes("filter_v=", {"v": ["a", item]})
    assert passes("filter_not_v=a", {"v": ["a", item]})


def test_bytes_that_are_no_text_equal_none():
    assert not passes("filter_v=%EF%BF%BD", {"v": [255]})
    assert passes("filter_not_v=%C3%BF", {"v": [255]})


@pytest.mark.parametrize("value", ["", "0", 0, 0.0, -0.0, [], {}, None, "NULL", "undefined"])
def test_what_counts_as_no_value(value):
    assert not passes("has_value=v", {"v": value})
    assert passes("value_missing=v", {"v": value})


@pytest.mark.parametrize("value", [False, True, " ", "00", 1, 0.1, [0], [[]], {"": None}, "null"])
def test_what_counts_as_a_value(value):
    assert passes("has_value=v", {"v": value})
    assert not passes("value_missing=v", {"v": value})


@pytest.mark.parametrize("scalar", ["", "text", 0, 1.5, True, None])
@pytest.mark.parametrize(
    "name", ["filter_", "filter_not_", "has_key=", "key_missing=", "has_value="]
)
def test_a_path_through_a_scalar_passes_nothing(name, scalar):
    for path in ("v.x", "v.x.y", "list.1.x"):
        query = f"{name}{path}" if name.endswith("=") else f"{name}{path}=1"
        assert not passes(query, {"v": scalar, "list": [scalar]})


def test_paths_lead_into_arrays_of_objects():
    document = {"a": [{"b": 1}, [{"b": 2}]], "": {"": "blank"}}
    assert passes("filter_a.1.b=1", document)
    assert passes("filter_a.2.1.b=2", document)
    assert passes("filter_a.02.%2B1.b=2", document)
    assert passes("filter_.=blank", document)
    assert passes("key_missing=a.3.b&key_missing=a.-1&key_missing=a.&key_missing=a.1_0", document)


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
    filters = read_filters(query)
    assert [at for at in (99, 100, 101) if outcome_of(filters, {}, {"pvt_created": at})[0]] == times
    modified = read_filters(query.replace("created", "modified"))
    assert [
        at for at in (99, 100, 101) if outcome_of(modified, {}, {"pvt_modified": at})[0]
    ] == times


@pytest.mark.parametrize("time", [None, True, "soon", [], {}, 1e400])
def test_a_document_without_time_is_later_than_any(time):
    for stored in ({}, {"pvt_created": time}):
        assert passes("created_from=63800000000", {}, stored)
        assert not passes("created_to=63800000000", {}, stored)


@pytest.mark.parametrize("time", [100.2, "100", "99.5"])
def test_a_stored_time_may_be_any_form_of_number(time):
    assert passes("created_from=100&created_to=100", {}, {"pvt_created": time})


def test_values_are_those_shown_and_times_those_stored():
    shown = {"id": "1", "pvt_created": 1}
    stored = {"_id": "1", "pvt_type": "faxbox", "pvt_created": 100}
    assert passes("filter_id=1&key_missing=_id&key_missing=pvt_type", shown, stored)
    assert passes("created_from=100", shown, stored)


def test_what_is_too_deep_or_too_long_does_no_harm():
    deep_object, deep_array = {}, ["x"]
    for _ in range(100_000):
        deep_object, deep_array = {"a": deep_object}, [deep_array]
    document = {"object": deep_object, "array": deep_array, "int": 10**5000, "in": {"v": 10**5000}}
    assert passes("filter_object=", document)
    assert passes("filter_array=x", document)
    assert passes("has_value=object&has_value=array&has_value=int", document)
    assert passes("filter_int=1" + "0" * 5000, document)
    assert passes("filter_in=", document)
    assert not passes("filter_int=" + "[" * 8000, document)
    assert not passes("filter_int=[" + "9" * 5000 + "]", document)
    assert passes("key_missing=array." + "9" * 5000, document)
    assert not passes("created_from=" + "9" * 5000, document, {"pvt_created": 1})
    assert not passes("created_to=1", document, {"pvt_created": 10**5000})


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
    passes, _ = outcome_of(read_filters(query), {"flags": items}, {})
    assert passes
    assert items.looked_at <= 5


def test_a_list_that_may_end_in_anything_is_read_once_and_in_steps():
    items = _Counted([""] * 50_000)
    query = "&".join([*["filter_flags="] * 10, *["filter_not_flags=a"] * 10])
    assert outcome_of(read_filters(query), {"flags": items}, {}) == (True, 49)
    assert items.looked_at == 50_000


def test_lists_of_lists_are_read_in_steps_too():
    empty = [[]] * 50_000
    assert outcome_of(read_filters("filter_flags=a"), {"flags": empty}, {}) == (False, 49)


@pytest.mark.parametrize("length", [10_000, 100_000])
def test_no_more_of_an_object_is_made_text_of_than_a_wanted_text_has(length):
    members = {f"m{number}": _Counted([[]] * 10) for number in range(length)}
    passes, steps = outcome_of(read_filters('filter_not_media={"a":1}'), {"media": members}, {})
    assert (passes, steps) == (True, 0)
    assert not any(inner.looked_at for inner in members.values())


def test_long_texts_are_not_compared():
    class Uncompared(str):
        def __hash__(self):
            pytest.fail("compared")

    box = {"name": Uncompared("x" * 100)}
    assert passes("filter_not_name=xxx", box)
    assert not passes("filter_name=xxx", box)


def test_each_path_is_walked_once():
    class Walked(dict):
        walks = 0

        def get(self, *arguments):
            self.walks += 1
            return super().get(*arguments)

    deep = Walked(b="x")
    query = "&".join(["filter_a.b=x", "has_key=a.b", "filter_not_a.b=y", "has_value=a.b"] * 5)
    assert passes(query, {"a": deep})
    assert deep.walks == 1
