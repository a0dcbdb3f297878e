"""Users of an account: kept, and found by their credentials (data model, section 1.6)."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias, TypeVar

from faxbox_service.documents import user as documents
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import account_database
from faxbox_service.documents.passwords import ARGON2, Credentials, Digest, Verdict, judge
from faxbox_service.documents.private_fields import Author, stamp
from faxbox_service.documents.schema import InvalidDocument, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId, Json
from faxbox_service.stores.base import (
    DocumentNotFound,
    MissingDatabase,
    RevisionConflict,
    Store,
    StoreError,
    View,
    ViewRange,
    ViewRow,
)

from .clock import Clock, new_id
from .errors import BadIdentifier, StaleRevision
from .listing import FoundRows, RowsWanted, find_rows
from .preconditions import NO_PRECONDITION, Precondition

BY_DIGEST = {
    Digest.MD5: View("users", "creds_by_md5"),
    Digest.SHA: View("users", "creds_by_sha"),
}
BY_ID = View("users", "list_by_id")
BY_USERNAME = View("users", "list_by_username")

SIGNATURE_SECRET = "pvt_signature_secret"

_TRIES = 16

_Change: TypeAlias = Callable[[Document], Awaitable[Document]]

Result = TypeVar("Result")


class Users:
    """Creates, finds, changes and deletes users.

    With `keeps_kazoo_hashes`, Kazoo's nodes can log in those whose passwords are set here.
    """

    def __init__(
        self, store: Store, schema: Schema, clock: Clock, *, keeps_kazoo_hashes: bool
    ) -> None:
        self._store = store
        self._schema = schema
        self._clock = clock
        self._keeps_kazoo_hashes = keeps_kazoo_hashes
        # Each thread that hashes keeps the 19 MB that it takes.
        self._hashing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")

    async def create(
        self, account_id: AccountId, data: Document, password: str | None, author: Author
    ) -> Document:
        """Store a new user and return the document. Raises `InvalidDocument`, `BadIdentifier`.

        The password, here or in `data`, is not kept; only hashes of it are.
        """
        given = data if password is None else {**data, "password": password}
        valid = await self._valid(account_id, documents.client_fields(given), None)
        document = documents.new_user(valid, new_id(), account_id)
        document = await self._with_credentials(document, valid, {})
        stamped = stamp(document, author, gregorian_seconds(self._clock()))
        try:
            revision = await self._store.put(account_database(account_id), stamped)
        except MissingDatabase:
            raise BadIdentifier(account_id) from None
        return {**stamped, "_rev": revision}

    async def fetch(self, account_id: AccountId, user_id: DocumentId) -> Document:
        """Read one user. Raises `BadIdentifier`."""
        try:
            document = await self._store.get(account_database(account_id), user_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(user_id) from None
        if not documents.is_user(document):
            raise BadIdentifier(user_id)
        return document

    async def listing(self, account_id: AccountId, wanted: RowsWanted) -> FoundRows:
        """Users in the order of their ids, which no two have in common as they may have names."""
        try:
            return await find_rows(self._store, account_database(account_id), BY_ID, wanted)
        except MissingDatabase:
            raise BadIdentifier(account_id) from None

    async def replace(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Replace the public fields (POST). Raises as `patch` does."""

        async def replaced(stored: Document) -> Document:
            return await self._replaced(account_id, stored, documents.client_fields(data))

        return await self._change(account_id, user_id, replaced, author, precondition)

    async def patch(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Merge `data` into the newest revision and validate the result (contract, 1 and 4).

        Raises `BadIdentifier`, `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`.
        """

        async def patched(stored: Document) -> Document:
            fields = documents.patched_fields(stored, data)
            return await self._replaced(account_id, stored, fields)

        return await self._change(account_id, user_id, patched, author, precondition)

    async def set_password(
        self, account_id: AccountId, user_id: DocumentId, password: str, author: Author
    ) -> Document:
        """Give the user another password, which ends all his tokens. Raises as `patch` does."""
        changes = {"password": password}
        return await self.patch(account_id, user_id, changes, author, NO_PRECONDITION)

    async def soft_delete(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        """Hide the user, keeping the document. Raises as `patch` does."""

        async def hidden(stored: Document) -> Document:
            return {**stored, "pvt_deleted": True}

        return await self._change(account_id, user_id, hidden, author, precondition)

    async def delete(
        self, account_id: AccountId, user_id: DocumentId, precondition: Precondition
    ) -> Document:
        """Delete the user for good; the returned document has the tombstone's revision."""
        for _ in range(_TRIES):
            stored = await self.fetch(account_id, user_id)
            precondition.require(stored["_rev"])
            try:
                revision = await self._store.delete(
                    account_database(account_id), user_id, stored["_rev"]
                )
            except DocumentNotFound:
                raise BadIdentifier(user_id) from None
            except RevisionConflict:
                continue
            return {**stored, "_rev": revision}
        raise StaleRevision

    async def find_by_username(self, account_id: AccountId, username: str) -> Document | None:
        """The user of this name, case ignored."""
        rows = await self._rows(account_id, BY_USERNAME, username.lower())
        return rows[0].document if rows else None

    async def find_by_credentials(
        self,
        account_id: AccountId,
        digest: Digest,
        text: str,
        username: str | None = None,
    ) -> Document | None:
        """The enabled user whose `username:password` has this digest.

        By Kazoo's hashes, or else by the `username` (for users without them).
        """
        if username is not None:
            user = await self.find_by_username(account_id, username)
        else:
            rows = await self._rows(account_id, BY_DIGEST[digest], text)
            user = rows[0].document if rows else None
            if user is None:
                return None
        return await self._proved(account_id, user, digest, text)

    async def find_by_password(
        self, account_id: AccountId, username: str, password: str
    ) -> Document | None:
        """The enabled user of this name and password."""
        md5 = Credentials.of(username, password).md5
        return await self.find_by_credentials(account_id, Digest.MD5, md5, username)

    async def _proved(
        self, account_id: AccountId, user: Document | None, digest: Digest, text: str
    ) -> Document | None:
        verdict = await self._hashed(judge, user, digest, text)
        if user is None or verdict is Verdict.WRONG or not user.get("enabled"):
            return None
        if verdict is Verdict.OUTDATED and ARGON2 in user:
            # It would be right again, were Kazoo's hash ever removed.
            outdated = {name: value for name, value in user.items() if name != ARGON2}
            with suppress(StoreError):
                await self._store.put(account_database(account_id), outdated)
        return user

    async def _hashed(self, work: Callable[..., Result], *given: object) -> Result:
        """What takes too long for the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._hashing, work, *given)

    async def _rows(self, account_id: AccountId, view: View, key: str) -> list[ViewRow]:
        rows = ViewRange(key=key, limit=1, include_docs=True)
        try:
            return await self._store.view(account_database(account_id), view, rows)
        except MissingDatabase:
            return []

    async def _replaced(
        self, account_id: AccountId, stored: Document, fields: Document
    ) -> Document:
        valid = await self._valid(account_id, fields, stored)
        document = documents.replaced_user(stored, valid)
        return await self._with_credentials(document, valid, stored)

    async def _change(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        change: _Change,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        for _ in range(_TRIES):
            stored = await self.fetch(account_id, user_id)
            precondition.require(stored["_rev"])
            changed = await change(stored)
            document = stamp(changed, author, gregorian_seconds(self._clock()))
            try:
                revision = await self._store.put(account_database(account_id), document)
            except RevisionConflict:
                continue
            except MissingDatabase:
                raise BadIdentifier(user_id) from None
            return {**document, "_rev": revision}
        raise StaleRevision

    async def _valid(
        self, account_id: AccountId, fields: Document, stored: Document | None
    ) -> Document:
        """The fields with defaults, when they are valid. What else is wrong is told after that."""
        errors: dict[str, dict[str, dict[str, Json]]] = {}
        valid = fields
        try:
            valid = self._schema.validate(fields)
        except InvalidDocument as error:
            errors = dict(error.errors)
        username = fields.get("username")
        if isinstance(username, str) and await self._is_taken(account_id, username, stored):
            fault = {"message": "Username must be unique within account", "cause": username}
            errors["username"] = {**errors.get("username", {}), "unique": fault}
        errors = errors or _missing_credentials(valid, stored)
        if errors:
            raise InvalidDocument(errors)
        return valid

    async def _is_taken(
        self, account_id: AccountId, username: str, stored: Document | None
    ) -> bool:
        if stored is not None and stored.get("username") == username:
            return False
        holder = await self.find_by_username(account_id, username)
        return holder is not None and (stored is None or holder["_id"] != stored["_id"])

    async def _with_credentials(
        self, document: Document, fields: Document, stored: Document
    ) -> Document:
        """The document with the hashes of the password among the fields, if there is one.

        Another password makes another signature secret, and so ends the user's tokens.
        """
        username, password = fields.get("username"), fields.get("password")
        if not username:
            return documents.without_credentials(document)
        if not password:
            return document
        credentials = Credentials.of(username, password)
        document = documents.without_credentials(document)
        if self._keeps_kazoo_hashes:
            document |= credentials.kazoo_fields()
        document |= await self._hashed(credentials.argon2_field)
        kazoo = credentials.kazoo_fields()
        if any(stored.get(name) != text for name, text in kazoo.items()):
            document[SIGNATURE_SECRET] = new_id()
        return document


def _missing_credentials(
    fields: Document, stored: Document | None
) -> dict[str, dict[str, dict[str, Json]]]:
    """A user name without a password, or the other way round, where either is new."""
    username, password = fields.get("username"), fields.get("password")
    if password and not username:
        text = "The username must be provided when updating the password"
        return {"username": {"required": {"message": text}}}
    if username and not password and (stored or {}).get("username") != username:
        text = "The password must be provided when creating / updating the user name"
        return {"password": {"required": {"message": text, "cause": username}}}
    return {}
