"""What must hold in a store after faults: what was acknowledged is there, and everything agrees."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from tests.faults.clients.ledger import Ledger, Life, OwnBox, State

from .stored import Documents, Stored

_LONGEST_ADDRESS = 200
_CLAIM = "faxbox_address"


def disagreements(stored: Stored) -> list[str]:
    """Where accounts and boxes, their copies and the claims of addresses do not agree."""
    return [*_account_disagreements(stored), *_box_disagreements(stored)]


def _account_disagreements(stored: Stored) -> Iterator[str]:
    accounts = {
        account_id: _whole(documents[account_id])
        for account_id, documents in stored.accounts.items()
        if account_id in documents
    }
    copies = _of_type(stored.account_copies, "account", accounts)
    return _differences("the copy of account", accounts, copies, _whole)


def _box_disagreements(stored: Stored) -> list[str]:
    copies: Documents = {}
    claims: Documents = {}
    faults: list[str] = []
    for account_id, documents in stored.accounts.items():
        is_hidden = _is_hidden(documents.get(account_id, {"pvt_deleted": True}))
        for box in documents.values():
            if box.get("pvt_type") != "faxbox":
                continue
            copies[box["_id"]] = _copy_of(box, account_id, is_hidden)
            if _is_hidden(copies[box["_id"]]):
                continue
            for address in _addresses(box):
                claim = _claim_of(address, box["_id"], account_id)
                if claim["_id"] in claims:
                    faults.append(f"{address} is held by {claims[claim['_id']]} and {claim}")
                claims[claim["_id"]] = claim
    faults += _differences("the copy", copies, _of_type(stored.faxes, "faxbox", copies), _whole)
    faults += _differences("the claim", claims, _of_type(stored.faxes, _CLAIM, claims), _claimed)
    return faults


def losses(stored: Stored, ledger: Ledger) -> list[str]:
    """What was acknowledged and is not there, or was refused and is."""
    faults = list(ledger.losses)
    for box in ledger.boxes:
        state = _state_of(stored, box)
        if state not in box.possible:
            faults.append(box.told(f"is {state}, and must be one of {box.possible}"))
    for shared in ledger.fields:
        document = stored.accounts.get(shared.account_id, {}).get(shared.box_id, {})
        if document.get(shared.name) not in shared.possible:
            faults.append(
                f"{shared.box_id}: {shared.name} is {document.get(shared.name)}, "
                f"and must be one of {shared.possible}"
            )
    return [*faults, *_unexpected(stored, ledger)]


def claim_id(address: str) -> str:
    """The id of the claim of an address."""
    lowered = address.lower()
    if len(lowered.encode()) > _LONGEST_ADDRESS:
        return f"{_CLAIM}_sha256-{hashlib.sha256(lowered.encode()).hexdigest()}"
    return f"{_CLAIM}-{lowered}"


def held_addresses(stored: Stored) -> set[str]:
    """The addresses of all live boxes."""
    return {
        address
        for documents in stored.accounts.values()
        for box in documents.values()
        if box.get("pvt_type") == "faxbox" and not _is_hidden(box)
        for address in _addresses(box)
    }


def _unexpected(stored: Stored, ledger: Ledger) -> Iterator[str]:
    """Boxes nobody made, values that were refused, and writes that are half there."""
    known = {box.id for box in ledger.boxes} | {shared.box_id for shared in ledger.fields}
    for account_id in {box.account_id for box in ledger.boxes}:
        for box in stored.accounts.get(account_id, {}).values():
            if box.get("pvt_type") != "faxbox" or box.get("name") != "own":
                continue
            if box["_id"] not in known and box["mark"] not in ledger.uncertain:
                yield f"{box['_id']}: nobody made this box: {box}"
            if box["mark"] != box["echo"]["mark"]:
                yield f"{box['_id']}: half of a write is there: {box}"
    for documents in (*stored.accounts.values(), stored.faxes):
        for document in documents.values():
            for name, value in document.items():
                if isinstance(value, str) and value in ledger.refused:
                    yield f"{document['_id']}: {name} is {value}, which was refused"


def _state_of(stored: Stored, box: OwnBox) -> State | None:
    """The state a box is in; what is gone is in the last state that it may have had."""
    document = stored.accounts.get(box.account_id, {}).get(box.id)
    if document is None:
        gone = [state for state in box.possible if state.life is Life.GONE]
        return gone[0] if gone else None
    life = Life.HIDDEN if _is_hidden(document) else Life.LIVE
    return State(life, document["mark"], document.get("custom_smtp_email_address"))


def _differences(what: str, wanted: Documents, found: Documents, shown: Any) -> Iterator[str]:
    for document_id in wanted.keys() | found.keys():
        if document_id not in found:
            yield f"{what} {document_id} is missing: {wanted[document_id]}"
        elif document_id not in wanted:
            yield f"{what} {document_id} should not be there: {found[document_id]}"
        elif shown(found[document_id]) != wanted[document_id]:
            yield f"{what} {document_id} is {found[document_id]}, not {wanted[document_id]}"


def _of_type(documents: Documents, kind: str, wanted: Iterable[str]) -> Documents:
    """Documents of one type, and those that should be."""
    return {
        document_id: document
        for document_id, document in documents.items()
        if document.get("pvt_type") == kind or document_id in wanted
    }


def _copy_of(box: dict[str, Any], account_id: str, is_hidden: bool) -> dict[str, Any]:
    copy = {name: value for name, value in box.items() if name != "_rev"}
    encoded = f"account%2F{account_id[:2]}%2F{account_id[2:4]}%2F{account_id[4:]}"
    copy["pvt_account_db"] = encoded
    if is_hidden:
        copy["pvt_deleted"] = True
    return copy


def _claim_of(address: str, faxbox_id: str, account_id: str) -> dict[str, Any]:
    return {
        "_id": claim_id(address),
        "pvt_type": _CLAIM,
        "address": address,
        "faxbox_id": faxbox_id,
        "pvt_account_id": account_id,
    }


def _whole(copy: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in copy.items() if name != "_rev"}


def _claimed(claim: dict[str, Any]) -> dict[str, Any]:
    names = ("_id", "pvt_type", "address", "faxbox_id", "pvt_account_id")
    return {name: claim.get(name) for name in names}


def _addresses(box: dict[str, Any]) -> set[str]:
    named = (box.get("pvt_smtp_email_address"), box.get("custom_smtp_email_address"))
    return {address.lower() for address in named if address}


def _is_hidden(document: dict[str, Any]) -> bool:
    return bool(document.get("pvt_deleted"))
