"""Failures while accounts are checked one after the other: is it the account, or the store?"""

import logging

from faxbox_service.documents.types import AccountId
from faxbox_service.stores.errors import StoreError

_log = logging.getLogger(__name__)

_IN_A_ROW = 3
"""Accounts that fail one after the other: then it is the store."""


class AccountFailures:
    """Counts accounts that failed, so that one of them delays no others."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._latest: StoreError | None = None

    def note(self, account_id: AccountId, error: StoreError) -> None:
        """An account failed. Raises its error when several have, one after the other."""
        self._latest = error
        self._in_a_row += 1
        if self._in_a_row >= _IN_A_ROW:
            raise error
        _log.warning("account %s is left for later: %s", account_id, error)

    def note_success(self) -> None:
        """An account did not fail."""
        self._in_a_row = 0

    @property
    def any(self) -> bool:
        """Whether an account failed."""
        return self._latest is not None

    def raise_any(self) -> None:
        """Raise the error of the latest account that failed, if one did."""
        if self._latest is not None:
            raise self._latest
