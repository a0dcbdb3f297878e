"""Every published client gets from this service what it reads from Kazoo's replies."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.conftest import Service
from tests.recordings.replay.wire import Reply

from .browser import refusals
from .connection import Connection
from .session import (
    NOT_GIVEN,
    ClientRequest,
    Values,
    expected_value,
    member,
    read_session,
    substitute,
)

_SESSIONS = sorted(Path(__file__).parent.glob("*.http"))
_EXCERPT = 300


@pytest.mark.parametrize("session", _SESSIONS, ids=lambda path: path.stem)
async def test_a_client_reads_what_it_expects(
    session: Path, service: Service, values: Values
) -> None:
    requests = read_session(session)

    complaints = await asyncio.to_thread(_run, requests, service.port, values)

    assert not complaints, "\n".join(complaints)


def _run(requests: list[ClientRequest], port: int, values: Values) -> list[str]:
    """Send a session's requests; what its client would complain about."""
    complaints = []
    with Connection(port) as connection:
        for request in requests:
            head, body = request.bytes_of(values)
            waits = request.header("expect") == "100-continue"
            reply = connection.ask(request.method, head, body, waits_for_continue=waits)
            complaints += [
                f"{request.title}: {line}" for line in _complaints(request, reply, values)
            ]
    return complaints


def _complaints(request: ClientRequest, reply: Reply, values: Values) -> Iterator[str]:
    if reply.status != request.status:
        excerpt = reply.body[:_EXCERPT].decode(errors="replace")
        yield f"expected status {request.status}, got {reply.status}: {excerpt}"
        return
    yield from refusals(request, reply)
    yield from _unread(request, reply, values)
    for name, value in request.headers:
        wanted, given = substitute(value, values), reply.headers.get(name)
        if given != wanted:
            yield f"expected {name}: {wanted}, got {given}"


def _unread(request: ClientRequest, reply: Reply, values: Values) -> Iterator[str]:
    """Members that the client reads and that are not there, or not so; keeps what it remembers."""
    envelope = reply.json() if request.readings else None
    for reading in request.readings:
        given = member(envelope, reading.pointer)
        wanted = expected_value(reading, values)
        if given is NOT_GIVEN:
            yield f"{reading.pointer}: there is none"
        elif wanted not in (NOT_GIVEN, given):
            yield f"{reading.pointer}: expected {json.dumps(wanted)}, got {json.dumps(given)}"
        elif reading.name is not None:
            values[reading.name] = given
