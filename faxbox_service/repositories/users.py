"""Users of an account, as far as logging in needs them (data model, section 1.6)."""

from enum import Enum

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author, public_fields, stamp
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.documents.user import Credentials, new_user
from faxbox_service.stores.base import MissingDatabase, Store, View, ViewRange

from .clock import Clock, new_id


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

    async def find_by_credentials(
        self, account_id: AccountId, method: CredentialMethod, digest: str
    ) -> DocumentId | None:
        """The enabled user of the account whose credentials hash to `digest`."""
        rows = ViewRange(key=digest, limit=2)
        try:
            found = await self._store.view(account_database(account_id), method.value, rows)
        except MissingDatabase:
            return None
        return found[0].id if len(found) == 1 else None
