"""Validation of what clients send, off the event loop where it takes long.

A walk takes some microseconds a step: a part of a second for the longest bodies.
"""

from contextlib import suppress

from faxbox_service.documents.schema.patch_scope import PatchScope
from faxbox_service.documents.schema.schema import Patched, Schema
from faxbox_service.documents.schema.walk import Steps, TooManySteps
from faxbox_service.documents.types import Document

from .worker_thread import WorkerThread

_STEPS_ON_EVENT_LOOP = 1000
"""Too few for other requests to notice; a faxbox of Kazoo's usual size takes some thirty."""

_MOST_WAITING = 8
"""Longer walks in progress or waiting; each may hold memory and a slot of the limiter."""

_worker_thread = WorkerThread("validation", most=_MOST_WAITING)


async def validated(schema: Schema, data: Document) -> Document:
    """As `Schema.validate`, but a long walk is begun anew on a thread of its own.

    Raises `TooManyWaiting` too.
    """
    with suppress(TooManySteps):
        return schema.validate_within(Steps(_STEPS_ON_EVENT_LOOP), data)
    return await _worker_thread.run(schema.validate, data)


async def validated_patched(schema: Schema, data: Document, touched: PatchScope) -> Patched:
    """As `Schema.validate_patched`, in the same way."""
    with suppress(TooManySteps):
        return schema.validate_patched_within(Steps(_STEPS_ON_EVENT_LOOP), data, touched)
    return await _worker_thread.run(schema.validate_patched, data, touched)


async def validated_as(schema: Schema, data: Document, touched: PatchScope | None) -> Patched:
    """What a PATCH that `touched` something made; any other document is validated as a whole."""
    if touched is None:
        return Patched(await validated(schema, data), ())
    return await validated_patched(schema, data, touched)
