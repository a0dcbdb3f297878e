"""The schemas in force: those packaged with the service, and over them the operators' own.

Operators keep theirs in the database `system_schemas`, as Kazoo's do
(docs/reference/data-model.md, 6.6).
"""

import logging
from hashlib import md5

from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.names import SYSTEM_SCHEMAS
from faxbox_service.documents.private_fields import is_soft_deleted, public_fields
from faxbox_service.documents.schema.packaged import packaged_schema, packaged_schema_ids
from faxbox_service.documents.schema.references import BrokenSchema
from faxbox_service.documents.schema.schema import Schema
from faxbox_service.documents.types import Document
from faxbox_service.stores.base import Store
from faxbox_service.stores.values import Change

from .errors import BadIdentifier
from .primitives.changes_follower import ChangesFollower

_log = logging.getLogger(__name__)

_DESIGN = "_design/"

_LONGEST_REASON = 1000
"""Characters in the log; a reason may quote the schema."""


class Schemas:
    """Finds every schema by its id; what changes in the store is in force at once."""

    def __init__(self, store: Store, *, strict: bool) -> None:
        self._strict = strict
        self._packaged = {
            id: packaged_schema(id, strict=strict).document for id in packaged_schema_ids()
        }
        self._stored: dict[str, Document] = {}
        self._ready: dict[str, Schema] = {}
        self._refused: dict[str, str] = {}
        """The revision of each stored schema that was found broken, so that it is logged once."""
        self._follower = ChangesFollower(store, SYSTEM_SCHEMAS, self._take)

    async def open(self) -> None:
        """Load the stored schemas, and follow their changes. Raises `StoreError`."""
        await self._follower.start()

    async def close(self) -> None:
        """Stop following them."""
        await self._follower.stop()

    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted(self._packaged.keys() | self._stored.keys())

    def current(self, id: str) -> Schema:
        """The schema in force. Raises `BadIdentifier` when there is none that works."""
        schema = self._ready.get(id)
        if schema is None:
            schema = self._ready[id] = self._compiled(id)
        return schema

    def read(self, id: str) -> Document:
        """The document of the schema in force, with `_id` and `_rev`. Raises `BadIdentifier`."""
        if id in self._stored and (id not in self._packaged or self._is_stored(self.current(id))):
            return self._stored[id]
        if id not in self._packaged:
            raise BadIdentifier(id)
        document = self._packaged[id]
        digest = md5(encode_json(document), usedforsecurity=False).hexdigest()
        return {**document, "_id": id, "_rev": f"1-{digest}"}

    def _is_stored(self, schema: Schema) -> bool:
        return schema.document is not self._packaged[schema.id]

    def _take(self, changes: list[Change]) -> None:
        for change in changes:
            document = change.document
            if change.id.startswith(_DESIGN):
                continue
            if document is None or is_soft_deleted(document):
                self._stored.pop(change.id, None)
                self._refused.pop(change.id, None)
            else:
                self._stored[change.id] = document
        # A schema may refer to any other.
        self._ready.clear()
        for id in self._packaged:
            self.current(id)

    def _compiled(self, id: str) -> Schema:
        stored = self._stored.get(id)
        if stored is not None:
            try:
                return Schema(
                    id, public_fields(stored), strict=self._strict, resolve=self._document
                )
            except BrokenSchema as error:
                self._refuse(stored, error)
        if id not in self._packaged:
            raise BadIdentifier(id)
        return packaged_schema(id, strict=self._strict)

    def _document(self, id: str) -> Document | None:
        """What `$ref: id` leads to."""
        stored = self._stored.get(id)
        return self._packaged.get(id) if stored is None else public_fields(stored)

    def _refuse(self, stored: Document, error: BrokenSchema) -> None:
        id, revision = stored["_id"], stored["_rev"]
        if self._refused.get(id) == revision:
            return
        self._refused[id] = revision
        instead = "the packaged one stays in use" if id in self._packaged else "it is not used"
        reason = str(error)[:_LONGEST_REASON]
        _log.error("the schema %s in %s is broken: %s; %s", id, SYSTEM_SCHEMAS, reason, instead)
