"""Private fields, as Kazoo's API writes them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.private_fields import (
    Author,
    alphanum_name,
    private_fields,
    public_fields,
    stamp,
)

USER = Author("request-1", "a" * 32, "u" * 32)
API_KEY = Author("request-2", "b" * 32)
NOBODY = Author("request-3")
ACCOUNT = "c" * 32


def test_a_new_document_gets_all_fields():
    stamped = stamp({"_id": "x", "name": "Front desk", "pvt_type": "faxbox"}, USER, 100, ACCOUNT)
    assert stamped == {
        "_id": "x",
        "name": "Front desk",
        "pvt_type": "faxbox",
        "pvt_vsn": "1",
        "pvt_account_id": ACCOUNT,
        "pvt_account_db": "account%2Fcc%2Fcc%2Fcccccccccccccccccccccccccccc",
        "pvt_created": 100,
        "pvt_modified": 100,
        "pvt_request_id": "request-1",
        "pvt_is_authenticated": True,
        "pvt_auth_account_id": "a" * 32,
        "pvt_auth_user_id": "u" * 32,
        "pvt_alphanum_name": "frontdesk",
    }


def test_a_changed_document_keeps_when_it_was_created():
    stamped = stamp({"_id": "x", "_rev": "1-a", "pvt_created": 5}, USER, 100, ACCOUNT)
    assert (stamped["pvt_created"], stamped["pvt_modified"]) == (5, 100)


def test_the_author_is_the_last_writer_or_nobody():
    by_user = stamp({"_id": "x", "pvt_original_auth_account_id": "old"}, USER, 1, ACCOUNT)
    by_key = stamp(by_user, API_KEY, 2, ACCOUNT)
    by_nobody = stamp(by_key, NOBODY, 3, ACCOUNT)
    assert "pvt_original_auth_account_id" not in by_user
    assert by_key["pvt_auth_account_id"] == "b" * 32
    assert "pvt_auth_user_id" not in by_key
    assert by_nobody["pvt_is_authenticated"] is False
    assert "pvt_auth_account_id" not in by_nobody


def test_a_public_id_is_never_stored():
    assert "id" not in stamp({"_id": "x", "id": "y"}, NOBODY, 1, ACCOUNT)


def test_the_version_is_only_set_when_absent():
    assert stamp({"_id": "x", "pvt_vsn": "7"}, NOBODY, 1, ACCOUNT)["pvt_vsn"] == "7"


@pytest.mark.parametrize("nothing", [{}, {"pvt_account_id": None, "pvt_created": ""}])
def test_what_a_script_left_out_is_completed(nothing):
    stamped = stamp({"_id": "x", "_rev": "1-a", **nothing}, NOBODY, 100, ACCOUNT)
    assert stamped["pvt_account_id"] == ACCOUNT
    assert stamped["pvt_account_db"] == "account%2Fcc%2Fcc%2Fcccccccccccccccccccccccccccc"
    assert (stamped["pvt_vsn"], stamped["pvt_created"], stamped["pvt_modified"]) == ("1", 100, 100)


def test_what_a_script_wrote_is_kept():
    written = {"pvt_account_id": "d" * 32, "pvt_account_db": "faxes", "pvt_created": 5}
    stamped = stamp({"_id": "x", "_rev": "1-a", **written}, NOBODY, 100, ACCOUNT)
    assert {name: stamped[name] for name in written} == written


def test_names_of_the_references():
    assert alphanum_name("Sales & Ünïcode ✓") == "salesncode"
    assert alphanum_name("Sales Fax #1") == "salesfax1"
    assert alphanum_name("Bör") == "br"


@given(st.text())
def test_an_alphanum_name_has_only_letters_and_digits(name):
    assert set(alphanum_name(name)) <= set(string.ascii_lowercase + string.digits)


@given(st.text())
def test_an_alphanum_name_stays_as_it_is(name):
    assert alphanum_name(alphanum_name(name)) == alphanum_name(name)


@given(st.dictionaries(st.sampled_from(["_a", "pvt_b", "c", "xpvt_d", "e_"]), st.integers()))
def test_every_field_is_either_public_or_private(document):
    public, private = public_fields(document), private_fields(document)
    assert public.keys().isdisjoint(private)
    assert {**public, **private} == document
    assert set(public) <= {"c", "xpvt_d", "e_"}
