"""What faxboxes are, in the plainest terms: the model that the service is compared with."""

from dataclasses import dataclass, field
from typing import Any

from .ledger import Life

ADDRESS = "custom_smtp_email_address"
FIELDS = ("name", "note", "left", "right", ADDRESS)

ACCEPTED, CREATED = 200, 201
TAKEN, MISSING, STALE = 400, 404, 412


@dataclass(slots=True, eq=False)
class ModelBox:
    """A box as clients know it."""

    account_id: str
    id: str
    fields: dict[str, Any]
    revision: str
    life: Life = Life.LIVE
    former_revision: str = "1-00000000000000000000000000000000"


@dataclass(slots=True)
class Model:
    """All boxes, and what the service must answer about them."""

    boxes: dict[str, ModelBox] = field(default_factory=dict)

    def is_taken(self, address: str | None, box: ModelBox | None = None) -> bool:
        """Whether another live box has the address."""
        return address is not None and any(
            other.fields.get(ADDRESS) == address.lower()
            for other in self.boxes.values()
            if other is not box and other.life is Life.LIVE
        )

    def verdicts(
        self, box: ModelBox, address: str | None, revision: str | None, *, is_post: bool = False
    ) -> set[int]:
        """The statuses that a change of a box may get, by its new address and its `If-Match`.

        Where two things are wrong, either may be told.
        """
        wrong = set()
        is_taken = self.is_taken(address, box)
        if box.life is not Life.LIVE:
            wrong.add(MISSING)
            if is_taken and is_post:
                wrong.add(TAKEN)
            return wrong
        if is_taken:
            wrong.add(TAKEN)
        if revision is not None and revision != box.revision:
            wrong.add(STALE)
        return wrong or {ACCEPTED}

    def restoration_verdicts(self, box: ModelBox) -> set[int]:
        """The statuses that a restoration may get."""
        if box.life is not Life.HIDDEN:
            return {MISSING}
        return {TAKEN} if self.is_taken(box.fields.get(ADDRESS), box) else {ACCEPTED}


def merged(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Fields after a PATCH."""
    return settled({**fields, **changes})


def settled(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as they are kept: without nulls, the address in lower case."""
    kept = {name: value for name, value in fields.items() if value is not None}
    if ADDRESS in kept:
        kept[ADDRESS] = kept[ADDRESS].lower()
    return kept


def known_fields(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a document or a reply that the model knows."""
    return {name: document[name] for name in FIELDS if name in document}
