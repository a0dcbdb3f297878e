"""Users of an account: stored, and found by their credentials.

See docs/reference/data-model.md, 1.6.
"""

from contextlib import suppress

from faxbox_service.documents.model.account import Account
from faxbox_service.documents.model.passwords import (
    ARGON2,
    Credentials,
    Digest,
    Verdict,
    verify_digest,
)
from faxbox_service.documents.model.user import (
    LONGEST_USERNAME,
    USER,
    allowed_fields,
    client_fields,
    new_user,
    replaced_user,
    require_creatable,
    without_credentials,
)
from faxbox_service.documents.names import ACCOUNTS, account_database
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.collection import DocumentCollection, DocumentKind, Edit
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator, system_ids
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION
from faxbox_service.repositories.primitives.worker_thread import WorkerThread
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, StoreError
from faxbox_service.stores.values import View

from .rules import BY_USERNAME, UserRules, first_user

BY_DIGEST = {
    Digest.MD5: View("users", "creds_by_md5"),
    Digest.SHA: View("users", "creds_by_sha"),
}
BY_ID = View("users", "list_by_id")

SIGNATURE_SECRET = "pvt_signature_secret"

_MOST_HASHING = 50
"""Passwords that are hashed or wait for it: a second's work, and half of all request slots."""

_NOBODY = "nobody"
"""An id that no account's document has."""

_KIND = DocumentKind(USER, BY_ID)


class Users(DocumentCollection):
    """A collection whose documents have credentials, and fields that only admins may change.

    Creating and changing raise `KeptForAdmins` too. A password in the data is
    not stored; only hashes of it are. With `keeps_kazoo_hashes`, users whose passwords are set here
    can log in at Kazoo's nodes.
    """

    def __init__(
        self,
        store: Store,
        schema: Schema,
        clock: Clock,
        *,
        keeps_kazoo_hashes: bool,
        ids: IdGenerator = system_ids,
    ) -> None:
        super().__init__(_KIND, store, lambda: schema, clock, ids=ids)
        self._rules = UserRules(store, schema)
        self._keeps_kazoo_hashes = keeps_kazoo_hashes
        # One thread: each would keep the 19 MB that hashing takes.
        self._hashing = WorkerThread("passwords", most=_MOST_HASHING)

    async def set_password(
        self, account_id: AccountId, user_id: DocumentId, password: str, author: Author
    ) -> Document:
        """Give the user another password, which ends all their tokens. Raises as `patch` does."""
        changes = {"password": password}
        patched = await self.patch(account_id, user_id, changes, author, NO_PRECONDITION)
        return patched.document

    def client_fields(self, data: Document) -> Document:
        """All but private names, with the user name in lower case, and the password."""
        return client_fields(data)

    async def find_by_username(self, account_id: AccountId, username: str) -> Document | None:
        """The user of this name, case ignored."""
        if len(username) > LONGEST_USERNAME:
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

        By Kazoo's hashes, or else by the `username` (for users without them). It takes as long
        without an account, which has no users. Raises `TooManyWaiting`.
        """
        user = await self._candidate(account_id, digest, text, username)
        verdict = await self._hashing.run(verify_digest, user, digest, text)
        if user is None or account_id is None:
            return None
        if verdict is Verdict.WRONG or not user.get("enabled"):
            return None
        if verdict is Verdict.OUTDATED and ARGON2 in user:
            # The old password would be accepted again if Kazoo's hash were ever removed.
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
        """The user whose password it would be: one look-up in every case."""
        if account_id is None:
            with suppress(DocumentNotFound):
                await self._store.get(ACCOUNTS, _NOBODY)
            return None
        if username is not None:
            return await self.find_by_username(account_id, username)
        return await self._first(account_id, BY_DIGEST[digest], text)

    async def _first(self, account_id: AccountId, view: View, key: str) -> Document | None:
        return await first_user(self._store, account_id, view, key)

    async def _valid(
        self,
        account_id: AccountId,
        fields: Document,
        stored: Document | None,
        touched: PatchScope | None,
    ) -> Patched:
        return await self._rules.valid(account_id, fields, stored, touched)

    async def _new(
        self, account: Account, edit: Edit, fields: Document, document_id: DocumentId
    ) -> Document:
        require_creatable(fields, edit.editor)
        document = new_user(fields, document_id, account.id)
        return await self._with_credentials(document, fields, {})

    async def _replaced(
        self, edit: Edit, stored: Document, fields: Document, valid: Document
    ) -> Document:
        allowed = allowed_fields(valid, fields, stored, edit.editor)
        document = replaced_user(stored, allowed)
        return await self._with_credentials(document, allowed, stored)

    async def _with_credentials(
        self, document: Document, fields: Document, stored: Document
    ) -> Document:
        """The document with the hashes of the password among the fields, if there is one.

        Another password makes another signature secret, and so ends the user's tokens.
        """
        username, password = fields.get("username"), fields.get("password")
        if not username:
            return without_credentials(document)
        if not password:
            return document
        credentials = Credentials.of(username, password)
        document = without_credentials(document)
        if self._keeps_kazoo_hashes:
            document |= credentials.kazoo_fields()
        document |= await self._hashing.run(credentials.argon2_field)
        kazoo = credentials.kazoo_fields()
        if any(stored.get(name) != text for name, text in kazoo.items()):
            document[SIGNATURE_SECRET] = self.ids.new_id()
        return document
