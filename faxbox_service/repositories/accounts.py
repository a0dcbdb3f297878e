"""Accounts: the document in the account's own database, and its copy in `accounts`.

The account database is the truth (data model, sections 1.4 and 11). What requests need to know
of an account is remembered, so that judging a request costs no round trip.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress

from faxbox_service.documents.account import (
    ACCOUNT,
    DEFAULT_TIMEZONE,
    Account,
    AccountSecrets,
    new_account,
)
from faxbox_service.documents.faxbox import soft_deleted_faxbox
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import ACCOUNTS, account_database, is_account_id
from faxbox_service.documents.private_fields import (
    Author,
    alphanum_name,
    is_soft_deleted,
    public_fields,
    stamp,
)
from faxbox_service.documents.schema import InvalidDocument, Schema
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.stores.base import (
    DocumentNotFound,
    MissingDatabase,
    RevisionConflict,
    Store,
    View,
    ViewRange,
)

from .clock import Clock, new_id, new_secret
from .copies import FaxboxCopies
from .errors import AccountHasDescendants, BadIdentifier, StaleRevision
from .faxboxes import CROSSBAR_LISTING
from .known_accounts import KnownAccounts

LISTING_BY_API = View("accounts", "listing_by_api")
LISTING_BY_DESCENDANTS = View("accounts", "listing_by_descendants")
LISTING_BY_NAME = View("accounts", "listing_by_name")
LISTING_BY_REALM = View("accounts", "listing_by_realm")

_TRIES = 8


class Accounts:
    """Creates, finds and deletes accounts."""

    def __init__(
        self,
        store: Store,
        schema: Schema,
        copies: FaxboxCopies,
        clock: Clock,
        *,
        realm_suffix: str,
        known: KnownAccounts,
    ) -> None:
        self._store = store
        self._schema = schema
        self._copies = copies
        self._clock = clock
        self._realm_suffix = realm_suffix
        self._known = known

    async def find(self, account_id: AccountId) -> Account:
        """The facts about a live account, as fresh as the changes feed. Raises `BadIdentifier`."""
        return await self._known.find(account_id, self._load)

    async def _load(self, account_id: AccountId) -> Account:
        return Account.of(await self.fetch(account_id))

    async def fetch(self, account_id: AccountId) -> Document:
        """Read a live account's document. Raises `BadIdentifier`."""
        if not is_account_id(account_id):
            raise BadIdentifier(account_id)
        try:
            document = await self._store.get(account_database(account_id), account_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(account_id) from None
        if document.get("pvt_type") != ACCOUNT or is_soft_deleted(document):
            raise BadIdentifier(account_id)
        return document

    async def find_by_api_key(self, api_key: str) -> Account | None:
        """The account whose API key this is."""
        return await self._found(LISTING_BY_API, api_key)

    async def find_by_name(self, name: str) -> Account | None:
        """The account of this name, letters and digits compared only."""
        return await self._found(LISTING_BY_NAME, alphanum_name(name))

    async def find_by_realm(self, realm: str) -> Account | None:
        """The account of this realm, case ignored."""
        return await self._found(LISTING_BY_REALM, realm.lower())

    async def is_empty(self) -> bool:
        """Whether the store holds no account yet."""
        rows = ViewRange(limit=1)
        return not await self._store.view(ACCOUNTS, LISTING_BY_NAME, rows)

    async def create_master(
        self, name: str, author: Author, *, realm: str | None = None, api_key: str | None = None
    ) -> Document:
        """Create the root of all accounts and return its document. Raises `InvalidDocument`."""
        fields: Document = {"name": name} if realm is None else {"name": name, "realm": realm}
        return await self._create(fields, None, author, api_key or new_secret())

    async def create_child(self, parent: Account, data: Document, author: Author) -> Document:
        """Create an account below `parent` and return its document. Raises `InvalidDocument`."""
        fields = public_fields(data)
        fields.pop("id", None)
        return await self._create(fields, parent, author, new_secret())

    async def change_private(
        self, account_id: AccountId, change: Callable[[Document], Document]
    ) -> Document:
        """Change private fields of the account in both its places; `change` gets its document."""
        for _ in range(_TRIES):
            stored = await self.fetch(account_id)
            document = change(stored)
            if document == stored:
                return stored
            try:
                revision = await self._store.put(account_database(account_id), document)
            except RevisionConflict:
                continue
            self._known.forget(account_id)
            written = {**document, "_rev": revision}
            await self._copy(written)
            return written
        raise StaleRevision

    async def soft_delete(self, account: Account, author: Author) -> Document:
        """Hide the account, and every copy of its faxboxes in `faxes` (contract, 7).

        Raises `AccountHasDescendants`. The account's database stays, so that nothing is lost.
        """
        await self._require_no_descendants(account)
        hidden = stamp(
            {**await self.fetch(account.id), "pvt_deleted": True},
            author,
            gregorian_seconds(self._clock()),
        )
        try:
            revision = await self._store.put(account_database(account.id), hidden)
        except RevisionConflict:
            raise StaleRevision from None
        self._known.forget(account.id)
        written = {**hidden, "_rev": revision}
        for faxbox in await self._faxboxes(account.id):
            await self._copies.follow(
                account.id, soft_deleted_faxbox(faxbox), await self._copies.read(faxbox["_id"])
            )
        await self._copy(written)
        return written

    async def delete(self, account: Account) -> Document:
        """Remove the account's database and everything copied from it, for good (contract, 7)."""
        await self._require_no_descendants(account)
        document = await self.fetch(account.id)
        faxboxes = await self._faxboxes(account.id)
        self._known.forget(account.id)
        await self._store.delete_database(account_database(account.id))
        for faxbox in faxboxes:
            await self._copies.vanish(account.id, faxbox["_id"])
        with suppress(DocumentNotFound):
            copy = await self._store.get(ACCOUNTS, account.id)
            await self._store.delete(ACCOUNTS, account.id, copy["_rev"])
        return document

    async def _create(
        self, fields: Document, parent: Account | None, author: Author, api_key: str
    ) -> Document:
        made = {
            "realm": f"{secrets.token_hex(3)}.{self._realm_suffix}",
            "timezone": parent.timezone if parent is not None else DEFAULT_TIMEZONE,
        }
        valid = self._schema.validate({**made, **fields})
        await self._require_unique(valid)
        account_id = new_id()
        account_secrets = AccountSecrets(api_key=api_key, cpaas_token=new_secret())
        document = stamp(
            new_account(valid, account_id, parent, account_secrets),
            author,
            gregorian_seconds(self._clock()),
        )
        await self._store.create_database(account_database(account_id))
        revision = await self._store.put(account_database(account_id), document)
        written = {**document, "_rev": revision}
        await self._copy(written)
        return written

    async def _copy(self, written: Document) -> None:
        """Write the document into `accounts` over whatever is there: the copy has no say."""
        account_id = written["_id"]
        for _ in range(_TRIES):
            mirrored = {name: value for name, value in written.items() if name != "_rev"}
            with suppress(DocumentNotFound):
                mirrored["_rev"] = (await self._store.get(ACCOUNTS, account_id))["_rev"]
            try:
                await self._store.put(ACCOUNTS, mirrored)
            except RevisionConflict:
                continue
            return
        raise StaleRevision

    async def _require_unique(self, fields: Document) -> None:
        errors: dict[str, dict[str, dict[str, Json]]] = {}
        if await self._exists(LISTING_BY_NAME, alphanum_name(fields["name"])):
            errors["name"] = _taken("Account name already in use", fields["name"])
        if await self._exists(LISTING_BY_REALM, fields["realm"].lower()):
            errors["realm"] = _taken("Account realm already in use", fields["realm"])
        if errors:
            raise InvalidDocument(errors)

    async def _require_no_descendants(self, account: Account) -> None:
        rows = ViewRange(start_key=[account.id], end_key=[account.id, {}], limit=1)
        if await self._store.view(ACCOUNTS, LISTING_BY_DESCENDANTS, rows):
            raise AccountHasDescendants

    async def _exists(self, view: View, key: str) -> bool:
        return bool(await self._store.view(ACCOUNTS, view, ViewRange(key=key, limit=1)))

    async def _found(self, view: View, key: str) -> Account | None:
        rows = await self._store.view(ACCOUNTS, view, ViewRange(key=key, limit=1))
        if not rows:
            return None
        try:
            return await self.find(rows[0].id)
        except BadIdentifier:
            return None

    async def _faxboxes(self, account_id: AccountId) -> Iterable[Document]:
        rows = ViewRange(include_docs=True)
        found = await self._store.view(account_database(account_id), CROSSBAR_LISTING, rows)
        return [row.document for row in found if row.document is not None]


def _taken(message: str, cause: str) -> dict[str, dict[str, Json]]:
    return {"unique": {"message": message, "cause": cause}}
