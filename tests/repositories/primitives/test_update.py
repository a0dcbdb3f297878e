"""Optimistic updates lose no change, and end after a bounded number of attempts."""

import pytest

from faxbox_service.repositories.errors import StaleRevision
from faxbox_service.repositories.primitives.update import optimistic_update
from faxbox_service.retry import RetryPolicy
from faxbox_service.stores.errors import RevisionConflict


class Contended:
    """A document that others change before each of the first so many writes."""

    def __init__(self, conflicts):
        self.conflicts = conflicts
        self.document = {"_id": "a", "_rev": "1-0", "others": 0}
        self.writes = 0

    async def read(self):
        return dict(self.document)

    async def write(self, document):
        self.writes += 1
        if self.writes <= self.conflicts:
            self.document |= {"_rev": f"{self.writes + 1}-0", "others": self.writes}
            raise RevisionConflict
        self.document = {**document, "_rev": "9-0"}
        return "9-0"

    async def change(self, stored):
        return {**stored, "mine": True}


async def test_it_is_applied_to_the_newest_revision():
    contended = Contended(conflicts=5)
    written = await optimistic_update(contended.read, contended.change, contended.write)
    assert written == {"_id": "a", "_rev": "9-0", "others": 5, "mine": True}


async def test_it_gives_up_after_many_tries():
    contended = Contended(conflicts=99)
    with pytest.raises(StaleRevision):
        await optimistic_update(contended.read, contended.change, contended.write)
    assert contended.writes == 16
    assert "mine" not in contended.document


async def test_no_attempt_begins_when_a_client_may_have_given_up():
    contended = Contended(conflicts=99)
    steps = (contended.read, contended.change, contended.write)
    with pytest.raises(StaleRevision):
        await optimistic_update(*steps, retries=RetryPolicy(seconds=0.0))
    assert contended.writes == 1
