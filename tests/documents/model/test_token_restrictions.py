"""Which requests token restrictions allow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.token_restrictions import is_restricted, restrictions_for

CALLER = Account.of({"_id": "a" * 32, "pvt_tree": ["0" * 32]})
DESCENDANT = Account.of({"_id": "b" * 32, "pvt_tree": ["0" * 32, CALLER.id]})
STRANGER = Account.of({"_id": "c" * 32, "pvt_tree": ["0" * 32]})


def allows(rules, arguments, verb="GET", endpoint="faxboxes", account=CALLER, **entry):
    restrictions = {"faxboxes": [{"rules": rules, **entry}]}
    return not is_restricted(restrictions, endpoint, arguments, verb, CALLER, account)


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("/", [()], [("x",), ("x", "y")]),
        ("*", [("x",)], [(), ("x", "y")]),
        ("#", [(), ("x",), ("x", "y", "z")], []),
        ("x", [("x",)], [(), ("y",), ("x", "y")]),
        ("x/y/z", [("x", "y", "z")], [("x",), ("x", "y"), ("x", "y", "a")]),
        ("*/*/*", [("x", "y", "z")], [("x", "y"), ("x", "y", "z", "a")]),
        ("x/#", [("x",), ("x", "y"), ("x", "y", "z")], [(), ("y",), ("y", "x")]),
        ("#/x", [("x",), ("y", "x"), ("x", "x")], [(), ("x", "y")]),
        ("#/x/#", [("x",), ("a", "x", "b")], [(), ("a", "b")]),
    ],
)
def test_a_pattern_matches_arguments(pattern, matching, others):
    for arguments in matching:
        assert allows({pattern: ["GET"]}, arguments), arguments
    for arguments in others:
        assert not allows({pattern: ["GET"]}, arguments), arguments


SEGMENT = st.sampled_from(["a", "b"])


@given(st.lists(st.sampled_from(["a", "b", "*", "#"]), max_size=5), st.lists(SEGMENT, max_size=6))
def test_a_pattern_means_what_a_regular_expression_would(pattern, arguments):
    parts = {"*": "[ab]/", "#": "([ab]/)*", "a": "a/", "b": "b/"}
    expression = "".join(parts[segment] for segment in pattern)
    expected = re.fullmatch(expression, "".join(f"{a}/" for a in arguments)) is not None
    assert allows({"/".join(pattern) or "/": ["_"]}, arguments) is expected


@pytest.mark.parametrize("verb", ["GET", "PUT", "POST", "PATCH", "DELETE"])
def test_verbs(verb):
    assert allows({"#": ["_"]}, (), verb)
    assert allows({"#": [verb]}, (), verb)
    assert not allows({"#": []}, (), verb)
    assert allows({"#": ["GET", "PUT"]}, (), verb) is (verb in ("GET", "PUT"))


def test_the_first_pattern_that_matches_counts():
    assert not allows({"*": ["GET"], "#": ["_"]}, ("x",), "DELETE")
    assert allows({"#": ["_"], "*": ["GET"]}, ("x",), "DELETE")


def test_an_endpoint_without_rules_has_those_of_any_or_none():
    restrictions = {"users": [{"rules": {"#": ["GET"]}}]}
    assert is_restricted(restrictions, "faxboxes", (), "GET", CALLER, CALLER)
    restrictions["_"] = [{"rules": {"#": ["GET"]}}]
    assert not is_restricted(restrictions, "faxboxes", (), "GET", CALLER, CALLER)
    assert is_restricted(restrictions, "faxboxes", (), "PUT", CALLER, CALLER)


@pytest.mark.parametrize(
    ("name", "accounts"),
    [
        ("_", {CALLER, DESCENDANT, STRANGER, None}),
        ("{AUTH_ACCOUNT_ID}", {CALLER}),
        ("{DESCENDANT_ACCOUNT_ID}", {DESCENDANT}),
        (STRANGER.id, {STRANGER}),
        ("d" * 32, set()),
    ],
)
def test_entries_are_about_accounts(name, accounts):
    for account in (CALLER, DESCENDANT, STRANGER, None):
        allowed = allows({"#": ["_"]}, (), account=account, allowed_accounts=[name])
        assert allowed is (account in accounts)


def test_the_first_entry_about_the_account_counts():
    entries = [
        {"allowed_accounts": ["{DESCENDANT_ACCOUNT_ID}"], "rules": {"#": ["GET"]}},
        {"rules": {"#": ["_"]}},
    ]
    restrictions = {"faxboxes": entries}
    assert is_restricted(restrictions, "faxboxes", (), "PUT", CALLER, DESCENDANT)
    assert not is_restricted(restrictions, "faxboxes", (), "PUT", CALLER, CALLER)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["_", "#", "faxboxes", "GET"]),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["_", "faxboxes", "rules", "#", "allowed_accounts"]), children
        )
    ),
)


@given(st.dictionaries(st.sampled_from(["_", "faxboxes"]), JSON))
def test_what_makes_no_sense_allows_nothing_by_accident(restrictions):
    is_restricted(restrictions, "faxboxes", ("x",), "GET", CALLER, CALLER)
    if not any(isinstance(entries, list) for entries in restrictions.values()):
        assert is_restricted(restrictions, "faxboxes", ("x",), "GET", CALLER, CALLER)


def test_exact_names_win_over_any():
    rules, others = {"faxboxes": []}, {"users": []}
    template = {"cb_user_auth": {"admin": rules, "_": others}, "_": {"_": {}}}
    assert restrictions_for(template, "cb_user_auth", "admin") is rules
    assert restrictions_for(template, "cb_user_auth", "user") is others
    assert restrictions_for(template, "cb_api_auth", "admin") == {}
    assert restrictions_for({"cb_user_auth": {"admin": rules}}, "cb_user_auth", "user") is None
    for nothing in (None, {}, [], "x", {"cb_user_auth": 5}):
        assert restrictions_for(nothing, "cb_user_auth", "admin") is None
