"""The account of a phone number, from Kazoo's `numbers/…` databases.

See docs/reference/data-model.md, 1.2.

A number is the document of its own name, in E.164, in the database of its first five characters:
`+14155550100` in `numbers/+1415`.
"""

import re

from faxbox_service.documents.private_fields import is_soft_deleted
from faxbox_service.documents.types import AccountId
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase

_IN_SERVICE = "in_service"
_PREFIX_LENGTH = 5
_LONGEST = 64
_SEPARATORS = re.compile(r"[\s().-]")
_NORTH_AMERICAN = re.compile(r"\+?1?([2-9][0-9]{9})\Z", re.ASCII)
_E164 = re.compile(r"\+?([0-9]{7,15})\Z", re.ASCII)


class PhoneNumbers:
    """Finds the accounts of numbers; the numbers themselves are managed by Kazoo."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find_account(self, text: str) -> AccountId | None:
        """The account that a number in service is assigned to."""
        number = normalized_number(text)
        if number is None:
            return None
        try:
            document = await self._store.get(f"numbers/{number[:_PREFIX_LENGTH]}", number)
        except (DocumentNotFound, MissingDatabase):
            return None
        account_id = document.get("pvt_assigned_to")
        if document.get("pvt_state") != _IN_SERVICE or is_soft_deleted(document):
            return None
        return account_id if isinstance(account_id, str) else None


def normalized_number(text: str) -> str | None:
    """`(415) 555-0100` → `+14155550100`; None for what is not a number.

    Ten digits, or eleven from 1 on, are North American, as Kazoo's default converter has it.
    """
    if len(text) > _LONGEST:
        return None
    digits = _SEPARATORS.sub("", text)
    match = _NORTH_AMERICAN.match(digits)
    if match:
        return f"+1{match[1]}"
    match = _E164.match(digits)
    return f"+{match[1]}" if match else None
