"""The identities that tokens belong to, and the secrets that tie them.

See docs/reference/data-model.md, 8.

The identity is the user of a token that has an owner, else the account. Its document keeps
`pvt_signature_secret`; another secret ends every token of the identity.
"""

from collections.abc import Callable

from faxbox_service.documents.names import account_database
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.accounts.accounts import Accounts
from faxbox_service.repositories.primitives.clock import IdGenerator
from faxbox_service.repositories.primitives.update import optimistic_update
from faxbox_service.repositories.users.users import SIGNATURE_SECRET, Users
from faxbox_service.stores.base import Store


class Identities:
    """Reads identities, and makes their secrets."""

    def __init__(self, store: Store, accounts: Accounts, users: Users, ids: IdGenerator) -> None:
        self._store = store
        self._accounts = accounts
        self._users = users
        self._ids = ids

    async def fetch(self, account_id: AccountId, owner_id: DocumentId | None) -> Document:
        """The document of a live identity in a live account. Raises `BadIdentifier`."""
        if owner_id is None:
            return await self._accounts.fetch(account_id)
        await self._accounts.find(account_id)
        return await self._users.fetch(account_id, owner_id)

    async def ensure_secret(self, account_id: AccountId, owner_id: DocumentId | None) -> str:
        """The secret of an identity, made when it has none. Raises `BadIdentifier`."""
        secret = secret_of(await self.fetch(account_id, owner_id))
        if secret is None:
            document = await self._change(account_id, owner_id, self._with_secret)
            secret = str(document[SIGNATURE_SECRET])
        return secret

    async def reset_secret(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Give an identity another secret. Raises `BadIdentifier`, `StaleRevision`."""
        await self._change(account_id, owner_id, self._with_new_secret)

    async def _change(
        self,
        account_id: AccountId,
        owner_id: DocumentId | None,
        change: Callable[[Document], Document],
    ) -> Document:
        if owner_id is None:
            return await self._accounts.change_private(account_id, change)

        async def changed(user: Document) -> Document:
            return change(user)

        return await optimistic_update(
            lambda: self._users.fetch(account_id, owner_id),
            changed,
            lambda user: self._store.put(account_database(account_id), user),
        )

    def _with_secret(self, identity: Document) -> Document:
        return identity if secret_of(identity) is not None else self._with_new_secret(identity)

    def _with_new_secret(self, identity: Document) -> Document:
        return {**identity, SIGNATURE_SECRET: self._ids.new_id()}


def secret_of(identity: Document) -> str | None:
    """The identity's secret, if it has one."""
    secret = identity.get(SIGNATURE_SECRET)
    return secret if isinstance(secret, str) and secret else None
