"""Kazoo's settings in `system_config`: a document a category, values under `default`.

See docs/reference/data-model.md, 1.3. An account's own values are in its document
`configs_<category>`.
"""

from collections.abc import Callable

from faxbox_service.documents.json.memory_use import memory_of
from faxbox_service.documents.names import SYSTEM_CONFIG, account_database
from faxbox_service.documents.types import AccountId, Document, Json
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase, RevisionConflict

from .primitives.clock import Clock
from .primitives.ttl_cache import TtlCache

_CACHED_SECONDS = 60.0


class Configuration:
    """Reads settings (cached for a minute) and creates those that must exist."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._documents: TtlCache[tuple[str, str], Document] = TtlCache(_CACHED_SECONDS, clock)

    async def system_value(self, category: str, name: str) -> Json:
        """The value for every node, or None."""
        document = await self._document(SYSTEM_CONFIG, category)
        return _value(document.get("default"), name)

    async def account_value(self, account_id: AccountId, category: str, name: str) -> Json:
        """The account's own value, or None."""
        document = await self._document(account_database(account_id), f"configs_{category}")
        return _value(document.get("default"), name) or _value(document, name)

    async def ensure_system_value(self, category: str, name: str, make: Callable[[], str]) -> str:
        """The value for every node, made and stored when there is none yet.

        When several processes make one at once, the first write wins and all use it.
        """
        return await self._change(category, name, lambda present: present or make())

    async def set_system_value(self, category: str, name: str, value: str) -> None:
        """Replace the value for every node."""
        await self._change(category, name, lambda _: value)

    async def _change(self, category: str, name: str, change: Callable[[str], str]) -> str:
        """Store what `change` makes of the present text (empty when there is none); return it."""
        while True:
            self._documents.forget((SYSTEM_CONFIG, category))
            stored = await self._stored(SYSTEM_CONFIG, category)
            present = _value(stored.get("default"), name)
            text = present if isinstance(present, str) else ""
            value = change(text)
            if value == text:
                return value
            defaults = stored.get("default")
            changed = {"_id": category, "pvt_type": "config", **stored}
            changed["default"] = {**(defaults if isinstance(defaults, dict) else {}), name: value}
            try:
                await self._store.put(SYSTEM_CONFIG, changed)
            except RevisionConflict:
                continue
            return value

    async def _document(self, database: str, document_id: str) -> Document:
        document = self._documents.get((database, document_id))
        if document is None:
            document = await self._stored(database, document_id)
            size = memory_of(document, self._documents.largest)
            self._documents.put((database, document_id), document, size)
        return document

    async def _stored(self, database: str, document_id: str) -> Document:
        try:
            return await self._store.get(database, document_id)
        except (DocumentNotFound, MissingDatabase):
            return {}


def _value(values: Json, name: str) -> Json:
    return values.get(name) if isinstance(values, dict) else None
