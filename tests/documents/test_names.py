"""Names of databases."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.names import (
    DatabaseClass,
    account_database,
    account_of_database,
    database_class,
    encoded_account_database,
    is_account_id,
)

_ids = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_the_three_forms_of_the_reference():
    account_id = "4b3f1c2d9e8a7b6c5d4e3f2a1b0c9d8e"
    assert account_database(account_id) == "account/4b/3f/1c2d9e8a7b6c5d4e3f2a1b0c9d8e"
    assert (
        encoded_account_database(account_id) == "account%2F4b%2F3f%2F1c2d9e8a7b6c5d4e3f2a1b0c9d8e"
    )


@given(_ids)
def test_a_database_leads_back_to_its_account(account_id):
    assert account_of_database(account_database(account_id)) == account_id
    assert database_class(account_database(account_id)) is DatabaseClass.ACCOUNT


@given(st.text(max_size=40))
def test_only_hex_ids_name_databases(text):
    if re.fullmatch(r"[0-9a-f]{32}", text, re.ASCII):
        return
    assert not is_account_id(text)
    with pytest.raises(ValueError, match="not an account id"):
        account_database(text)


@pytest.mark.parametrize(
    "text", ["A" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n", "../" + "a" * 29, "٣" * 32]
)
def test_ids_that_look_right_and_are_not(text):
    assert not is_account_id(text)


@pytest.mark.parametrize("name", ["account/ab/cd/" + "e" * 28 + "-202601", "system_config", "x"])
def test_other_databases(name):
    assert database_class(name) is DatabaseClass.OTHER
