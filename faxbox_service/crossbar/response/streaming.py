"""Sending what a resource answers: whole, or while it is made.

See docs/reference/wire.md, 2.5 and 3.4.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from secrets import token_hex
from urllib.parse import quote

from aiohttp import web

from faxbox_service.crossbar.content_coding import compress_stream
from faxbox_service.crossbar.context import RequestContext
from faxbox_service.crossbar.request.conditional import is_not_modified
from faxbox_service.crossbar.request.negotiation import Negotiated, Representation
from faxbox_service.crossbar.request.reply_format import as_javascript
from faxbox_service.crossbar.time_slices import TimeSlices
from faxbox_service.documents.json.text import encode_json
from faxbox_service.documents.types import Document

from .byte_response import AnyResponse, ByteResponse
from .csv_table import CsvTable
from .envelope import ReplyBuilder
from .next_page import next_page
from .results import AnyReply, RawReply, Reply, Slot, StreamReply, TableReply

_log = logging.getLogger(__name__)

_LONGEST_FILE_NAME = 128
"""Characters; percent-encoded, this still fits in what clients take for a header."""

_UNSAFE_IN_FILE_NAMES = frozenset('"\\/')

_NOT_PLAIN = re.compile(r"[^\x20-\x7e]|%")
"""What clients read differently in a plain `filename`: RFC 6266, appendix D."""


async def send(
    request: web.BaseRequest,
    replies: ReplyBuilder,
    context: RequestContext,
    negotiated: Negotiated,
    reply: AnyReply,
    slot: Slot,
    client_timeout: float,
) -> AnyResponse:
    """The response with a result: a whole one to be sent, or a long one that has been sent."""
    if isinstance(reply, Reply):
        if negotiated.representation is Representation.CSV and isinstance(reply.data, dict):
            return await _send_document(
                request, replies, context, negotiated, reply, client_timeout
            )
        return replies.success(request.method, context, reply)
    if isinstance(reply, RawReply):
        return replies.raw(request.method, context, reply)
    if isinstance(reply, StreamReply):
        return await _send_items(request, replies, context, reply, slot, client_timeout)
    return await _send_table(request, replies, context, negotiated, reply, client_timeout)


async def _send_items(
    request: web.BaseRequest,
    replies: ReplyBuilder,
    context: RequestContext,
    reply: StreamReply,
    slot: Slot,
    client_timeout: float,
) -> AnyResponse:
    """Send a listing, and an envelope around it that is complete only at its end."""
    headers = replies.success_headers(request.method, context)
    if is_not_modified(request.method, context.none_match):
        return ByteResponse(304, headers)
    headers["content-type"] = context.format.content_type
    is_script = context.format.callback is not None

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield context.format.opening + b'{"data":['
        separator = b""
        async for text in reply.items.texts(slot):
            yield separator + (as_javascript(text) if is_script else text)
            separator = b","
        members = replies.closing_members(context, reply)
        yield b"]" + _members(members, reply.is_chunked) + b"}" + context.format.ending

    return await _send(request, context, headers, pieces(), client_timeout)


async def _send_document(
    request: web.BaseRequest,
    replies: ReplyBuilder,
    context: RequestContext,
    negotiated: Negotiated,
    reply: Reply,
    client_timeout: float,
) -> AnyResponse:
    """Send one document as a table of one row. Raises a 400 for one that makes it too large."""
    table = CsvTable(replies.tables)
    try:
        await TimeSlices().finish(table.add(reply.data))
    except BaseException:
        table.close()
        raise
    as_table = TableReply(table, reply.revision)
    return await _send_table(request, replies, context, negotiated, as_table, client_timeout)


async def _send_table(
    request: web.BaseRequest,
    replies: ReplyBuilder,
    context: RequestContext,
    negotiated: Negotiated,
    reply: TableReply,
    client_timeout: float,
) -> AnyResponse:
    """Send the rows of a table; nothing, with a 204, when there are none."""
    headers = replies.success_headers(request.method, context) | next_page(
        context.path, context.query, reply.paging
    )
    is_safe = negotiated.is_csv_safe
    if is_safe is None:
        is_safe = replies.tables.is_safe
    try:
        revision = reply.revision
        if revision is not None and replies.tag(
            request.method, context, revision, headers, is_csv_safe=is_safe
        ):
            return ByteResponse(304, headers)
        if not len(reply.table):
            return ByteResponse(204, headers)
        headers["content-type"] = Representation.CSV.value
        headers["content-disposition"] = content_disposition(negotiated.file_name)

        async def pieces() -> AsyncGenerator[bytes, None]:
            for chunk in reply.table.chunks(is_safe=is_safe):
                yield chunk

        return await _send(request, context, headers, pieces(), client_timeout)
    finally:
        reply.table.close()


async def _send(
    request: web.BaseRequest,
    context: RequestContext,
    headers: dict[str, str],
    pieces: AsyncGenerator[bytes, None],
    client_timeout: float,
) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    # aiohttp would end even the empty body of a HEAD with gzip's last bytes.
    if context.format.is_compressed and request.method != "HEAD":
        compress_stream(response)
    slices = TimeSlices()
    try:
        await response.prepare(request)
        async with aclosing(pieces):
            if request.method != "HEAD":
                async for piece in pieces:
                    if piece:
                        async with asyncio.timeout(client_timeout):
                            await response.write(piece)
                    # Writing does not wait while the client takes all there is.
                    await slices.pause()
        await response.write_eof()
    except (ConnectionError, TimeoutError):
        response.force_close()
        if request.transport is not None:
            request.transport.abort()
        _log.info("request %s: the client left in mid-reply", context.request_id)
    except Exception:
        # The status is sent already: only the early end of the connection can show the failure.
        _log.exception("request %s failed in mid-reply", context.request_id)
        response.force_close()
        if request.transport is not None:
            request.transport.abort()
    return response


def content_disposition(given: str | None) -> str:
    """The header that has a table saved as a file, named as wished or at random (RFC 6266).

    Whatever could end the header or the name, or lead to another folder, becomes `_`.
    """
    name = _safe_file_name(given or "") or f"json_{token_hex(11)}.csv"
    plain = _NOT_PLAIN.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _safe_file_name(name: str) -> str:
    shown = "".join(
        character if character.isprintable() and character not in _UNSAFE_IN_FILE_NAMES else "_"
        for character in name
    )
    return shown.strip(" .")[:_LONGEST_FILE_NAME].rstrip(" .")


def _members(members: Document, is_chunked: bool) -> bytes:
    separator = b", " if is_chunked else b","
    return b"".join(
        separator + encode_json(name) + b":" + encode_json(value) for name, value in members.items()
    )
