"""Revoked tokens: every worker refuses them within a second.

They are documents of a database of our own: to Kazoo, every document in `token_auth` is a token.
A bounded number is in memory; where there are more, the store is queried.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from faxbox_service.bounded_cache import BoundedCache
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.names import REVOCATIONS
from faxbox_service.documents.types import AccountId, Document, DocumentId, Revision
from faxbox_service.repositories.primitives.changes_follower import ChangesFollower
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, RevisionConflict, StoreError
from faxbox_service.stores.values import Change

_REVOCATION = "token_revocation"
_RESET = "signature_secret_reset"
_RESET_SECONDS = 3600
"""How long a reset is published; workers that start later have nothing cached."""

_MOST_PURGED = 100

_ENTRY_BYTES = 500
_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    revision: Revision
    expires: float


class Revocations:
    """Keeps which tokens are revoked, `entries` of them in memory.

    Calls `on_revoked` with the fingerprints of those that are from now on, and `on_reset` with the
    identities whose signature secret has changed.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdGenerator,
        *,
        entries: int,
        on_revoked: Callable[[str], None],
        on_reset: Callable[[AccountId, DocumentId | None], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._on_revoked = on_revoked
        self._on_reset = on_reset
        self._entries: BoundedCache[DocumentId, _Entry] = BoundedCache(_BYTES, most=entries)
        self._is_complete = True
        """Whether all that is revoked is in memory."""
        self._follower = ChangesFollower(store, REVOCATIONS, self._take)

    async def open(self) -> None:
        """Load what is revoked, and follow what will be. Raises `StoreError`."""
        await self._follower.start()
        await self._purge()

    async def close(self) -> None:
        """Stop following."""
        await self._follower.stop()

    def is_revoked(self, fingerprint: str) -> bool:
        """Whether a token is known to be revoked, by what is in memory."""
        return fingerprint in self._entries

    async def is_revoked_in_store(self, fingerprint: str) -> bool:
        """Whether it is revoked, by the store where memory may lack it. Raises `StoreError`."""
        if fingerprint in self._entries:
            return True
        if self._is_complete and self._follower.is_following:
            return False
        try:
            await self._store.get(REVOCATIONS, fingerprint)
        except DocumentNotFound:
            return False
        return True

    async def revoke(self, fingerprint: str, expires: int) -> None:
        """End a token for good; `expires` is when it would have ended, in Unix seconds."""
        document = {"_id": fingerprint, "pvt_type": _REVOCATION}
        # Another worker may have revoked it at the same moment.
        with suppress(RevisionConflict):
            await self._write(document, expires)
        if fingerprint not in self._entries:
            self._keep(fingerprint, _Entry("", expires))
        self._on_revoked(fingerprint)
        await self._purge()

    async def publish_reset(self, account_id: AccountId, owner_id: DocumentId | None) -> None:
        """Make every worker read a signature secret again."""
        self._on_reset(account_id, owner_id)
        document = {
            "_id": self._ids.new_id(),
            "pvt_type": _RESET,
            "identity": [account_id, owner_id],
        }
        await self._write(document, int(self._clock()) + _RESET_SECONDS)

    async def _write(self, document: Document, expires: int) -> None:
        now = gregorian_seconds(self._clock())
        document |= {"pvt_created": now, "pvt_modified": now, "expires": expires}
        revision = await self._store.put(REVOCATIONS, document)
        self._keep(document["_id"], _Entry(revision, expires))

    def _keep(self, document_id: DocumentId, entry: _Entry) -> None:
        if not self._entries.put(document_id, entry, _ENTRY_BYTES):
            self._is_complete = False

    async def _purge(self) -> None:
        """Delete some of those whose tokens have expired since."""
        now = self._clock()
        expired = (item for item in self._entries.items() if item[1].expires < now)
        for document_id, entry in list(islice(expired, _MOST_PURGED)):
            # Another worker may have been faster, and the next purge will find what is left.
            with suppress(StoreError):
                await self._store.delete(REVOCATIONS, document_id, entry.revision)
            self._entries.forget(document_id)

    def _take(self, changes: list[Change]) -> None:
        for change in changes:
            document = change.document
            if document is None:
                self._entries.forget(change.id)
                continue
            expires = document.get("expires")
            if isinstance(expires, int | float):
                self._keep(change.id, _Entry(change.revision, expires))
            if document.get("pvt_type") == _RESET:
                account_id, owner_id = document["identity"]
                self._on_reset(account_id, owner_id)
            else:
                self._on_revoked(change.id)
