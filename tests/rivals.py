"""What replication, operators and scripts do to a store behind the service's back."""

import secrets
import sqlite3
from typing import Any
from urllib.parse import quote

from faxbox_service.documents.json.text import EncodedJson, encode_json
from faxbox_service.documents.types import Document, Revision
from faxbox_service.stores.sqlite.store import SqliteStore


async def ask(store: Any, method: str, database: str, path: str = "", body: Any = None) -> Any:
    """Send a request of one's own to the CouchDB of a store."""
    _, reply = await store._opened()._request(
        method, f"/{quote(database, safe='')}{path}", json=body
    )
    return reply


async def add_leaf(store: Any, database: str, document: Document, generation: int) -> Revision:
    """Give a document another leaf, as replication does; of the highest generation, it wins."""
    revision = f"{generation}-{secrets.token_hex(16)}"
    leaf = {**document, "_rev": revision}
    leaf.pop("_conflicts", None)
    await ask(store, "POST", database, "/_bulk_docs", {"docs": [leaf], "new_edits": False})
    return revision


async def live_leaves(store: Any, database: str, document_id: str) -> list[Document]:
    """Every leaf that is not deleted."""
    reply = await ask(store, "GET", database, f"/{quote(document_id, safe='')}?open_revs=all")
    return [item["ok"] for item in reply if "ok" in item and not item["ok"].get("_deleted")]


async def put_validation(store: Any, database: str, function: str) -> None:
    """Put an operator's design document that judges what is written."""
    document = {"validate_doc_update": function}
    await ask(store, "PUT", database, "/_design/operator", document)


async def put_unreadable(store: Any, database: str, document: Document) -> None:
    """Store what is beyond our decoder, as scripts may in CouchDB or in the file itself."""
    fields = {name: value for name, value in document.items() if name != "_id"}
    text = encode_json({**fields, "deep": 0})[:-2] + b"[" * 5000 + b"]" * 5000 + b"}"
    if isinstance(store, SqliteStore):
        await store.put(database, document)
        with sqlite3.connect(store._path) as file:
            file.execute(
                "UPDATE documents SET body = ? WHERE id = ?"
                " AND database = (SELECT number FROM databases WHERE name = ?)",
                (text, document["_id"], database),
            )
        file.close()
        return
    await ask(store, "PUT", database, f"/{document['_id']}", EncodedJson(text))
