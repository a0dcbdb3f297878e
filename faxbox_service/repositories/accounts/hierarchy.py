"""The accounts around one: its children and descendants, its ancestors."""

from collections.abc import AsyncIterator
from contextlib import suppress

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.view_page import (
    HIGHEST_TEXT,
    FoundRows,
    RowsWanted,
    find_rows,
)
from faxbox_service.stores.base import Store
from faxbox_service.stores.values import View

from .accounts import Accounts

CHILDREN = View("accounts", "listing_by_children")
DESCENDANTS = View("accounts", "listing_by_descendants")
ALL = View("accounts", "listing_by_simple_id")

_BATCH = 500


class AccountHierarchy:
    """Lists accounts by the views of `accounts`."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts

    async def rows(self, view: View, wanted: RowsWanted) -> FoundRows:
        """Rows of a view whose keys are `[ancestor, name]`; the values are summaries."""
        bounded = RowsWanted(
            wanted.limit,
            _beyond_texts(wanted.start_key),
            _beyond_texts(wanted.end_key),
            wanted.descending,
        )
        return await find_rows(self._store, ACCOUNTS, view, bounded)

    async def ancestors(self, account: Account, viewer: Account) -> list[Account]:
        """The accounts above one, the root first; from the viewer on, unless that is superduper."""
        tree = account.tree
        if not viewer.is_superduper_admin:
            tree = tree[tree.index(viewer.id) :] if viewer.id in tree else ()
        ancestors = []
        for account_id in tree:
            # Kazoo does not prevent every deletion of an account that has descendants.
            with suppress(BadIdentifier):
                ancestors.append(await self._accounts.find(account_id))
        return ancestors

    async def all_below(self, account_id: AccountId | None) -> AsyncIterator[Document]:
        """The summaries (`id`, `name`, `realm`) of all descendants, or of all accounts."""
        view = ALL if account_id is None else DESCENDANTS
        start: Json = None if account_id is None else [account_id]
        end: Json = None if account_id is None else [account_id, {}]
        while True:
            wanted = RowsWanted(_BATCH, start, end, descending=False)
            found = await find_rows(self._store, ACCOUNTS, view, wanted)
            for row in found.rows:
                yield row.value
            if found.next_key is None:
                return
            start = found.next_key


def _beyond_texts(key: Json) -> Json:
    """Kazoo's high key as one that is beyond texts in every collation."""
    if isinstance(key, list) and key[-1:] == [HIGHEST_TEXT]:
        return [*key[:-1], {}]
    return key
