"""How a PATCH changes a document."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.merge import merge_patch

_names = st.sampled_from("abcd")
_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=12,
)
_documents = st.dictionaries(_names, _values, max_size=4)


def _plain_merge(stored, change):
    """The rule written down in the most obvious way."""
    if not isinstance(change, dict) or change == {}:
        return change
    result = copy.deepcopy(stored) if isinstance(stored, dict) else {}
    for name in change:
        if change[name] is None:
            if name in result:
                del result[name]
        else:
            result[name] = _plain_merge(result.get(name), change[name])
    return result


@given(_documents, _documents)
def test_it_is_the_plain_rule(stored, changes):
    expected = _plain_merge(stored, changes) if changes else stored
    assert merge_patch(stored, changes) == expected


@given(_documents, _documents)
def test_neither_argument_is_changed(stored, changes):
    before = copy.deepcopy((stored, changes))
    merge_patch(stored, changes)
    assert (stored, changes) == before


@given(_documents, _documents)
def test_doing_it_twice_changes_nothing_more(stored, changes):
    once = merge_patch(stored, changes)
    assert merge_patch(once, changes) == once


@given(_documents, _documents, _documents)
def test_patches_of_different_fields_can_be_swapped(stored, one, other):
    one = {f"one_{name}": value for name, value in one.items()}
    other = {f"other_{name}": value for name, value in other.items()}
    assert merge_patch(merge_patch(stored, one), other) == merge_patch(
        merge_patch(stored, other), one
    )


def test_kazoos_own_example():
    stored = {
        "foo": "bar",
        "enabled": False,
        "elbow": "grease",
        "sip": {"username": "foo", "password": "bar"},
    }
    changes = {
        "enabled": True,
        "sip": {"username": "me123"},
        "new": "field",
        "nested": {"another": "one"},
    }
    assert merge_patch(stored, changes) == {
        "foo": "bar",
        "enabled": True,
        "elbow": "grease",
        "sip": {"username": "me123", "password": "bar"},
        "new": "field",
        "nested": {"another": "one"},
    }


def test_an_object_emptied_by_removals_stays():
    assert merge_patch({"blip": {"blop": 42}}, {"blip": {"blop": None}}) == {"blip": {}}


def test_an_empty_object_replaces_what_was_there():
    assert merge_patch({"media": {"fax_option": True}}, {"media": {}}) == {"media": {}}


def test_nulls_inside_arrays_are_values():
    assert merge_patch({}, {"list": [None, {"a": None}]}) == {"list": [None, {"a": None}]}
