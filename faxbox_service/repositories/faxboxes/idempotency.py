"""Idempotent creation: one that is repeated under the same key gets the reply of the first.

The record comes first, and names the id of the faxbox to be created. So a client that repeats the
request after a crash, or concurrently on another worker, creates the same faxbox or finds it there.
Records are documents of a database of our own (draft-ietf-httpapi-idempotency-key-header).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

from faxbox_service.documents.couchdb_fields import recorded, tombstone_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.json.text import canonical_json
from faxbox_service.documents.names import IDEMPOTENCY
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.errors import IdempotencyKeyReused, RepositoryError, StaleRevision
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.retry import CONFLICT
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentNotFound,
    DocumentRefused,
    RevisionConflict,
    StoreError,
)

_log = logging.getLogger(__name__)

_RECORD = "faxbox_idempotency"
_LIFETIME = 24 * 3600
_BATCH = 200


class IdempotentCreations:
    """Keeps for a day what was created under which key."""

    def __init__(self, store: Store, clock: Clock, ids: IdGenerator) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def once(
        self,
        account_id: AccountId,
        key: str,
        data: Document,
        find: Callable[[DocumentId], Awaitable[Document | None]],
        create: Callable[[DocumentId], Awaitable[Document]],
    ) -> Document:
        """The document that `create` makes with the id it is given, or made the first time.

        `find` looks for the document of an id, `create` must return it when it is there already.
        What `create` refuses leaves the key unused. Raises `IdempotencyKeyReused` when the key
        stands for other `data`.
        """
        record, is_new = await self._begin(account_id, key, data)
        if "document" in record:
            first: Document = record["document"]
            return first
        # What was created and has changed since must not be validated again, nor claim addresses
        # that it released.
        created = None if is_new else await find(record["faxbox_id"])
        if created is None:
            created = await self._create(record, create)
        await self._complete(record, created)
        return created

    async def purge(self) -> None:
        """Delete the records that have expired. Raises `StoreError`."""
        after = ""
        while True:
            try:
                page = await self._store.documents(IDEMPOTENCY, after=after, limit=_BATCH)
            except DocumentRefused as error:
                after = error.document_id
                continue
            if not page:
                return
            after = page[-1]["_id"]
            expired = [tombstone_of(record) for record in page if self._has_expired(record)]
            await self._store.put_many(IDEMPOTENCY, expired)

    async def _create(
        self, record: Document, create: Callable[[DocumentId], Awaitable[Document]]
    ) -> Document:
        try:
            return await create(record["faxbox_id"])
        except (InvalidDocument, RepositoryError, DocumentRefused):
            with suppress(StoreError):
                await self._store.delete(IDEMPOTENCY, record["_id"], record["_rev"])
            raise

    async def _complete(self, record: Document, created: Document) -> None:
        completed = {**record, "document": recorded(created)}
        try:
            with suppress(RevisionConflict):
                await self._store.put(IDEMPOTENCY, completed)
                return
            # A repeated request was faster: it has written the same, or was refused and has removed
            # the record.
            del completed["_rev"]
            with suppress(RevisionConflict):
                await self._store.put(IDEMPOTENCY, completed)
        except StoreError as error:
            # A repetition gets the faxbox as it is then.
            _log.warning("the record of a creation under a key is not complete: %s", error)

    async def _begin(
        self, account_id: AccountId, key: str, data: Document
    ) -> tuple[Document, bool]:
        """The record under the key, made if there is none, and whether it was."""
        record_id = sha256(f"{account_id} {key}".encode()).hexdigest()
        # Long data take a while, and in a thread no other request waits for it.
        digest = await asyncio.to_thread(_fingerprint, data)
        for _ in CONFLICT.attempts():
            record = self._new_record(record_id, account_id, digest)
            with suppress(RevisionConflict):
                return {**record, "_rev": await self._store.put(IDEMPOTENCY, record)}, True
            try:
                present = await self._store.get(IDEMPOTENCY, record_id)
            except DocumentNotFound:
                continue
            if not self._has_expired(present):
                if present.get("digest") != digest:
                    raise IdempotencyKeyReused(key)
                return present, False
            record["_rev"] = present["_rev"]
            with suppress(RevisionConflict):
                return {**record, "_rev": await self._store.put(IDEMPOTENCY, record)}, True
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
            "faxbox_id": self._ids.new_id(),
            "expires": int(unix) + _LIFETIME,
        }

    def _has_expired(self, record: Document) -> bool:
        expires = record.get("expires")
        return not isinstance(expires, int) or expires < self._clock()


def _fingerprint(data: Document) -> str:
    return sha256(canonical_json(data)).hexdigest()
