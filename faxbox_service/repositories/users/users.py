"""Users of an account: kept, and found by their credentials (data model, section 1.6)."""

from contextlib import suppress

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model import user as documents
from faxbox_service.documents.model.passwords import (
    ARGON2,
    Credentials,
    Digest,
    Verdict,
    verify_digest,
)
from faxbox_service.documents.model.user import Editor
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.private_fields import Author, public_fields, stamp
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.errors import BadIdentifier
from faxbox_service.repositories.primitives.clock import Clock, new_id
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION, Precondition
from faxbox_service.repositories.primitives.soft_delete import put_with_leaves
from faxbox_service.repositories.primitives.update import Change, optimistic_update, unchanged
from faxbox_service.repositories.primitives.view_page import FoundRows, RowsWanted, find_rows
from faxbox_service.repositories.primitives.worker_thread import WorkerThread
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, StoreError
from faxbox_service.stores.values import View

from .rules import BY_USERNAME, UserRules, first_user

BY_DIGEST = {
    Digest.MD5: View("users", "creds_by_md5"),
    Digest.SHA: View("users", "creds_by_sha"),
}
BY_ID = View("users", "list_by_id")

SIGNATURE_SECRET = "pvt_signature_secret"

_MOST_HASHING = 50
"""Passwords that are hashed or wait for it: a second's work, and half the places at the gate."""

_NOBODY = "nobody"
"""The id of no account's document."""


class Users:
    """Creates, finds, changes and deletes users.

    With `keeps_kazoo_hashes`, Kazoo's nodes can log in those whose passwords are set here.
    """

    def __init__(
        self, store: Store, schema: Schema, clock: Clock, *, keeps_kazoo_hashes: bool
    ) -> None:
        self._store = store
        self._rules = UserRules(store, schema)
        self._clock = clock
        self._keeps_kazoo_hashes = keeps_kazoo_hashes
        # Each thread that hashes would keep the 19 MB that it takes.
        self._hashing = WorkerThread("passwords", most=_MOST_HASHING)

    async def create(
        self,
        account_id: AccountId,
        data: Document,
        password: str | None,
        author: Author,
        editor: Editor = Editor.ADMIN,
    ) -> Document:
        """Store a new user and return the document.

        The password, here or in `data`, is not kept; only hashes of it are. Raises
        `InvalidDocument`, `BadIdentifier`, and `KeptForAdmins` as `editor` has it.
        """
        given = data if password is None else {**data, "password": password}
        fields = documents.client_fields(given)
        valid = (await self._rules.valid(account_id, fields, None)).document
        documents.require_creatable(valid, editor)
        document = documents.new_user(valid, new_id(), account_id)
        document = await self._with_credentials(document, valid, {})
        stamped = stamp(document, author, gregorian_seconds(self._clock()), account_id)
        try:
            revision = await self._store.put(account_database(account_id), stamped)
        except MissingDatabase:
            raise BadIdentifier(account_id) from None
        return {**stamped, "_rev": revision}

    async def fetch(self, account_id: AccountId, user_id: DocumentId) -> Document:
        """Read one user. Raises `BadIdentifier`."""
        if not user_id or user_id.startswith("_"):
            # To CouchDB these are the names of other things than documents of ours.
            raise BadIdentifier(user_id)
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
        editor: Editor = Editor.ADMIN,
    ) -> Document:
        """Replace the public fields (POST). Raises as `patch` does."""

        async def replaced(stored: Document) -> Document:
            fields = documents.client_fields(data)
            return (await self._replaced(account_id, stored, fields, editor)).document

        return await self._change(account_id, user_id, replaced, author, precondition)

    async def patch(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        data: Document,
        author: Author,
        precondition: Precondition,
        editor: Editor = Editor.ADMIN,
    ) -> Patched:
        """Merge `data` into the newest revision and validate the result (contract, 1, 4 and 26).

        Raises `BadIdentifier`, `InvalidDocument`, `PreconditionNotMet`, `StaleRevision`, and
        `KeptForAdmins` as `editor` has it.
        """
        invalid: tuple[str, ...] = ()

        async def patched(stored: Document) -> Document:
            nonlocal invalid
            touched = PatchScope.by(documents.client_fields(data), public_fields(stored))
            fields = documents.patched_fields(stored, data)
            result = await self._replaced(account_id, stored, fields, editor, touched)
            invalid = result.invalid
            return result.document

        document = await self._change(account_id, user_id, patched, author, precondition)
        return Patched(document, invalid)

    async def set_password(
        self, account_id: AccountId, user_id: DocumentId, password: str, author: Author
    ) -> Document:
        """Give the user another password, which ends all his tokens. Raises as `patch` does."""
        changes = {"password": password}
        patched = await self.patch(account_id, user_id, changes, author, NO_PRECONDITION)
        return patched.document

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
        database = account_database(account_id)

        async def remove(stored: Document) -> Revision:
            try:
                return await self._store.delete(database, user_id, stored["_rev"])
            except (DocumentNotFound, MissingDatabase):
                raise BadIdentifier(user_id) from None

        return await optimistic_update(
            lambda: self.fetch(account_id, user_id), unchanged, remove, precondition
        )

    async def find_by_username(self, account_id: AccountId, username: str) -> Document | None:
        """The user of this name, case ignored."""
        if len(username) > documents.LONGEST_USERNAME:
            return None
        return await self._first(account_id, BY_USERNAME, username.lower())

    async def find_by_credentials(
        self,
        account_id: AccountId | None,
        digest: Digest,
        text: str,
        username: str | None = None,
    ) -> Document | None:
        """The enabled user whose `username:password` has this digest.

        By Kazoo's hashes, or else by the `username` (for users without them). Without an account
        there is none, which takes as long to find out. Raises `TooManyWaiting`.
        """
        user = await self._candidate(account_id, digest, text, username)
        verdict = await self._hashing.run(verify_digest, user, digest, text)
        if user is None or account_id is None:
            return None
        if verdict is Verdict.WRONG or not user.get("enabled"):
            return None
        if verdict is Verdict.OUTDATED and ARGON2 in user:
            # It would be right again, were Kazoo's hash ever removed.
            outdated = {name: value for name, value in user.items() if name != ARGON2}
            with suppress(StoreError):
                await self._store.put(account_database(account_id), outdated)
        return user

    async def find_by_password(
        self, account_id: AccountId, username: str, password: str
    ) -> Document | None:
        """The enabled user of this name and password."""
        md5 = Credentials.of(username, password).md5
        return await self.find_by_credentials(account_id, Digest.MD5, md5, username)

    async def _candidate(
        self, account_id: AccountId | None, digest: Digest, text: str, username: str | None
    ) -> Document | None:
        """Whose password it would be: one look-up, whoever it is."""
        if account_id is None:
            with suppress(DocumentNotFound):
                await self._store.get(ACCOUNTS, _NOBODY)
            return None
        if username is not None:
            return await self.find_by_username(account_id, username)
        return await self._first(account_id, BY_DIGEST[digest], text)

    async def _first(self, account_id: AccountId, view: View, key: str) -> Document | None:
        return await first_user(self._store, account_id, view, key)

    async def _replaced(
        self,
        account_id: AccountId,
        stored: Document,
        fields: Document,
        editor: Editor,
        touched: PatchScope | None = None,
    ) -> Patched:
        valid = await self._rules.valid(account_id, fields, stored, touched)
        allowed = documents.allowed_fields(valid.document, fields, stored, editor)
        document = documents.replaced_user(stored, allowed)
        document = await self._with_credentials(document, allowed, stored)
        return Patched(document, valid.invalid)

    async def _change(
        self,
        account_id: AccountId,
        user_id: DocumentId,
        change: Change,
        author: Author,
        precondition: Precondition,
    ) -> Document:
        async def stamped(stored: Document) -> Document:
            now = gregorian_seconds(self._clock())
            return stamp(await change(stored), author, now, account_id)

        async def write(document: Document) -> Revision:
            try:
                return await put_with_leaves(self._store, account_database(account_id), document)
            except MissingDatabase:
                raise BadIdentifier(user_id) from None

        return await optimistic_update(
            lambda: self.fetch(account_id, user_id), stamped, write, precondition
        )

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
        document |= await self._hashing.run(credentials.argon2_field)
        kazoo = credentials.kazoo_fields()
        if any(stored.get(name) != text for name, text in kazoo.items()):
            document[SIGNATURE_SECRET] = new_id()
        return document
