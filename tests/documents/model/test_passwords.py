"""Hashes of passwords: Kazoo's and argon2id, and which of them decides."""

import hashlib

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from faxbox_service.documents.model import passwords
from faxbox_service.documents.model.passwords import (
    ARGON2,
    Credentials,
    Digest,
    Verdict,
    verify_digest,
)

RIGHT = Credentials.of("Alice", "Secret1234")
WRONG = Credentials.of("Alice", "secret1234")
KAZOO, ARGON = RIGHT.kazoo_fields(), RIGHT.argon2_field()
OLD_ARGON = WRONG.argon2_field()

TEXTS = {Digest.MD5: RIGHT.md5, Digest.SHA: RIGHT.sha1}
WRONG_TEXTS = {Digest.MD5: WRONG.md5, Digest.SHA: WRONG.sha1}


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_kazoos_hashes_are_of_the_lowered_name_and_the_password(username, password):
    pair = f"{username.lower()}:{password}".encode()
    assert Credentials.of(username, password).kazoo_fields() == {
        "pvt_md5_auth": hashlib.md5(pair).hexdigest(),
        "pvt_sha1_auth": hashlib.sha1(pair).hexdigest(),
    }


@settings(max_examples=10)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_argon2_takes_the_digests_and_no_others(password):
    credentials = Credentials.of("alice", password)
    user = credentials.argon2_field()
    for digest, text in ((Digest.MD5, credentials.md5), (Digest.SHA, credentials.sha1)):
        assert verify_digest(user, digest, text) is Verdict.RIGHT
        assert verify_digest(user, digest, text[::-1] + "x") is Verdict.WRONG
    records = user[ARGON2]
    assert all(record.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for record in records.values())
    assert records != credentials.argon2_field()[ARGON2]


@pytest.mark.parametrize("digest", list(Digest))
@pytest.mark.parametrize(
    ("user", "right", "wrong"),
    [
        (KAZOO | ARGON, Verdict.RIGHT, Verdict.WRONG),
        (ARGON, Verdict.RIGHT, Verdict.WRONG),
        (KAZOO, Verdict.OUTDATED, Verdict.WRONG),
        (KAZOO | OLD_ARGON, Verdict.OUTDATED, Verdict.WRONG),
        (KAZOO | {ARGON2: {"md5": "rubbish", "sha": 5}}, Verdict.OUTDATED, Verdict.WRONG),
        (KAZOO | {ARGON2: "rubbish"}, Verdict.OUTDATED, Verdict.WRONG),
        ({ARGON2: {"md5": "rubbish", "sha": None}}, Verdict.WRONG, Verdict.WRONG),
        ({}, Verdict.WRONG, Verdict.WRONG),
        (None, Verdict.WRONG, Verdict.WRONG),
    ],
    ids=[
        *("both", "argon2", "Kazoo's", "outdated", "broken records", "no records", "broken argon2"),
        *("no hash", "nobody"),
    ],
)
def test_which_hash_decides(digest, user, right, wrong):
    assert verify_digest(user, digest, TEXTS[digest]) is right
    assert verify_digest(user, digest, WRONG_TEXTS[digest]) is wrong


@pytest.mark.parametrize(
    "user",
    [None, {}, ARGON, KAZOO, KAZOO | ARGON, KAZOO | OLD_ARGON],
    ids=["nobody", "no hash", "argon2", "Kazoo's", "both", "outdated"],
)
def test_every_wrong_answer_costs_as_much(user):
    """One verification, whatever there is to verify: the time does not reveal names."""
    verified = []

    class CountingHasher(PasswordHasher):
        def verify(self, *given):
            verified.append(given)
            return super().verify(*given)

    assert verify_digest(user, Digest.MD5, "f" * 32, CountingHasher()) is Verdict.WRONG
    assert len(verified) == 1


def test_no_hash_is_in_what_credentials_say_of_themselves():
    assert RIGHT.md5 not in repr(RIGHT) and RIGHT.sha1 not in repr(RIGHT)


def test_nobodys_record_costs_as_much_as_anybodys():
    parameters = passwords._NOBODYS_RECORD.rpartition("$")[0].rpartition("$")[0]
    assert ARGON[ARGON2]["md5"].startswith(f"{parameters}$")
    assert PasswordHasher().verify(passwords._NOBODYS_RECORD, "0" * 32)
    assert verify_digest(None, Digest.MD5, "0" * 32) is Verdict.WRONG
