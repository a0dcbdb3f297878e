"""Rules of users: what the schema says, and a name that is unique in the account."""

from faxbox_service.documents.names import account_database
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.repositories.primitives.validation import validated_as
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import MissingDatabase
from faxbox_service.stores.values import View, ViewRange

BY_USERNAME = View("users", "list_by_username")

_LONGEST_PASSWORD = 1024
"""Characters: what is hashed is bounded, and fits into a Basic credential."""


class UserRules:
    """Validates the public fields of users."""

    def __init__(self, store: Store, schema: Schema) -> None:
        self._store = store
        self._schema = schema

    async def valid(
        self,
        account_id: AccountId,
        fields: Document,
        stored: Document | None,
        touched: PatchScope | None = None,
    ) -> Patched:
        """The fields with defaults. Raises `InvalidDocument`.

        `stored` is the user before the change, None for a new one; `touched` is what a PATCH gives.
        That a user name needs a password is checked only when all else is valid, as in Kazoo.
        """
        present = (stored or {}).get("username")
        errors: dict[str, dict[str, dict[str, Json]]] = {}
        valid = Patched(fields, ())
        try:
            valid = await validated_as(self._schema, fields, touched)
        except InvalidDocument as error:
            errors = dict(error.errors)
        errors |= _too_long(fields.get("password"))
        username = fields.get("username")
        if isinstance(username, str) and username != present and "username" not in errors:
            holder = await first_user(self._store, account_id, BY_USERNAME, username)
            if holder is not None and holder["_id"] != (stored or {}).get("_id"):
                fault = {"message": "Username must be unique within account", "cause": username}
                errors["username"] = {"unique": fault}
        errors = errors or _missing_credentials(valid.document, present)
        if errors:
            raise InvalidDocument(errors)
        return valid


async def first_user(store: Store, account_id: AccountId, view: View, key: str) -> Document | None:
    """The first user in a view at a key."""
    rows = ViewRange(key=key, limit=1, include_docs=True)
    try:
        found = await store.view(account_database(account_id), view, rows)
    except MissingDatabase:
        return None
    return found[0].document if found else None


def _too_long(password: Json) -> dict[str, dict[str, dict[str, Json]]]:
    """The error of a password that is; the error does not repeat it."""
    if not isinstance(password, str) or len(password) <= _LONGEST_PASSWORD:
        return {}
    text = f"String must not be more than {_LONGEST_PASSWORD} characters"
    return {"password": {"maxLength": {"message": text, "target": _LONGEST_PASSWORD}}}


def _missing_credentials(fields: Document, present: Json) -> dict[str, dict[str, dict[str, Json]]]:
    """A user name without a password, or the other way round, where either is new."""
    username, password = fields.get("username"), fields.get("password")
    if password and not username:
        text = "The username must be provided when updating the password"
        return {"username": {"required": {"message": text}}}
    if username and not password and username != present:
        text = "The password must be provided when creating / updating the user name"
        return {"password": {"required": {"message": text, "cause": username}}}
    return {}
