"""The changes feed of a database, and that of a server: CouchDB itself does the waiting."""

from faxbox_service.documents.types import Json
from faxbox_service.stores.errors import DocumentNotFound, MissingDatabase
from faxbox_service.stores.values import Changes, DatabaseUpdates, UpdateSequence

from .client import CouchDB, UnreadableReply
from .endpoints import database_endpoint
from .reads import readable_changes
from .replies import change, items, member, update

# Seconds; CouchDB itself does not wait longer.
_LONGEST_WAIT = 50.0


async def read_changes(
    server: CouchDB,
    database: str,
    since: UpdateSequence | None,
    *,
    limit: int | None,
    include_docs: bool,
    wait: float,
) -> Changes:
    """What changed after a sequence, waiting `wait` seconds for something. See `Store.changes`."""
    params = {"since": since or "0"}
    if limit is not None:
        params["limit"] = str(limit)
    if include_docs:
        params |= {"include_docs": "true", "conflicts": "true"}
    path = f"{database_endpoint(server, database).endpoint}/_changes"
    try:
        reply = await _poll(server, path, dict(params), wait, database)
    except UnreadableReply:
        del params["include_docs"], params["conflicts"]
        reply = await _poll(server, path, params, 0, database)
        return await readable_changes(server, database, _changes(reply))
    return _changes(reply)


async def read_updates(
    server: CouchDB, since: UpdateSequence | None, wait: float
) -> DatabaseUpdates:
    """Which databases changed after a sequence: CouchDB records it in `_global_changes`."""
    reply = await _poll(server, "/_db_updates", {"since": since or "0"}, wait, "_db_updates")
    names = frozenset(items(member(reply, "results"), update))
    return DatabaseUpdates(names, str(member(reply, "last_seq")))


async def _poll(
    server: CouchDB, path: str, params: dict[str, str], wait: float, database: str
) -> Json:
    if wait > 0:
        params |= {"feed": "longpoll", "timeout": str(round(min(wait, _LONGEST_WAIT) * 1000))}
    try:
        return await server.poll(path, params, wait)
    except DocumentNotFound as error:
        raise MissingDatabase(database) from error


def _changes(reply: Json) -> Changes:
    return Changes(items(member(reply, "results"), change), str(member(reply, "last_seq")))
