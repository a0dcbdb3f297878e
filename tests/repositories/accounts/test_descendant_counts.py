"""Counting descendants."""

import asyncio

import pytest

from faxbox_service.repositories.accounts.descendant_counts import DescendantCounts
from faxbox_service.repositories.errors import StaleRevision

ID = "a" * 32


class Parent:
    """An account's document, slow to change."""

    def __init__(self):
        self.document = {}
        self.writes = 0
        self.fails = False

    async def change(self, account_id, change):
        assert account_id == ID
        await asyncio.sleep(0.001)
        if self.fails:
            raise StaleRevision
        self.writes += 1
        self.document = change(self.document)
        return self.document


@pytest.fixture
def parent():
    return Parent()


async def test_children_of_one_moment_are_counted_together(parent):
    counts = DescendantCounts(parent.change)
    await asyncio.gather(*(counts.add(ID, 1) for _ in range(200)))
    assert parent.document == {"descendants_count": 200}
    assert parent.writes == 2
    await asyncio.gather(counts.add(ID, -1), counts.add(ID, 1), counts.add(ID, -1))
    assert parent.document == {"descendants_count": 199}


async def test_a_count_that_fails_fails_nothing_else(parent, caplog):
    counts = DescendantCounts(parent.change)
    parent.fails = True
    await counts.add(ID, 1)
    assert "StaleRevision" in caplog.text
    parent.fails = False
    await counts.add(ID, 1)
    assert parent.document == {"descendants_count": 1}


async def test_a_call_that_is_cancelled_leaves_it_to_the_next(parent):
    counts = DescendantCounts(parent.change)
    counting = asyncio.create_task(counts.add(ID, 1))
    await asyncio.sleep(0)
    counting.cancel()
    await asyncio.wait([counting])
    await counts.add(ID, 1)
    assert parent.document == {"descendants_count": 2}


async def test_nothing_is_kept_of_what_is_counted(parent):
    counts = DescendantCounts(parent.change)
    await asyncio.gather(*(counts.add(ID, 1) for _ in range(10)))
    assert not counts._locks and not counts._pending
