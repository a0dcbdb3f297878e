"""Creating once: a creation that is repeated under the same key is answered as it first was.

The record comes first, and names the id of the box to be. So whoever repeats the request after a
crash, or beside it on another worker, creates the same box or finds it there. Records are documents
of a database of our own (draft-ietf-httpapi-idempotency-key-header).
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

from faxbox_service.documents.address_claim import tombstone_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.json_text import canonical_json
from faxbox_service.documents.names import IDEMPOTENCY
from faxbox_service.documents.schema import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.stores.base import DocumentNotFound, RevisionConflict, Store, StoreError

from .clock import Clock, new_id
from .errors import IdempotencyKeyReused, RepositoryError, StaleRevision

_log = logging.getLogger(__name__)

_RECORD = "faxbox_idempotency"
_LIFETIME = 24 * 3600
_TRIES = 8
_AT_ONCE = 200


class IdempotentCreations:
    """Remembers for a day what was created under which key."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def once(
        self,
        account_id: AccountId,
        key: str,
        data: Document,
        create: Callable[[DocumentId], Awaitable[Document]],
    ) -> Document:
        """The document that `create` makes with the id it is given, or made the first time.

        `create` must return the document of that id when it is there already. What it refuses
        leaves the key unused. Raises `IdempotencyKeyReused` when the key stands for other `data`.
        """
        record = await self._begin(account_id, key, data)
        if "document" in record:
            first: Document = record["document"]
            return first
        try:
            created = await create(record["faxbox_id"])
        except (InvalidDocument, RepositoryError):
            with suppress(StoreError):
                await self._store.delete(IDEMPOTENCY, record["_id"], record["_rev"])
            raise
        try:
            await self._store.put(IDEMPOTENCY, {**record, "document": created})
        except RevisionConflict:
            # Somebody who repeated the request was faster, and has said the same.
            pass
        except StoreError as error:
            # Whoever repeats it is told of the box as it is then.
            _log.warning("a creation under a key is not complete: %s", error)
        return created

    async def purge(self) -> None:
        """Delete the records that have expired. Raises `StoreError`."""
        after = ""
        while page := await self._store.documents(IDEMPOTENCY, after=after, limit=_AT_ONCE):
            after = page[-1]["_id"]
            expired = [tombstone_of(record) for record in page if self._has_expired(record)]
            await self._store.put_many(IDEMPOTENCY, expired)

    async def _begin(self, account_id: AccountId, key: str, data: Document) -> Document:
        """The record under the key, made if there is none."""
        record_id = sha256(f"{account_id} {key}".encode()).hexdigest()
        digest = sha256(canonical_json(data)).hexdigest()
        for _ in range(_TRIES):
            record = self._new_record(record_id, account_id, digest)
            with suppress(RevisionConflict):
                return {**record, "_rev": await self._store.put(IDEMPOTENCY, record)}
            try:
                present = await self._store.get(IDEMPOTENCY, record_id)
            except DocumentNotFound:
                continue
            if not self._has_expired(present):
                if present.get("digest") != digest:
                    raise IdempotencyKeyReused(key)
                return present
            record["_rev"] = present["_rev"]
            with suppress(RevisionConflict):
                return {**record, "_rev": await self._store.put(IDEMPOTENCY, record)}
        raise StaleRevision

    def _new_record(self, record_id: DocumentId, account_id: AccountId, digest: str) -> Document:
        unix = self._clock()
        now = gregorian_seconds(unix)
        return {
            "_id": record_id,
            "pvt_type": _RECORD,
            "pvt_account_id": account_id,
            "pvt_created": now,
            "pvt_modified": now,
            "digest": digest,
            "faxbox_id": new_id(),
            "expires": int(unix) + _LIFETIME,
        }

    def _has_expired(self, record: Document) -> bool:
        expires = record.get("expires")
        return not isinstance(expires, int) or expires < self._clock()
