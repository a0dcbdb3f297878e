"""Judging what clients send without keeping other requests waiting.

A walk takes some microseconds a step: a part of a second for the longest bodies.
"""

from contextlib import suppress

from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema, Steps, TooManySteps
from faxbox_service.documents.types import Document

from .worker_thread import WorkerThread

_AT_ONCE = 1000
"""Steps of a walk that others do not notice; a faxbox of Kazoo's own size takes some thirty."""

_MOST_AT_ONCE = 8
"""Longer walks under way or waiting; each may hold memory and a place at the gate."""


_beside = WorkerThread("judging", most=_MOST_AT_ONCE)


async def validated(schema: Schema, data: Document) -> Document:
    """As `Schema.validate`, but a long walk is begun anew where it leaves the worker to others.

    Raises `TooMuchAtOnce` too.
    """
    with suppress(TooManySteps):
        return schema.validate_within(Steps(_AT_ONCE), data)
    return await _beside.run(schema.validate, data)


async def validated_patched(schema: Schema, data: Document, touched: PatchScope) -> Patched:
    """As `Schema.validate_patched`, in the same way."""
    with suppress(TooManySteps):
        return schema.validate_patched_within(Steps(_AT_ONCE), data, touched)
    return await _beside.run(schema.validate_patched, data, touched)


async def validated_as(schema: Schema, data: Document, touched: PatchScope | None) -> Patched:
    """What a PATCH made when it is told what that gives, any other document as a whole."""
    if touched is None:
        return Patched(await validated(schema, data), ())
    return await validated_patched(schema, data, touched)
