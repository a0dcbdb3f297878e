"""The check of the fault tests finds what is wrong, so that finding nothing means something."""

import copy
from typing import Any

import pytest

from tests.faults.clients.ledger import (
    Ledger,
    Life,
    OwnBox,
    SharedField,
    State,
    hidden,
    marked,
    removed,
)
from tests.faults.clients.requests import Answer

from .checking import claim_id, disagreements, losses
from .stored import Stored

ACCOUNT = "ab" * 16
BOX = "cd" * 16
OTHER = "ef" * 16
DATABASE = f"account%2Fab%2Fab%2F{'ab' * 14}"


def box(**fields: Any) -> dict[str, Any]:
    return {
        "_id": BOX,
        "_rev": "1-a",
        "name": "own",
        "mark": "m",
        "echo": {"mark": "m"},
        "custom_smtp_email_address": "a.example.com",
        "pvt_smtp_email_address": "1234.fax.example.com",
        "pvt_type": "faxbox",
        "pvt_account_id": ACCOUNT,
        "pvt_account_db": DATABASE,
        **fields,
    }


def claim(address: str, faxbox_id: str = BOX) -> dict[str, Any]:
    return {
        "_id": claim_id(address),
        "_rev": "1-c",
        "pvt_type": "faxbox_address",
        "address": address,
        "faxbox_id": faxbox_id,
        "pvt_account_id": ACCOUNT,
        "pvt_created": 1,
    }


def stored() -> Stored:
    """One box, and everything about it as it should be."""
    documents = [{**box(), "_rev": "7-b"}, claim("a.example.com"), claim("1234.fax.example.com")]
    account = {"_id": ACCOUNT, "_rev": "2-a", "pvt_type": "account"}
    return Stored(
        {ACCOUNT: {ACCOUNT: account, BOX: box()}},
        {document["_id"]: document for document in documents},
        {ACCOUNT: {**account, "_rev": "3-d"}},
    )


def ledger(*possible: State) -> Ledger:
    return Ledger(boxes=[OwnBox(ACCOUNT, BOX, set(possible))])


LIVE = State(Life.LIVE, "m", "a.example.com")


def test_a_store_where_all_is_well():
    assert disagreements(stored()) == []
    assert losses(stored(), ledger(LIVE)) == []


def test_a_box_that_is_deleted_softly_has_a_hidden_copy_and_no_claims():
    found = stored()
    for documents in (found.accounts[ACCOUNT], found.faxes):
        documents[BOX]["pvt_deleted"] = True
    assert len(disagreements(found)) == 2
    for address in ("a.example.com", "1234.fax.example.com"):
        del found.faxes[claim_id(address)]
    assert disagreements(found) == []


def test_the_boxes_of_a_deleted_account_are_hidden():
    found = stored()
    for documents in (found.accounts[ACCOUNT], found.account_copies):
        documents[ACCOUNT]["pvt_deleted"] = True
    assert len(disagreements(found)) == 3
    found.faxes[BOX]["pvt_deleted"] = True
    for address in ("a.example.com", "1234.fax.example.com"):
        del found.faxes[claim_id(address)]
    assert disagreements(found) == []


def without_copy(found: Stored) -> None:
    del found.faxes[BOX]


def with_a_stale_copy(found: Stored) -> None:
    found.faxes[BOX]["mark"] = "former"


def with_a_copy_of_another_database(found: Stored) -> None:
    found.faxes[BOX]["pvt_account_db"] = "faxes"


def with_an_orphaned_copy(found: Stored) -> None:
    found.faxes[OTHER] = {**box(), "_id": OTHER}


def without_the_copy_of_the_account(found: Stored) -> None:
    del found.account_copies[ACCOUNT]


def with_a_copy_of_no_account(found: Stored) -> None:
    found.account_copies[OTHER] = {"_id": OTHER, "pvt_type": "account"}


def without_a_claim(found: Stored) -> None:
    del found.faxes[claim_id("a.example.com")]


def with_a_claim_of_nobody(found: Stored) -> None:
    found.faxes[claim_id("b.example.com")] = claim("b.example.com")


def with_a_claim_of_another(found: Stored) -> None:
    found.faxes[claim_id("a.example.com")] = claim("a.example.com", OTHER)


@pytest.mark.parametrize(
    "harm",
    [
        without_copy,
        with_a_stale_copy,
        with_a_copy_of_another_database,
        with_an_orphaned_copy,
        without_the_copy_of_the_account,
        with_a_copy_of_no_account,
        without_a_claim,
        with_a_claim_of_nobody,
        with_a_claim_of_another,
    ],
)
def test_what_does_not_agree_is_found(harm):
    found = stored()
    harm(found)
    assert len(disagreements(found)) == 1


def test_an_address_that_two_boxes_hold_is_found():
    found = stored()
    rival = box(
        _id=OTHER,
        custom_smtp_email_address="A.example.com",
        pvt_smtp_email_address="5678.fax.example.com",
    )
    found.accounts[ACCOUNT][OTHER] = rival
    found.faxes[OTHER] = copy.deepcopy(rival)
    found.faxes[claim_id("5678.fax.example.com")] = claim("5678.fax.example.com", OTHER)
    assert any("is held by" in fault for fault in disagreements(found))


def test_a_long_address_is_claimed_by_its_hash():
    assert claim_id("A" * 200) == f"faxbox_address-{'a' * 200}"
    assert claim_id("ä" * 101).startswith("faxbox_address_sha256-")


@pytest.mark.parametrize(
    "possible", [State(Life.LIVE, "n", "a.example.com"), State(Life.HIDDEN, "m", "a.example.com")]
)
def test_another_state_than_was_acknowledged_is_a_loss(possible):
    assert len(losses(stored(), ledger(possible))) == 1
    assert losses(stored(), ledger(possible, LIVE)) == []


def test_a_box_that_is_gone_is_a_loss_unless_it_was_deleted_for_good():
    found = stored()
    del found.accounts[ACCOUNT][BOX]
    assert len(losses(found, ledger(LIVE))) == 1
    assert losses(found, ledger(LIVE, State(Life.GONE, "m", "a.example.com"))) == []


def test_a_box_that_nobody_made_is_found():
    found = stored()
    found.accounts[ACCOUNT][OTHER] = box(_id=OTHER, mark="stranger", echo={"mark": "stranger"})
    assert len(losses(found, ledger(LIVE))) == 1
    uncertain = ledger(LIVE)
    uncertain.uncertain.add("stranger")
    assert losses(found, uncertain) == []


def test_half_a_write_is_found():
    found = stored()
    found.accounts[ACCOUNT][BOX]["echo"]["mark"] = "another"
    assert len(losses(found, ledger(LIVE))) == 1


def test_a_value_that_was_refused_is_found():
    known = ledger(LIVE)
    known.refused.add("m")
    assert len(losses(stored(), known)) == 2  # in the box and in its copy


def test_a_lost_field_of_a_shared_box_is_found():
    known = Ledger(fields=[SharedField(ACCOUNT, BOX, "mark", {"n"})])
    assert len(losses(stored(), known)) == 1


def acknowledged(**data: Any) -> Answer:
    return Answer(200, {"data": {"custom_smtp_email_address": "a.example.com", **data}})


def test_what_was_not_answered_may_be_either_and_an_acknowledgement_decides():
    known = ledger(LIVE)
    own = known.boxes[0]
    known.judge(own, marked("n"), "n", Answer())
    assert {state.mark for state in own.possible} == {"m", "n"}
    known.judge(own, hidden, None, acknowledged(mark="n"))
    assert own.possible == {State(Life.HIDDEN, "n", "a.example.com")}
    assert known.losses == []


def test_a_404_tells_that_a_deletion_was_done():
    known = ledger(LIVE)
    own = known.boxes[0]
    known.judge(own, removed, None, Answer(503))
    known.judge(own, removed, None, Answer(404))
    assert {state.life for state in own.possible} == {Life.GONE}
    assert known.losses == []


def test_a_404_for_a_live_box_is_a_loss():
    known = ledger(LIVE)
    known.judge(known.boxes[0], marked("n"), "n", Answer(404))
    assert len(known.losses) == 1


def test_a_reply_that_shows_something_else_is_a_loss():
    known = ledger(LIVE)
    known.judge(known.boxes[0], marked("n"), "n", acknowledged(mark="m"))
    assert len(known.losses) == 1


def test_two_winners_of_one_revision_are_a_loss():
    known = Ledger()
    for revision in ("2-a", "2-b"):
        known.judge_succession(BOX, "1-a", Answer(200, {"revision": revision}))
    assert len(known.losses) == 1
