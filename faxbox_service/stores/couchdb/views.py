"""Views in CouchDB: installing them, and reading rows in replies of a limited size."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from faxbox_service.documents.json.text import EncodedJson, encode_json
from faxbox_service.documents.names import database_class
from faxbox_service.documents.types import Document, Json
from faxbox_service.stores.errors import DocumentNotFound, MissingView, RevisionConflict
from faxbox_service.stores.values import (
    UNSET,
    DecodedRow,
    TruncatedRows,
    View,
    ViewRange,
    ViewRow,
)
from faxbox_service.stores.views.design_documents import design_documents

from .client import AccessRefused, CouchDB, RefusedByCouchDB, ReplyTooLong, UnreadableReply
from .endpoints import design_endpoint, view_endpoint
from .reads import read_apart
from .replies import items, member, view_row

_log = logging.getLogger(__name__)

# In bytes of JSON. Quoted it is three times as long at worst, and with the path it has to stay
# below the 8 KiB at which CouchDB, and many a proxy, refuses a URL.
_LONGEST_QUERY = 2000

# The beginning of CouchDB's reason for refusing a range that ends before it starts.
_EMPTY_RANGE = "No rows can match your key range"

# When a reply is too long, an eighth of the rows is requested, and two of any length.
_DIVISOR = 8
_FEWEST_ROWS = 2


class DesignDocuments:
    """Our design documents in the databases of a server."""

    def __init__(self) -> None:
        self._installed: set[str] = set()
        # Guards `_installed`: who misses a view waits while another task installs it.
        self._installing = asyncio.Lock()

    async def install(self, server: CouchDB, database: str) -> None:
        """Put those that are missing."""
        for document in design_documents(database_class(database)):
            # Without a revision a document is only ever created, never replaced: what Kazoo or
            # an administrator put there stays.
            with suppress(RevisionConflict):
                await design_endpoint(server, database, document["_id"])._put(document)

    def forget(self, database: str) -> None:
        """The database was deleted, and with it what was installed."""
        self._installed.discard(database)

    async def read_rows(
        self, server: CouchDB, database: str, view: View, rows: ViewRange
    ) -> list[ViewRow]:
        """The rows of a view, which is installed first where it is missing.

        Raises `MissingView` and `MissingDatabase`.
        """
        try:
            return await _read_rows(server, database, view, rows)
        except DocumentNotFound as error:
            if not await self._install_once(server, database):
                raise _missing(database, view) from error
        try:
            return await _read_rows(server, database, view, rows)
        except DocumentNotFound as error:
            raise _missing(database, view) from error

    async def _install_once(self, server: CouchDB, database: str) -> bool:
        """Install them; False when that was done before this call."""
        if database in self._installed:
            return False
        async with self._installing:
            if database not in self._installed:
                # A user who may not install them reads what others have installed.
                with suppress(AccessRefused):
                    await self.install(server, database)
                self._installed.add(database)
        return True


def _missing(database: str, view: View) -> MissingView:
    return MissingView(f"{database} has no view {view.design}/{view.name}")


async def _read_rows(server: CouchDB, database: str, view: View, rows: ViewRange) -> list[ViewRow]:
    """The rows of a view; fewer are requested until the reply is short enough."""
    limit, most_bytes = rows.limit, rows.most_bytes
    while True:
        if limit is None or limit <= _FEWEST_ROWS:
            most_bytes = None
        try:
            found = await _decoded_rows(server, database, view, _params_of(rows, limit), most_bytes)
        except ReplyTooLong:
            limit = max(_FEWEST_ROWS, (limit or 0) // _DIVISOR)
            continue
        except UnreadableReply:
            if not rows.include_docs:
                raise
            found = await _rows_apart(server, database, view, rows, limit)
        return TruncatedRows(found) if limit != rows.limit and len(found) == limit else found


async def _decoded_rows(
    server: CouchDB, database: str, view: View, params: dict[str, bytes], most_bytes: int | None
) -> list[ViewRow]:
    try:
        reply = await _ask(server, database, view, params, most_bytes)
    except RefusedByCouchDB as error:
        if str(error).startswith(_EMPTY_RANGE):
            return []
        raise
    return items(member(reply, "rows"), view_row)


async def _rows_apart(
    server: CouchDB, database: str, view: View, rows: ViewRange, limit: int | None
) -> list[ViewRow]:
    """The rows, with the documents that can be read."""
    bare = _params_of(replace(rows, include_docs=False), limit)
    found = await _decoded_rows(server, database, view, bare, None)
    ids = list(dict.fromkeys(row.id for row in found))
    documents, errors = await read_apart(server, database, ids)
    for error in errors.values():
        _log.warning("a row of %s/%s is without its document: %s", view.design, view.name, error)
    return [_with_document(row, documents.get(row.id)) for row in found]


def _with_document(row: ViewRow, document: Document | None) -> ViewRow:
    revision = None if document is None else document["_rev"]
    return DecodedRow(row.id, row.key, row.value, revision, document)


async def _ask(
    server: CouchDB, database: str, view: View, params: dict[str, bytes], most_bytes: int | None
) -> Json:
    path = view_endpoint(server, database, view).endpoint
    if sum(map(len, params.values())) <= _LONGEST_QUERY:
        # aiocouch's own method does not limit the reply.
        _, reply = await server._request(
            "GET",
            path,
            params={name: text.decode() for name, text in params.items()},
            most_bytes=most_bytes,
        )
    else:
        # aiocouch's own method posts nothing but `keys`.
        body = {name: EncodedJson(text) for name, text in params.items()}
        _, reply = await server._post(path, data=body)
    return reply


def _params_of(rows: ViewRange, limit: int | None) -> dict[str, bytes]:
    """The parameters of a view, each as JSON."""
    keys = {"key": rows.key, "startkey": rows.start_key, "endkey": rows.end_key}
    params = {name: encode_json(key) for name, key in keys.items() if key is not UNSET}
    params["reduce"] = b"false"
    if rows.descending:
        params["descending"] = b"true"
    if limit is not None:
        params["limit"] = b"%d" % limit
    if rows.include_docs:
        params["include_docs"] = b"true"
    return params
