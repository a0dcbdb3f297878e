"""One message to the service, and what must hold of whatever it answers."""

import asyncio
from collections.abc import Iterator

from .cases import envelope_faults
from .victim import Victim
from .wire import NoReply, Reply

_DOCUMENTED = (501, 503)
"""Statuses of 500 and above that are no fault of ours: methods nobody knows, too much at once."""

_LOOK = 0.04
"""Seconds between looks whether the worker still does something, or waits for more to come."""

_IDLE = 0.002
"""Seconds of processor time: what is done besides."""

_END = 20.0
_SETTLING = 0.002
_TRIES = 3
"""Times that a message must take long: others may keep the processor busy."""

_EACH = 0.06
"""Seconds of processor time for any message: a password may have been hashed."""
_EACH_BYTE = 4e-6


async def tried(victim: Victim, message: bytes, method: str) -> list[str]:
    """Send a message, and return the faults of what came of it."""
    for _ in range(_TRIES):
        worker = victim.worker_id
        before = victim.worked()
        try:
            async with asyncio.timeout(_END):
                reply = await _reply(victim, message, method)
        except TimeoutError:
            victim.end_worker()
            return [f"no end within {_END:.0f} seconds"]
        await asyncio.sleep(_SETTLING)
        if victim.worker_id != worker:
            victim.wait_for_worker()
            return ["the worker died"]
        worked = victim.worked() - before
        if worked <= _EACH + _EACH_BYTE * len(message):
            return [*_faults(reply)]
    return [*_faults(reply), f"{len(message)} bytes took {1000 * worked:.0f} ms each time"]


async def _reply(victim: Victim, message: bytes, method: str) -> Reply | None:
    async with victim.address.connection() as connection:
        connection.send(message)
        reply = asyncio.ensure_future(connection.reply(method))
        worked = -1.0
        while not (await asyncio.wait((reply,), timeout=_LOOK))[0]:
            if victim.worked() - worked < _IDLE:
                # It waits for more: tell it that there is none.
                connection.end()
                break
            worked = victim.worked()
        try:
            return await reply
        except NoReply:
            return None


def _faults(reply: Reply | None) -> Iterator[str]:
    if reply is None:
        return
    if reply.status >= 500 and reply.status not in _DOCUMENTED:
        yield f"the status is {reply.status}: {reply.body[:300]!r}"
    is_script = reply.headers.get("content-type") == "application/javascript"
    if reply.status >= 400 and reply.method != "HEAD" and not is_script:
        yield from envelope_faults(reply)
