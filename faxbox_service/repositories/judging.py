"""Judging what clients send without keeping other requests waiting.

A walk takes some microseconds a step: a part of a second for the longest bodies.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from faxbox_service.documents.schema import Patched, Schema, Steps, TooManySteps
from faxbox_service.documents.touched import Touched
from faxbox_service.documents.types import Document

from .errors import TooMuchAtOnce

Result = TypeVar("Result")

_AT_ONCE = 1000
"""Steps of a walk that others do not notice; a faxbox of Kazoo's own size takes some thirty."""

_MOST_AT_ONCE = 8
"""Longer walks under way or waiting; each may hold memory and a place at the gate."""


class _Judge:
    """Judges large documents beside other requests, one after the other."""

    def __init__(self) -> None:
        # Several threads would only take turns, and leave less to the requests of others.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judging")
        self._under_way = 0

    async def judged(self, judge: Callable[[], Result]) -> Result:
        if self._under_way >= _MOST_AT_ONCE:
            raise TooMuchAtOnce
        self._under_way += 1
        # A request that is given up does not end what the thread does.
        judged = self._thread.submit(judge)
        loop = asyncio.get_running_loop()
        judged.add_done_callback(lambda _: loop.call_soon_threadsafe(self._end))
        return await asyncio.wrap_future(judged)

    def _end(self) -> None:
        self._under_way -= 1


_judge = _Judge()


async def validated(schema: Schema, data: Document) -> Document:
    """As `Schema.validate`, but a long walk is begun anew where it leaves the worker to others.

    Raises `TooMuchAtOnce` too.
    """
    with suppress(TooManySteps):
        return schema.validate_within(Steps(_AT_ONCE), data)
    return await _judge.judged(partial(schema.validate, data))


async def validated_patched(schema: Schema, data: Document, touched: Touched) -> Patched:
    """As `Schema.validate_patched`, in the same way."""
    with suppress(TooManySteps):
        return schema.validate_patched_within(Steps(_AT_ONCE), data, touched)
    return await _judge.judged(partial(schema.validate_patched, data, touched))


async def validated_as(schema: Schema, data: Document, touched: Touched | None) -> Patched:
    """What a PATCH made when it is told what that gives, any other document as a whole."""
    if touched is None:
        return Patched(await validated(schema, data), ())
    return await validated_patched(schema, data, touched)
