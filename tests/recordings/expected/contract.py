"""How an exchange that differs because of the contract is written down."""

from dataclasses import dataclass, field

from tests.recordings.exchanges import NOTHING, Json


@dataclass(frozen=True, slots=True)
class Difference:
    """What the contract wants instead of the recorded reply.

    One of these says what the body is:

    - `like`: that of another exchange, with its status and headers;
    - `data`: a success with that data (`revision` says whether it is of one document);
    - `items`: a success listing these of the boxes that `list/?` lists, by id;
    - `message`: an error with that message, and `error_data` as its data;
    - none of them: there is no body.
    """

    contract: int
    why: str
    status: int = 200
    like: str = ""
    data: Json = NOTHING
    items: tuple[str, ...] | None = None
    message: str = ""
    error_data: Json = NOTHING
    headers: dict[str, str | None] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    """Envelope members that are not compared: it is left open how far the request was judged."""
    absent: frozenset[str] = frozenset()
    """Envelope members that such a reply would have, and this one has not."""
    undo: bool = False
    """A box is made, or survives, that Kazoo did not have: it is deleted again, so that later
    listings can be compared."""


JUDGED_EARLY = frozenset(("auth_token", "version", "data"))
"""For requests that cannot be read: whether a token had been found before is left open."""


def error(contract: int, why: str, status: int, message: str, data: Json) -> Difference:
    """An error with everything that its envelope says."""
    return Difference(contract, why, status=status, message=message, error_data=data)


def unreadable(contract: int, why: str, status: int = 400) -> Difference:
    """An error whose words the contract leaves open."""
    return Difference(contract, why, status=status, message="{TEXT}", optional=JUDGED_EARLY)


def unknown(contract: int, why: str, identifier: str) -> Difference:
    """404 for a document that is not there."""
    data = {"cause": identifier, "message": "bad identifier"}
    return error(contract, why, 404, "bad_identifier", data)


def conflict(why: str) -> Difference:
    """409 for a revision that is not the current one."""
    data = {"message": "conflicting documents", "cause": "{TEXT}", "hint": "{TEXT}"}
    return error(4, why, 409, "datastore_conflict", data)


def precondition_failed(why: str) -> Difference:
    """412 with a body; its words are left open."""
    return Difference(4, why, status=412, message="{TEXT}", optional=frozenset(("data",)))


def invalid(contract: int, why: str, errors: Json) -> Difference:
    """400 with the rules that failed, by property."""
    return error(contract, why, 400, "validation error", errors)


def type_error(wanted: str, value: Json) -> Json:
    """The rule of a value that has the wrong type."""
    message = f"Value did not match type(s): {wanted}"
    return {"type": {"message": message, "target": wanted, "value": value}}


def not_unique(contract: int, why: str, address: str) -> Difference:
    """400 for an address that another box has."""
    rule = {"message": "email address must be unique", "cause": address}
    return invalid(contract, why, {"custom_smtp_email_address": {"unique": rule}})
