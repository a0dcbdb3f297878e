"""What one request reserves: the claims of a faxbox that is about to be written with addresses.

Several requests may want one address for one faxbox (two changes of it, or a creation that is
repeated under one key), and one that fails must not release what another relies on.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from faxbox_service.documents.model.address_claim import is_held_by, is_reserved, new_claim
from faxbox_service.documents.types import AccountId, Document, DocumentId, GregorianSeconds
from faxbox_service.stores.errors import StoreUnavailable


class Reservation:
    """The addresses that one request reserves for one faxbox, and until when.

    `id` tells the request from others that reserve addresses for the same faxbox.
    """

    def __init__(self, id: str, account_id: AccountId, faxbox_id: DocumentId) -> None:
        self.account_id = account_id
        self.faxbox_id = faxbox_id
        self.addresses: frozenset[str] = frozenset()
        self.deadline: float | None = None
        """A time of the event loop's clock; None while nothing is reserved."""
        self._id = id
        self._shared: frozenset[str] = frozenset()

    def conflicts_with(self, claim: Document, now: GregorianSeconds) -> bool:
        """Whether another faxbox may be about to be written with the address."""
        return not is_held_by(claim, self.faxbox_id) and is_reserved(claim, now)

    def claim(self, address: str, now: GregorianSeconds, seconds: int) -> Document:
        """The claim that reserves an address."""
        return new_claim(address, self.faxbox_id, self.account_id, now, seconds, self._id)

    def share(self, claim: Document, now: GregorianSeconds) -> None:
        """Note a claim to be overwritten: another request may need it for the same faxbox."""
        if claim.get("reserved_by") != self._id and is_reserved(claim, now):
            self._shared |= {claim["address"]}

    def may_release(self, claim: Document) -> bool:
        """Whether no other request relies on the claim; a shared one ends with its reservation."""
        return claim.get("reserved_by") == self._id and claim["address"] not in self._shared

    @asynccontextmanager
    async def within_deadline(self) -> AsyncIterator[None]:
        """Raise `StoreUnavailable` unless a write ends while what it needs is reserved."""
        if self.deadline is None:
            yield
            return
        late = StoreUnavailable("the reservation of an address ended before the write did")
        if asyncio.get_running_loop().time() >= self.deadline:
            raise late
        try:
            async with asyncio.timeout_at(self.deadline):
                yield
        except TimeoutError:
            raise late from None
