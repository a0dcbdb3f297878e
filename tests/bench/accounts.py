"""Measure how creating, authorising, logging in and listing depend on the number of accounts.

The embedded store, one worker. All accounts are children of one, the worst there is.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvloop

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.private_fields import Author
from faxbox_service.repositories.primitives.clock import new_id
from faxbox_service.settings.settings import Settings

from .processes import free_port, memory_of, process, request
from .rounds import Bench

CONNECTIONS = 8
AT_ONCE = 200
SIZES = (100, 10_000, 100_000)
NOBODY = Author("00000000000")


class Ground:
    """A root account with many children."""

    def __init__(self, root: Account, token: str) -> None:
        self.root = root
        self.headers = {"X-Auth-Token": token}
        self.children: list[tuple[str, str]] = []
        """Ids and API keys."""

    def requests(self, of: Callable[[], bytes]) -> list[Iterator[bytes]]:
        return [iter(of, None) for _ in range(CONNECTIONS)]

    def create(self) -> bytes:
        body = json.dumps({"data": {"name": f"new {new_id()}"}}).encode()
        return request("PUT", f"/v2/accounts/{self.root.id}", self.headers, body)

    def authorise(self) -> bytes:
        account_id, _ = random.choice(self.children)
        return request("GET", f"/v2/accounts/{account_id}/faxboxes", self.headers)

    def log_in(self) -> bytes:
        _, key = random.choice(self.children)
        body = json.dumps({"data": {"api_key": key}}).encode()
        return request("PUT", "/v2/api_auth", {}, body)

    def list_children(self) -> bytes:
        return request("GET", f"/v2/accounts/{self.root.id}/children", self.headers)


async def begin(settings: Settings) -> Ground:
    repositories = await Repositories.open(settings)
    try:
        document = await repositories.accounts.create_master("bench", NOBODY)
        root = await repositories.accounts.find(document["_id"])
        return Ground(root, await repositories.tokens.issue(root, None, "cb_api_auth"))
    finally:
        await repositories.close()


async def fill(settings: Settings, ground: Ground, size: int) -> float:
    """Create accounts, as the service does, until there are so many; the seconds it took."""
    repositories = await Repositories.open(settings)
    accounts = repositories.accounts

    async def create() -> None:
        fields = {"name": f"child {new_id()}"}
        document = await accounts.create_child(ground.root, fields, NOBODY)
        ground.children.append((document["_id"], document["pvt_api_key"]))

    begun = time.perf_counter()
    try:
        for batch in batches(size - len(ground.children)):
            await asyncio.gather(*(create() for _ in range(batch)))
    finally:
        await repositories.close()
    return time.perf_counter() - begun


def batches(total: int) -> Iterator[int]:
    for start in range(0, total, AT_ONCE):
        yield min(AT_ONCE, total - start)


def bench_size(bench: Bench, url: str, ground: Ground) -> None:
    port = free_port()
    serve = ("-m", "faxbox_service", "serve", "--port", str(port), "--store", url)
    with process(*serve, port=port, FAXBOX_RATE_LIMIT_BURST="0") as (process_id, ready_after):
        print(f"{'ready after':36} {ready_after:9.2f} s")
        for name, of, status in (
            ("authorise, any of them", ground.authorise, 200),
            ("log in, any of them", ground.log_in, 201),
            ("first page of children", ground.list_children, 200),
            ("create", ground.create, 201),
        ):
            bench.one(name, port, lambda of=of: ground.requests(of), status)
        print(f"{'memory of the worker':36} {memory_of(process_id):9.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-accounts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    bench = Bench(options.rounds, options.seconds)
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="faxbox-bench-") as folder:
        url = f"sqlite://{Path(folder)}/accounts.db"
        settings = Settings.load({"FAXBOX_STORE": url})
        ground = uvloop.run(begin(settings))
        for size in options.sizes:
            new = size - len(ground.children)
            seconds = uvloop.run(fill(settings, ground, size))
            print(f"\n{size:,} accounts ({new:,} new ones in {seconds:.0f} s)")
            bench_size(bench, url, ground)


if __name__ == "__main__":
    main()
