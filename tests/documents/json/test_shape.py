"""How much a JSON text may hold, found out without decoding it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.json.shape import ShapeExceeded, ShapeLimits, require_shape

LIMITS = ShapeLimits(members=4, items=5, nodes=12, levels=3)

VALUES = st.recursive(
    st.none() | st.integers() | st.text('a,[]{}"\\'),
    lambda inner: (
        st.lists(inner, max_size=7)
        | st.dictionaries(st.text('a,[]{}"\\', max_size=4), inner, max_size=6)
    ),
    max_leaves=20,
)


def rules_broken(value, depth=1):
    """The rules that a value breaks, found out by walking through it."""
    broken = set()
    if isinstance(value, list | dict):
        if depth > LIMITS.levels:
            broken.add("maxDepth")
        most = LIMITS.items if isinstance(value, list) else LIMITS.members
        if len(value) > most:
            broken.add("maxItems" if isinstance(value, list) else "maxProperties")
        for inner in value if isinstance(value, list) else value.values():
            broken |= rules_broken(inner, depth + 1)
    return broken


def openings_and_commas(value):
    if not isinstance(value, list | dict):
        return 0
    inner = value if isinstance(value, list) else value.values()
    return 1 + max(0, len(value) - 1) + sum(map(openings_and_commas, inner))


@given(VALUES)
def test_what_the_limits_forbid_is_refused_and_nothing_else(value):
    broken = rules_broken(value)
    if openings_and_commas(value) > LIMITS.nodes:
        broken.add("maxNodes")
    text = json.dumps(value).encode()
    if not broken:
        require_shape(text, LIMITS)
        return
    with pytest.raises(ShapeExceeded) as exceeded:
        require_shape(text, LIMITS)
    assert exceeded.value.rule in broken


@pytest.mark.parametrize(
    ("text", "rule", "limit"),
    [
        (b"[1,2,3,4,5,6]", "maxItems", 5),
        (b'{"a":1,"b":2,"c":3,"d":4,"e":5}', "maxProperties", 4),
        (b"[[[[]]]]", "maxDepth", 3),
        (b"[[1,2,3],[1,2,3],[1,2,3],[1,2,3],[1]]", "maxNodes", 12),
        (b'["' + b'","' * 40 + b'"]', "maxNodes", 12),
    ],
)
def test_the_rule_and_the_number_are_told(text, rule, limit):
    with pytest.raises(ShapeExceeded, match=f"not have more than {limit} ") as exceeded:
        require_shape(text, LIMITS)
    assert (exceeded.value.rule, exceeded.value.limit) == (rule, limit)


@given(st.binary() | st.text('[]{},:"\\ 1').map(str.encode))
def test_what_is_no_json_passes_or_not(text):
    try:
        require_shape(text, LIMITS)
    except ShapeExceeded as exceeded:
        assert exceeded.rule
