"""Locks of documents: one holder at a time among tasks, stores and processes."""

import asyncio
import secrets
import sys
from collections.abc import Iterator

import pytest

from faxbox_service.stores.couchdb.document_locks import DocumentLocks

HOLDER = """
import asyncio, sys
from faxbox_service.stores.couchdb.document_locks import DocumentLocks

async def hold():
    async with DocumentLocks(sys.argv[1]).hold("faxes", ["a"]):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


@pytest.fixture
def address() -> str:
    return f"http://{secrets.token_hex(8)}"


@pytest.fixture
def locks(address: str) -> Iterator[DocumentLocks]:
    found = DocumentLocks(address)
    yield found
    found.close()


@pytest.fixture
def others(address: str) -> Iterator[DocumentLocks]:
    """Those of another store in the same process."""
    found = DocumentLocks(address)
    yield found
    found.close()


async def is_free(locks: DocumentLocks, *ids: str) -> bool:
    try:
        async with asyncio.timeout(0.1), locks.hold("faxes", ids):
            return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("second", ["locks", "others"])
async def test_one_holder_at_a_time(
    locks: DocumentLocks, second: str, request: pytest.FixtureRequest
) -> None:
    beside: DocumentLocks = request.getfixturevalue(second)
    async with locks.hold("faxes", ["a", "b"]):
        assert not await is_free(beside, "a")
        assert not await is_free(beside, "c", "b")
        assert await is_free(beside, "c")
    assert await is_free(beside, "a", "b", "c")


async def test_databases_do_not_wait_for_each_other(locks: DocumentLocks) -> None:
    async with locks.hold("accounts", ["a"]):
        assert await is_free(locks, "a")


async def test_all_tasks_that_lock_the_same_in_any_order_get_it(
    locks: DocumentLocks, others: DocumentLocks
) -> None:
    inside = most = 0

    async def write(which: DocumentLocks, ids: list[str]) -> None:
        nonlocal inside, most
        async with which.hold("faxes", ids):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    ids = [f"box {n}" for n in range(5)]
    async with asyncio.timeout(20):
        await asyncio.gather(
            *(write((locks, others)[n % 2], ids if n % 3 else ids[::-1]) for n in range(30))
        )
    assert most == 1


async def test_a_task_that_gives_up_or_fails_holds_nothing(
    locks: DocumentLocks, others: DocumentLocks
) -> None:
    async with locks.hold("faxes", ["a"]):
        for which in (locks, others):
            waiting = asyncio.create_task(is_free(which, "b", "a"))
            await asyncio.sleep(0.02)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert await is_free(others, "b")
    with pytest.raises(KeyError):
        async with locks.hold("faxes", ["a"]):
            raise KeyError
    assert await is_free(others, "a", "b")


async def test_a_process_that_dies_releases_its_locks(locks: DocumentLocks, address: str) -> None:
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, address), stdin=pipe, stdout=pipe
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    assert not await is_free(locks, "a")
    assert await is_free(locks, "b")
    holder.kill()
    await holder.communicate()
    assert await is_free(locks, "a")
