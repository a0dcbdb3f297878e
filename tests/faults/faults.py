"""The faults: each lets something go wrong for some seconds while the service is under load."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import RevisionConflict
from faxbox_service.stores.factory import store_of
from faxbox_service.stores.url import parse_store_url

from .clients.ledger import SharedField
from .clients.load import Load
from .system.couchdb_proxy import WELL_BEHAVED, CouchdbProxy, Misbehaviour, Mode
from .system.fault_points import AFTER, BEFORE
from .system.places import CouchdbPlace, EmbeddedPlace, Place
from .system.service import ServiceProcesses

EMBEDDED = "embedded"
COUCHDB = "couchdb"
_LONGEST_ROUND = 6.0
_SOME = 0.3
_WRITES_BEFORE_DEATH = 20
_READ_ONLY = 0o400
_WRITABLE = 0o600


@dataclass(frozen=True, slots=True)
class Scene:
    """A service over a store, to which things happen."""

    place: Place
    service: ServiceProcesses


Inject: TypeAlias = Callable[[Scene, Load, float], Awaitable[int]]
"""Let things go wrong for so many seconds; how often they did."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by its name in the tables."""

    name: str
    inject: Inject
    kinds: tuple[str, ...] = (EMBEDDED, COUCHDB)
    environment: dict[str, str] = field(default_factory=dict)
    """Settings of the service that it needs."""
    obeys_modes: bool = False


async def nothing(_scene: Scene, _load: Load, seconds: float) -> int:
    """Only the load, and clients that want the same addresses."""
    await asyncio.sleep(seconds)
    return 0


async def kills_at_writes(scene: Scene, _load: Load, seconds: float) -> int:
    """Workers die right before or after a write to the store, and are replaced."""
    deaths = 0
    dice = random.Random()
    trigger = scene.service.trigger
    async with _for(seconds) as is_over:
        while not is_over():
            trigger.arm(dice.choice((BEFORE, AFTER)), dice.randint(1, _WRITES_BEFORE_DEATH))
            await asyncio.sleep(dice.uniform(0.05, 0.2))
            deaths += trigger.disarm()
    return deaths


async def kills_at_any_time(scene: Scene, _load: Load, seconds: float) -> int:
    """Workers die wherever they are, and are replaced."""
    deaths = 0
    dice = random.Random()
    async with _for(seconds) as is_over:
        while not is_over():
            await asyncio.sleep(dice.uniform(0.05, 0.4))
            workers = scene.service.worker_ids()
            if workers:
                scene.service.kill_worker(dice.choice(workers))
                deaths += 1
    return deaths


async def power_cuts(scene: Scene, _load: Load, seconds: float) -> int:
    """All processes die at once, and the service is started again."""
    cuts = 0
    async with _for(seconds) as is_over:
        while not cuts or not is_over():
            await asyncio.sleep(min(0.5, seconds / 4))
            await asyncio.to_thread(scene.service.kill)
            await asyncio.to_thread(scene.service.start)
            cuts += 1
    return cuts


async def second_writer(scene: Scene, load: Load, seconds: float) -> int:
    """Another process changes the boxes in the store itself, as a Kazoo node does.

    Of two changes it puts one into `faxes` as well.
    """
    writes = 0
    store = store_of(parse_store_url(scene.place.url), timeout=10.0, connections=10)
    await store.open()
    try:
        fields = {}
        async with _for(seconds) as is_over:
            while not is_over():
                tenant, box_id = load.shared[writes % len(load.shared)]
                if box_id not in fields:
                    fields[box_id] = SharedField(tenant.account_id, box_id, "direct")
                    load.ledger.fields.append(fields[box_id])
                value = secrets.token_hex(8)
                await _write_directly(store, tenant.account_id, box_id, value, writes % 2 == 0)
                fields[box_id].possible = {value}
                load.ledger.acknowledged += 1
                writes += 1
                await asyncio.sleep(0.005)
    finally:
        await store.close()
    return writes


async def disk_full(scene: Scene, _load: Load, seconds: float) -> int:
    """No file may be written beyond its first kilobytes, again and again."""
    assert isinstance(scene.place, EmbeddedPlace)
    dice = random.Random()

    def fill() -> None:
        scene.service.limit_files(dice.randint(0, 50_000))

    return await _in_rounds(seconds, fill, lambda: scene.service.limit_files(None))


async def file_system_full(scene: Scene, _load: Load, seconds: float) -> int:
    """The file system of the store has no room, again and again; it must be a small one."""
    assert isinstance(scene.place, EmbeddedPlace)
    ballast = scene.place.path.with_name("ballast")

    def fill() -> None:
        with ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    return await _in_rounds(seconds, fill, lambda: ballast.unlink(missing_ok=True))


async def read_only_file(scene: Scene, _load: Load, seconds: float) -> int:
    """The file may only be read, and the workers that had it open die."""
    assert isinstance(scene.place, EmbeddedPlace)
    files = [Path(f"{scene.place.path}{suffix}") for suffix in ("", "-wal", "-shm")]

    def change_modes(mode: int) -> None:
        for file in files:
            if file.exists():
                file.chmod(mode)

    def forbid() -> None:
        change_modes(_READ_ONLY)
        for process_id in scene.service.worker_ids():
            scene.service.kill_worker(process_id)

    return await _in_rounds(seconds, forbid, lambda: change_modes(_WRITABLE))


def misbehaving_couchdb(mode: Mode, *, status: int = 500, part: float = 0.3) -> Inject:
    """CouchDB misbehaves: in each round first to some requests, then to all, then to none.

    A slow answer takes `part` of the round's length, 2 seconds at most.
    """

    async def inject(scene: Scene, _load: Load, seconds: float) -> int:
        assert isinstance(scene.place, CouchdbPlace)
        proxy = scene.place.proxy
        slow = min(2.0, seconds * part)
        hits = proxy.hits
        try:
            async with _for(seconds) as is_over:
                while not is_over():
                    for share in (_SOME, 1.0):
                        proxy.behave(Misbehaviour(mode, share, status, slow))
                        await asyncio.sleep(min(seconds, _LONGEST_ROUND) * 0.4)
                    await _behave_for(proxy, min(seconds, _LONGEST_ROUND) * 0.2)
        finally:
            proxy.behave(WELL_BEHAVED)
        return proxy.hits - hits

    return inject


FAULTS = (
    Fault("none: load alone", nothing),
    Fault("workers killed before and after writes", kills_at_writes),
    Fault("workers killed at any time", kills_at_any_time),
    Fault("power cuts: everything killed, started again", power_cuts),
    Fault("a second process writes the same documents", second_writer),
    Fault("disk full: files may not grow", disk_full, (EMBEDDED,)),
    Fault("file read-only, workers killed", read_only_file, (EMBEDDED,), obeys_modes=True),
    Fault("CouchDB stopped", misbehaving_couchdb(Mode.REFUSE), (COUCHDB,)),
    Fault("CouchDB slow", misbehaving_couchdb(Mode.SLOW), (COUCHDB,)),
    Fault(
        "CouchDB slower than the time-out",
        misbehaving_couchdb(Mode.SLOW, part=0.6),
        (COUCHDB,),
        {"FAXBOX_STORE_TIMEOUT": "0.5"},
    ),
    Fault("CouchDB answers 500", misbehaving_couchdb(Mode.STATUS, status=500), (COUCHDB,)),
    Fault("CouchDB answers 503", misbehaving_couchdb(Mode.STATUS, status=503), (COUCHDB,)),
    Fault("CouchDB answers 401", misbehaving_couchdb(Mode.STATUS, status=401), (COUCHDB,)),
    Fault("answers cut in the middle", misbehaving_couchdb(Mode.CUT), (COUCHDB,)),
    Fault("writes done, answers lost", misbehaving_couchdb(Mode.LOST), (COUCHDB,)),
    Fault("another writer always first", misbehaving_couchdb(Mode.OVERTAKE), (COUCHDB,)),
)

FILE_SYSTEM_FULL = Fault("file system full", file_system_full, (EMBEDDED,))
"""Apart from the others, because it needs a file system of its own."""


@asynccontextmanager
async def _for(seconds: float) -> AsyncIterator[Callable[[], bool]]:
    """Whether so many seconds have gone by since."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    yield lambda: loop.time() >= end


async def _in_rounds(seconds: float, begin: Callable[[], None], end: Callable[[], None]) -> int:
    """Let a fault begin and end again and again; how often."""
    rounds = 0
    pause = min(seconds, _LONGEST_ROUND / 2) / 4
    try:
        async with _for(seconds) as is_over:
            while not is_over():
                await asyncio.sleep(pause)
                begin()
                rounds += 1
                await asyncio.sleep(2 * pause)
                end()
                await asyncio.sleep(pause)
    finally:
        end()
    return rounds


async def _behave_for(proxy: CouchdbProxy, seconds: float) -> None:
    proxy.behave(WELL_BEHAVED)
    await asyncio.sleep(seconds)


async def _write_directly(
    store: Store, account_id: str, box_id: str, value: str, is_copied: bool
) -> None:
    while True:
        box = await store.get(account_database(account_id), box_id)
        changed = {**box, "direct": value}
        try:
            await store.put(account_database(account_id), changed)
            break
        except RevisionConflict:
            continue
    if is_copied:
        copy = await store.get(FAXES, box_id)
        mirrored = {**changed, "_rev": copy["_rev"], "pvt_account_db": copy["pvt_account_db"]}
        try:
            await store.put(FAXES, mirrored)
        except RevisionConflict:
            return
