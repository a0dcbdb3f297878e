"""Whom a token speaks for, and which restrictions that brings."""

import pytest

from faxbox_service.documents.model.identity import Bearer, levels_of, masquerade_of


def bearers(*levels):
    return [Bearer("a" * 32, "b" * 32, level) for level in levels]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["user"], [{"user"}]),
        (["admin"], [{"admin"}]),
        (["admin", "admin"], [{"admin"}, {"admin"}]),
        (["admin", "user"], [{"admin"}, {"user"}]),
        (["user", "user"], [{"user"}, {"user"}]),
        (["user", "admin"], [{"user"}, {"user", "admin"}]),
        (["user", "admin", "admin"], [{"user"}, {"user", "admin"}, {"user", "admin"}]),
        (["custom", "user", "admin"], [{"custom"}, {"user"}, {"custom", "user", "admin"}]),
    ],
)
def test_who_acts_as_an_admin_brings_his_own_level_along(levels, expected):
    assert levels_of(bearers(*levels)) == expected


def test_an_account_is_an_admin_and_a_user_what_his_document_says():
    assert Bearer.of("a" * 32, None, {}).is_admin
    assert Bearer.of("a" * 32, "b", {"priv_level": "admin"}).is_admin
    for level in ({}, {"priv_level": "user"}, {"priv_level": ["admin"]}, {"priv_level": "Admin"}):
        assert not Bearer.of("a" * 32, "b", level).is_admin


@pytest.mark.parametrize(
    "value",
    [None, {}, [], "x", 5, {"account_id": "a"}, {"owner_id": "b"}]
    + [{"account_id": a, "owner_id": b} for a, b in (("", "b"), ("a", ""), (5, "b"), ("a", ["b"]))],
)
def test_half_a_masquerade_is_none(value):
    assert masquerade_of(value) is None
