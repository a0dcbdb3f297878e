"""Measure the service beside a bare aiohttp handler and, where one is given, raw CouchDB.

Every figure is the median of `ROUNDS` runs of `SECONDS`, the two sides of a ratio taking turns.
Nothing is asserted but that every reply had the right status.
"""

import argparse
import asyncio
import base64
import itertools
import json
import os
import platform
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import uvloop

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import account_database
from faxbox_service.documents.private_fields import Author
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION
from faxbox_service.repositories.primitives.view_page import RowsWanted
from faxbox_service.settings.settings import Settings

from .processes import free_port, memory_of, peak_memory_of, process, request
from .rounds import Bench

CONNECTIONS = 8
LISTED = 50
LONG = 100_000
"""Boxes of a long listing."""

BOX = {
    "name": "Front desk",
    "caller_id": "+14155550100",
    "custom": {"site": "HQ"},
    "notifications": {"inbound": {"email": {"send_to": ["a@example.com", "b@example.com"]}}},
    "smtp_permission_list": [".*@example\\.com$"],
}
NOBODY = Author("00000000000")


def reply_of(port: int, path: str, headers: dict[str, str]) -> bytes:
    url = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
        return reply.read()


class Ground:
    """An account with boxes to read and change."""

    def __init__(self, account: Account, token: str, boxes: list[str]) -> None:
        self.account = account
        self.headers = {"X-Auth-Token": token}
        self.boxes = boxes
        self.list_path = f"/v2/accounts/{account.id}/faxboxes"

    def item_path(self, number: int = 0) -> str:
        return f"{self.list_path}/{self.boxes[number]}"

    def repeated(self, path: str) -> list[Iterator[bytes]]:
        line = request("GET", path, self.headers)
        return [itertools.repeat(line) for _ in range(CONNECTIONS)]

    def patches(self) -> list[Iterator[bytes]]:
        """Each connection changes a box of its own, to another value each time."""

        def of(number: int) -> Iterator[bytes]:
            for turn in itertools.count():
                body = json.dumps({"data": {"retries": turn % 5, "turn": turn}}).encode()
                yield request("PATCH", self.item_path(number), self.headers, body)

        return [of(number) for number in range(CONNECTIONS)]


async def prepare(settings: Settings) -> Ground:
    repositories = await Repositories.open(settings)
    try:
        document = await repositories.accounts.create_master(f"bench {new_id()}", NOBODY)
        account = await repositories.accounts.find(document["_id"])
        boxes = [
            (await repositories.faxboxes.create(account, BOX, NOBODY))["_id"] for _ in range(LISTED)
        ]
        token = await repositories.tokens.issue(account, None, "cb_api_auth")
        return Ground(account, token, boxes)
    finally:
        await repositories.close()


async def prepare_long(settings: Settings, ground: Ground) -> None:
    """Fill the account up to `LONG` boxes, behind the service's back; one in a hundred is rare."""
    repositories = await Repositories.open(settings)
    database = account_database(ground.account.id)
    try:
        document = await repositories.store.get(database, ground.boxes[0])
        del document["_rev"]
        for start in range(0, LONG - LISTED, 1000):
            await asyncio.gather(
                *(
                    repositories.store.put(
                        database, {**document, "_id": new_id(), "rare": n % 100 == 0}
                    )
                    for n in range(start, min(start + 1000, LONG - LISTED))
                )
            )
    finally:
        await repositories.close()


async def round_trips(settings: Settings, ground: Ground) -> dict[str, int]:
    """Calls to the store that each operation makes, once what is remembered is remembered."""
    repositories = await Repositories.open(settings)
    faxboxes, account = repositories.faxboxes, ground.account
    counts: dict[str, int] = {}

    async def count(name: str, operation: Callable[[], object]) -> object:
        before = repositories.store.round_trips
        result = await operation()
        counts[name] = repositories.store.round_trips - before
        return result

    try:
        await faxboxes.create(account, BOX, NOBODY)
        box = await count("create", lambda: faxboxes.create(account, BOX, NOBODY))
        custom = {**BOX, "custom_smtp_email_address": f"{new_id()}.example.com"}
        await count("create, custom address", lambda: faxboxes.create(account, custom, NOBODY))
        of_box = (account.id, box["_id"])
        await count("get", lambda: faxboxes.fetch(*of_box))
        await count("list", lambda: faxboxes.listing(account.id, RowsWanted(LISTED)))
        await count("change", lambda: faxboxes.replace(*of_box, BOX, NOBODY, NO_PRECONDITION))
        await count("patch", lambda: faxboxes.patch(*of_box, {"x": 1}, NOBODY, NO_PRECONDITION))
        await count("delete", lambda: faxboxes.soft_delete(*of_box, NOBODY, NO_PRECONDITION))
        return counts
    finally:
        await repositories.close()


async def remove(settings: Settings, ground: Ground) -> None:
    repositories = await Repositories.open(settings)
    await repositories.accounts.delete(ground.account)
    await repositories.close()


def bench_embedded(bench: Bench, folder: Path) -> None:
    url = f"sqlite://{folder}/bench.db"
    settings = Settings.load({"FAXBOX_STORE": url})
    ground = uvloop.run(prepare(settings))
    print("\nEmbedded store, one worker, 8 connections")
    port, bare_port = free_port(), free_port()
    serve = ("-m", "faxbox_service", "serve", "--port", str(port), "--store", url)
    with process(*serve, port=port) as (process_id, ready_after):
        print(f"{'ready after':36} {ready_after:9.2f} s")
        for name, path in (("GET one box", ground.item_path()), ("list of 50", ground.list_path)):
            reply = folder / "reply.json"
            reply.write_bytes(reply_of(port, path, ground.headers))
            bare = ("-m", "tests.bench.bare", str(bare_port), str(reply))
            with process(*bare, port=bare_port):
                bench.pair(
                    name,
                    (port, lambda path=path: ground.repeated(path)),
                    (bare_port, lambda: ground.repeated("/")),
                    "bare handler, same bytes",
                )
        bench.one("PATCH, durable", port, ground.patches)
        print(f"{'memory of the worker':36} {memory_of(process_id):9.1f} MB")
    show_round_trips(uvloop.run(round_trips(settings, ground)))


def bench_long(folder: Path) -> None:
    """Single requests over many boxes: when they begin, when they end, what the worker takes."""
    url = f"sqlite://{folder}/long.db"
    settings = Settings.load({"FAXBOX_STORE": url})
    ground = uvloop.run(prepare(settings))
    uvloop.run(prepare_long(settings, ground))
    print(f"\nEmbedded store, {LONG:,} boxes, one request at a time")
    port = free_port()
    serve = ("-m", "faxbox_service", "serve", "--port", str(port), "--store", url)
    for query in (
        "paginate=false",
        "paginate=false&is_chunked=true",
        "paginate=false&accept=csv",
        "filter_rare=true&page_size=1000",
        "filter_name=nobody",
    ):
        with process(*serve, port=port) as (process_id, _):
            begun = time.perf_counter()
            wanted = urllib.request.Request(
                f"http://127.0.0.1:{port}{ground.list_path}?{query}", headers=ground.headers
            )
            with urllib.request.urlopen(wanted) as reply:
                first = time.perf_counter() - begun
                size = sum(map(len, iter(lambda: reply.read(1 << 20), b"")))
            total = time.perf_counter() - begun
            print(
                f"{query:36} {first:9.2f} s to the first byte  {total:.2f} s in all"
                f"  {size / 1e6:.1f} MB  worker {peak_memory_of(process_id):.0f} MB at most"
            )


def bench_couchdb(bench: Bench, url: str) -> None:
    settings = Settings.load({"FAXBOX_STORE": url})
    ground = uvloop.run(prepare(settings))
    parts = urlsplit(url)
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
    raw_headers = {
        "Authorization": f"Basic {base64.b64encode(credentials).decode()}",
        "Accept": "application/json",
    }
    database = quote(account_database(ground.account.id), safe="")
    raw_item = request("GET", f"/{database}/{ground.boxes[0]}", raw_headers)
    raw_list = request(
        "GET",
        f"/{database}/_design/faxbox/_view/crossbar_listing"
        f"?include_docs=true&descending=true&limit={LISTED + 1}",
        raw_headers,
    )
    print("\nCouchDB, one worker, 8 connections")
    port = free_port()
    serve = ("-m", "faxbox_service", "serve", "--port", str(port), "--store", url)
    try:
        with process(*serve, port=port) as (process_id, _):
            for name, path, raw in (
                ("GET one box", ground.item_path(), raw_item),
                ("list of 50", ground.list_path, raw_list),
            ):
                bench.pair(
                    name,
                    (port, lambda path=path: ground.repeated(path)),
                    (
                        parts.port or 5984,
                        lambda raw=raw: [itertools.repeat(raw) for _ in range(CONNECTIONS)],
                    ),
                    "the same from CouchDB itself",
                )
            bench.one("PATCH", port, ground.patches)
            print(f"{'memory of the worker':36} {memory_of(process_id):9.1f} MB")
        show_round_trips(uvloop.run(round_trips(settings, ground)))
    finally:
        uvloop.run(remove(settings, ground))


def show_round_trips(counts: dict[str, int]) -> None:
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    print(f"{'round trips to the store':36} {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    bench = Bench(options.rounds, options.seconds)
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="faxbox-bench-") as folder:
        bench_embedded(bench, Path(folder))
        bench_long(Path(folder))
    url = os.environ.get("FAXBOX_TEST_COUCHDB_URL")
    if url is None:
        print("\nNo FAXBOX_TEST_COUCHDB_URL: nothing measured on CouchDB")
    else:
        bench_couchdb(bench, url)


if __name__ == "__main__":
    main()
