"""Rules of accounts: valid, a unique name and realm; no descendants when they are deleted."""

from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.documents.private_fields import alphanum_name
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.repositories.errors import AccountHasDescendants
from faxbox_service.repositories.primitives.clock import IdGenerator, system_ids
from faxbox_service.repositories.primitives.validation import validated_as
from faxbox_service.stores.base import Store
from faxbox_service.stores.values import View, ViewRange

LISTING_BY_DESCENDANTS = View("accounts", "listing_by_descendants")
LISTING_BY_NAME = View("accounts", "listing_by_name")
LISTING_BY_REALM = View("accounts", "listing_by_realm")

_RANDOM_REALM_BYTES = 3
"""Kazoo's `random_realm_strength`."""

_UNIQUE = (
    ("name", LISTING_BY_NAME, alphanum_name),
    ("realm", LISTING_BY_REALM, str.lower),
)


class AccountRules:
    """Checks what is about to be done to accounts."""

    def __init__(self, store: Store, schema: Schema, ids: IdGenerator = system_ids) -> None:
        self._store = store
        self._schema = schema
        self._ids = ids

    async def valid(
        self, fields: Document, stored: Document | None, touched: PatchScope | None = None
    ) -> Patched:
        """The fields with defaults. Raises `InvalidDocument`, with every error at once.

        `stored` is the account before the change, None for a new one; `touched` is what a PATCH
        gives.
        """
        errors: dict[str, dict[str, dict[str, Json]]] = {}
        valid = Patched(fields, ())
        try:
            valid = await validated_as(self._schema, fields, touched)
        except InvalidDocument as error:
            errors = dict(error.errors)
        # An invalid name or realm is not taken, and may be too long for a query.
        fit = {name: value for name, value in fields.items() if name not in errors}
        for name, fault in (await self._taken(fit, stored or {})).items():
            errors[name] = {"unique": fault}
        if errors:
            raise InvalidDocument(errors)
        return valid

    async def free_realm(self, suffix: str) -> str:
        """A new realm, `<6 hex>.<suffix>`, that no account has."""
        while True:
            realm = f"{self._ids.random_hex(_RANDOM_REALM_BYTES)}.{suffix}"
            if not await self._taken({"realm": realm}, {}):
                return realm

    async def require_no_descendants(self, account_id: AccountId) -> None:
        """Raise `AccountHasDescendants` for an account that must not be deleted."""
        rows = ViewRange(start_key=[account_id], end_key=[account_id, {}], limit=1)
        if await self._store.view(ACCOUNTS, LISTING_BY_DESCENDANTS, rows):
            raise AccountHasDescendants

    async def _taken(self, fields: Document, stored: Document) -> dict[str, dict[str, Json]]:
        """The fields whose values another account has; queried only where new to the account."""
        taken: dict[str, dict[str, Json]] = {}
        for field, view, normal in _UNIQUE:
            value = fields.get(field)
            if not isinstance(value, str) or value == stored.get(field):
                continue
            rows = ViewRange(key=normal(value), limit=2)
            holders = await self._store.view(ACCOUNTS, view, rows)
            if any(row.id != stored.get("_id") for row in holders):
                taken[field] = {"message": f"Account {field} already in use", "cause": value}
        return taken
