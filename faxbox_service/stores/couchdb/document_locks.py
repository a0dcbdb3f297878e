"""Locks of documents: of all our workers on a machine, one at a time writes a document to CouchDB.

A node of CouchDB decides between two edits of one revision; a cluster does not. Its nodes see the
edits in different orders, some accept one and some the other, and what was refused, or
acknowledged, may win or lose later. Edits that come one after the other have the same result on all
nodes. Between machines there are no locks.
"""

import asyncio
import fcntl
import os
import struct
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from faxbox_service.retry import FILE_LOCK

_STRIPES = 4096
"""Documents of one stripe share a lock."""

_TRY = getattr(fcntl, "F_OFD_SETLK", fcntl.F_SETLK)
"""Linux has locks of an open file, which also exclude two stores of one process."""


class DocumentLocks:
    """The locks of the documents of one CouchDB; opened after forking."""

    def __init__(self, address: str) -> None:
        # Named so by earlier versions, which may be running beside this one.
        name = f"faxbox-{os.getuid()}-{sha256(address.encode()).hexdigest()[:16]}.turns"
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(Path(tempfile.gettempdir()) / name, flags, 0o600)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def close(self) -> None:
        """Release every lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @asynccontextmanager
    async def hold(self, database: str, document_ids: Iterable[str]) -> AsyncIterator[None]:
        """Hold the locks of some documents of a database."""
        stripes = sorted({crc32(f"{database}/{id}".encode()) % _STRIPES for id in document_ids})
        held: list[int] = []
        try:
            # In one order, so that no two wait for each other.
            for stripe in stripes:
                await self._locks[stripe].acquire()
                held.append(stripe)
                for attempt in FILE_LOCK.attempts():
                    if self._set(stripe, fcntl.F_WRLCK):
                        break
                    await FILE_LOCK.wait_after(attempt)
            yield
        finally:
            for stripe in held:
                self._set(stripe, fcntl.F_UNLCK)
                self._locks[stripe].release()

    def _set(self, stripe: int, kind: int) -> bool:
        """Lock or unlock a stripe's byte for this process; False when another one holds it."""
        if self._file < 0:
            return True
        try:
            fcntl.fcntl(self._file, _TRY, struct.pack("hhqqi", kind, os.SEEK_SET, stripe, 1, 0))
        except (BlockingIOError, PermissionError):
            return False
        return True
