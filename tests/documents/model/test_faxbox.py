"""A faxbox's document through its life."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.lifecycle import (
    patched_fields,
    replaced_document,
    soft_deleted_document,
)
from faxbox_service.documents.model import faxbox
from faxbox_service.documents.names import encoded_account_database

ACCOUNT_ID = "ab" * 16
ORIGIN = faxbox.FaxboxOrigin("f" * 32, ACCOUNT_ID, "c" * 32, "12345678.fax.example.com")

_fields = st.dictionaries(
    st.sampled_from(["name", "_id", "_rev", "pvt_type", "id", "ID", "smtp_email_address", "x"]),
    st.integers(),
)


@given(_fields)
def test_clients_cannot_set_private_or_derived_fields(data):
    assert set(faxbox.client_fields(data)) <= {"name", "ID", "x"}


@given(_fields, _fields)
def test_replacing_keeps_every_private_field(first, second):
    stored = faxbox.new_faxbox(faxbox.client_fields(first), ORIGIN) | {"_rev": "1-a"}
    replaced = replaced_document(stored, faxbox.client_fields(second))
    assert faxbox.client_fields(replaced) == faxbox.client_fields(second)
    for name in ("_id", "_rev", "pvt_type", "pvt_smtp_email_address", "pvt_reseller_id"):
        assert replaced[name] == stored[name]


def test_a_patch_cannot_touch_private_fields():
    stored = faxbox.new_faxbox({"name": "x"}, ORIGIN) | {"_rev": "1-a"}
    assert patched_fields(
        stored, faxbox.client_fields({"pvt_deleted": True, "_rev": None, "id": "y"})
    ) == {"name": "x"}


def test_the_copy_follows_the_document_in_all_but_its_revision():
    document = faxbox.new_faxbox({"name": "x"}, ORIGIN) | {"_rev": "4-new", "pvt_created": 7}
    old = {"_id": ORIGIN.id, "_rev": "2-old", "pvt_created": 8, "pvt_account_db": "faxes", "y": 1}
    copy = faxbox.replica_of(document, ACCOUNT_ID, old)
    assert copy == {**document, "_rev": "2-old"}
    assert copy["pvt_account_db"] == encoded_account_database(ACCOUNT_ID)


def test_addresses_are_compared_in_lower_case():
    document = faxbox.new_faxbox({"custom_smtp_email_address": "Sales.Example.com"}, ORIGIN)
    assert faxbox.addresses(document) == {"12345678.fax.example.com", "sales.example.com"}


def test_only_live_faxboxes_are_shown():
    document = faxbox.new_faxbox({"name": "x"}, ORIGIN)
    assert faxbox.is_faxbox(document)
    assert not faxbox.is_faxbox(soft_deleted_document(document))
    assert not faxbox.is_faxbox({**document, "pvt_type": "user"})
    assert not faxbox.is_faxbox({"views": {}})


def test_a_shown_faxbox_has_no_private_fields():
    document = faxbox.new_faxbox({"name": "x"}, ORIGIN) | {"_rev": "1-a", "pvt_cloud_state": "x"}
    assert faxbox.faxbox_response(document) == {
        "name": "x",
        "id": ORIGIN.id,
        "smtp_email_address": "12345678.fax.example.com",
    }
