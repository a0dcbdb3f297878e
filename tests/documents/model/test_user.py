"""A user's document."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.lifecycle import patched_fields
from faxbox_service.documents.model.user import (
    Editor,
    KeptForAdmins,
    allowed_fields,
    client_fields,
    new_user,
    replaced_user,
    user_response,
    user_summary,
)
from faxbox_service.documents.schema.packaged import packaged_schema

RECORDED = json.loads(
    (Path(__file__).parents[2] / "recordings" / "kazoo-stored-documents.json").read_text()
)["user_document"]

NAMES = st.sampled_from(["username", "password", "id", "pvt_x", "_rev", "first_name", "custom"])
FIELDS = st.dictionaries(NAMES, st.text(max_size=5))


def test_a_new_user_has_the_fields_of_a_recorded_one():
    public = {name: value for name, value in RECORDED.items() if not name.startswith(("pvt_", "_"))}
    made = new_user(public, RECORDED["_id"], RECORDED["pvt_account_id"])
    stamped_later = {
        *("pvt_vsn", "pvt_created", "pvt_modified", "pvt_request_id", "pvt_is_authenticated"),
        *("pvt_auth_user_id", "pvt_auth_account_id", "pvt_signature_secret", "_rev"),
        *("pvt_md5_auth", "pvt_sha1_auth"),
    }
    assert made == {name: v for name, v in RECORDED.items() if name not in stamped_later}


@given(FIELDS, FIELDS)
def test_a_password_is_never_in_a_document_or_a_reply(stored, data):
    for document in (
        new_user(client_fields(data), "1", "a" * 32),
        replaced_user({"_id": "1", **stored}, client_fields(data)),
    ):
        assert "password" not in document
        assert "password" not in user_response(document)


@given(FIELDS, FIELDS)
def test_private_fields_are_nobodys_to_set(stored, data):
    stored = {"_id": "1", "_rev": "1-x", "pvt_x": "mine", **{f"x{n}": v for n, v in stored.items()}}
    for fields in (client_fields(data), patched_fields(stored, client_fields(data))):
        document = replaced_user(stored, fields)
        assert (document["_id"], document["_rev"], document["pvt_x"]) == ("1", "1-x", "mine")


STORED = st.fixed_dictionaries(
    {"_id": st.just("1"), "first_name": st.just("A"), "last_name": st.just("B")},
    optional={
        "priv_level": st.sampled_from(["user", "admin"]),
        "enabled": st.booleans() | st.just("true"),
        "email": st.just("a@example.com"),
    },
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "priv_level": st.sampled_from(["user", "admin", None]),
        "enabled": st.booleans() | st.sampled_from(["true", "false", None]),
        "email": st.sampled_from(["b@example.com", None]),
    },
)


@given(STORED, CHANGES, st.booleans())
def test_what_is_kept_for_admins_stays_whatever_others_send(stored, changes, is_patch):
    given = {"first_name": "A", "last_name": "B", **changes}
    fields = patched_fields(stored, client_fields(changes)) if is_patch else client_fields(given)
    fields = {name: value for name, value in fields.items() if value is not None}
    valid = packaged_schema("users").validate(fields)
    try:
        allowed = allowed_fields(valid, fields, stored, Editor.USER)
    except KeptForAdmins as refused:
        assert changes[refused.name] is not None
        assert changes[refused.name] != stored.get(refused.name)
        return
    for name in ("priv_level", "enabled"):
        assert (name in allowed, allowed.get(name)) == (name in stored, stored.get(name))
    assert allowed.get("email") == valid.get("email")
    assert allowed_fields(valid, fields, stored, Editor.ADMIN) == valid


def test_a_summary_is_what_kazoos_view_emits():
    user = {
        "_id": "1",
        "username": "alice",
        "first_name": "Alice",
        "last_name": "Test",
        "hotdesk": {"enabled": True},
        "call_forward": {"enabled": False, "failover": True},
        "caller_id": {"external": {"number": "+1"}},
        "vm_to_email_enabled": True,
        "smartpbx": {"conferencing": {"enabled": True}, "faxing": {}},
        "do_not_disturb": "rubbish",
    }
    assert user_summary(user) == {
        "id": "1",
        "features": [
            *("conferencing", "hotdesk", "call_forward_failover", "caller_id", "vm_to_email"),
        ],
        "username": "alice",
        "first_name": "Alice",
        "last_name": "Test",
        "flags": [],
    }
