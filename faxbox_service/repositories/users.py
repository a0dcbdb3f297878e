"""Users of an account, as far as logging in needs them (data model, section 1.6)."""

from enum import Enum

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author, is_soft_deleted, public_fields, stamp
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.documents.user import USER, Credentials, new_user
from faxbox_service.stores.base import DocumentNotFound, MissingDatabase, Store, View, ViewRange

from .clock import Clock, new_id
from .errors import BadIdentifier


class CredentialMethod(Enum):
    """How the client hashed `username:password`, and the view that finds such hashes."""

    MD5 = View("users", "creds_by_md5")
    SHA = View("users", "creds_by_sha")


class Users:
    """Creates users and finds them by their credentials."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self, account_id: AccountId, fields: Document, password: str, author: Author
    ) -> Document:
        """Store a user (`fields` has a `username`) and return the document; the password is not
        kept, only the hashes Kazoo logs in with.
        """
        document = new_user(
            public_fields(fields),
            new_id(),
            account_id,
            Credentials.of(fields["username"], password),
        )
        stamped = stamp(document, author, gregorian_seconds(self._clock()))
        revision = await self._store.put(account_database(account_id), stamped)
        return {**stamped, "_rev": revision}

    async def fetch(self, account_id: AccountId, user_id: DocumentId) -> Document:
        """Read one user. Raises `BadIdentifier`."""
        try:
            document = await self._store.get(account_database(account_id), user_id)
        except (DocumentNotFound, MissingDatabase):
            raise BadIdentifier(user_id) from None
        if document.get("pvt_type") != USER or is_soft_deleted(document):
            raise BadIdentifier(user_id)
        return document

    async def find_by_credentials(
        self,
        account_id: AccountId,
        method: CredentialMethod,
        digest: str,
        username: str | None = None,
    ) -> Document | None:
        """The enabled user of the account whose credentials hash to `digest`."""
        rows = ViewRange(key=digest, limit=2, include_docs=True)
        try:
            found = await self._store.view(account_database(account_id), method.value, rows)
        except MissingDatabase:
            return None
        return found[0].document if len(found) == 1 else None

    async def find_by_password(
        self, account_id: AccountId, username: str, password: str
    ) -> Document | None:
        """The enabled user of this name and password."""
        digest = Credentials.of(username, password).md5
        return await self.find_by_credentials(account_id, CredentialMethod.MD5, digest)
