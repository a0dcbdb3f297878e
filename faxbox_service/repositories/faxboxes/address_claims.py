"""Claims of addresses in `faxes`: no two faxboxes hold one address, whatever the order of writes.

An address is claimed before the faxbox is written and released after (docs/contract.md, 6). In
between the claim is reserved; later it counts as long as its faxbox uses the address, and may be
taken over when it does not. Faxboxes that Kazoo wrote have no claims, so a view is queried for them
as well.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model.account import is_hidden_account
from faxbox_service.documents.model.address_claim import claim_id, is_claim, is_held_by, new_claim
from faxbox_service.documents.model.faxbox import FAXBOX, held_addresses
from faxbox_service.documents.model.smtp_address import folded
from faxbox_service.documents.names import FAXES, account_database, is_account_id
from faxbox_service.documents.schema.errors import InvalidDocument
from faxbox_service.documents.types import (
    AccountId,
    Document,
    DocumentId,
    GregorianSeconds,
    Json,
)
from faxbox_service.repositories.primitives.clock import Clock, IdGenerator
from faxbox_service.retry import RESERVED_ADDRESS
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import (
    DocumentRefused,
    MissingDatabase,
    MissingView,
    RevisionConflict,
    StoreError,
    StoreUnavailable,
)
from faxbox_service.stores.values import (
    Outcome,
    View,
    ViewRange,
    ViewRow,
)

from .reservation import Reservation

ADDRESSES = View("faxbox_service", "addresses")
KAZOO_ADDRESSES = View("faxbox", "email_address")

_SAFE_SHARE = 0.8
"""Part of a reservation that is relied on: clocks differ, and a write may arrive late."""


class AddressClaims:
    """Claims addresses for faxboxes, and releases them."""

    def __init__(
        self, store: Store, clock: Clock, ids: IdGenerator, *, reserved_seconds: int
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._reserved_seconds = reserved_seconds

    def new_reservation(self, account_id: AccountId, faxbox_id: DocumentId) -> Reservation:
        """A request's reservation, of no address yet."""
        return Reservation(self._ids.new_id(), account_id, faxbox_id)

    async def claim(self, reservation: Reservation, addresses: Iterable[str]) -> None:
        """Reserve addresses for a faxbox that is about to be written with them.

        Raises `InvalidDocument` (rule `unique`) when another live faxbox has one of them,
        `StoreUnavailable` when that is not decided yet, and `DocumentRefused`; then none is kept.
        """
        wanted = frozenset(addresses)
        reservation.deadline = None
        if not wanted:
            return
        started = asyncio.get_running_loop().time()
        reservation.addresses |= wanted
        # Both end before anything is released: a claim under way could not be.
        outcomes = await asyncio.gather(
            self._reserve(reservation, wanted),
            self._conflicting(wanted, reservation.faxbox_id),
            return_exceptions=True,
        )
        taken: set[str] = set()
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                with suppress(StoreError):
                    await self.release(reservation)
                raise outcome
            taken |= outcome
        if taken:
            await self.release(reservation)
            raise address_taken(min(taken))
        reservation.deadline = started + _SAFE_SHARE * self._reserved_seconds

    def claim_in_use(self, account_id: AccountId, faxbox_id: DocumentId, address: str) -> Document:
        """The claim of an address that a faxbox has already, to be created."""
        return new_claim(folded(address), faxbox_id, account_id, self._now())

    async def require_free(self, addresses: Iterable[str], faxbox_id: DocumentId) -> None:
        """Raise `InvalidDocument` when another live faxbox has an address; claim nothing."""
        wanted = frozenset(addresses)
        claims, conflicting = await asyncio.gather(
            self._read(wanted), self._conflicting(wanted, faxbox_id)
        )
        taken = set(conflicting)
        for claim in claims.values():
            if not is_held_by(claim, faxbox_id) and await self.is_used(claim):
                taken.add(claim["address"])
        if taken:
            raise address_taken(min(taken))

    async def held_by(self, faxbox_id: DocumentId, addresses: Iterable[str]) -> list[Document]:
        """The claims that a faxbox has of these addresses."""
        claims = await self._read(addresses)
        return [claim for claim in claims.values() if is_held_by(claim, faxbox_id)]

    async def release(self, reservation: Reservation) -> None:
        """Release what its faxbox does not use of it; never what is claimed meanwhile."""
        # The claims are read before the faxbox: a request that claims one again makes us conflict.
        found = await self._read(reservation.addresses)
        claims = list(filter(reservation.may_release, found.values()))
        if not claims:
            return
        used = await self._used_by(reservation.account_id, reservation.faxbox_id)
        await self._store.put_many(
            FAXES, [tombstone_of(claim) for claim in claims if claim["address"] not in used]
        )

    async def is_used(self, claim: Document) -> bool:
        """Whether the faxbox that a claim names exists and has the address."""
        return is_claim(claim) and await self.has_address(
            claim["pvt_account_id"], claim["faxbox_id"], claim["address"]
        )

    async def has_address(self, account_id: AccountId, faxbox_id: DocumentId, address: str) -> bool:
        """Whether a live faxbox of a live account has the address; one that is unreadable may."""
        try:
            return address in await self._used_by(account_id, faxbox_id)
        except DocumentRefused:
            return True

    async def is_faxbox(self, account_id: Json, faxbox_id: DocumentId) -> bool:
        """Whether there is such a faxbox, soft-deleted or not."""
        found = await self._found(account_id, faxbox_id)
        return found.get(faxbox_id, {}).get("pvt_type") == FAXBOX

    async def _reserve(self, reservation: Reservation, addresses: frozenset[str]) -> frozenset[str]:
        """Write the claims; return the addresses that other faxboxes use."""
        taken: set[str] = set()
        present: dict[DocumentId, Document] = {}
        left = sorted(addresses)
        for attempt in RESERVED_ADDRESS.attempts():
            claims = [
                self._reserving(reservation, address, present.get(claim_id(address)))
                for address in left
            ]
            outcomes = await self._put(claims)
            for outcome in outcomes:
                if isinstance(outcome, DocumentRefused):
                    raise outcome
            left = [
                claim["address"]
                for claim, outcome in zip(claims, outcomes, strict=True)
                if isinstance(outcome, RevisionConflict)
            ]
            if not left:
                return frozenset(taken)
            present = await self._read(left)
            for claim in present.values():
                if not is_held_by(claim, reservation.faxbox_id) and await self.is_used(claim):
                    taken.add(claim["address"])
            left = [address for address in left if address not in taken]
            if not left:
                return frozenset(taken)
            now = self._now()
            if any(reservation.conflicts_with(claim, now) for claim in present.values()):
                await RESERVED_ADDRESS.wait_after(attempt)
        raise StoreUnavailable(f"another request has claimed {left[0]!r} and not ended")

    def _reserving(
        self, reservation: Reservation, address: str, present: Document | None
    ) -> Document:
        """The claim to be written: over the present one, unless another faxbox may need that."""
        now = self._now()
        claim = reservation.claim(address, now, self._reserved_seconds)
        if present is not None and not reservation.conflicts_with(present, now):
            reservation.share(present, now)
            claim["_rev"] = present["_rev"]
        return claim

    async def _put(self, claims: list[Document]) -> list[Outcome]:
        try:
            return await self._store.put_many(FAXES, claims)
        except MissingDatabase:
            await self._store.create_database(FAXES)
            return await self._store.put_many(FAXES, claims)

    async def _read(self, addresses: Iterable[str]) -> dict[DocumentId, Document]:
        try:
            return await self._store.get_many(FAXES, map(claim_id, addresses))
        except MissingDatabase:
            return {}

    async def _conflicting(self, addresses: Iterable[str], faxbox_id: DocumentId) -> frozenset[str]:
        """Those of the addresses that other faxboxes use, claimed or not."""
        found = await asyncio.gather(
            *(self._in_use_elsewhere(address, faxbox_id) for address in addresses)
        )
        return frozenset(address for address in found if address is not None)

    async def _in_use_elsewhere(self, address: str, faxbox_id: DocumentId) -> str | None:
        try:
            rows = await self._with_address(address)
        except MissingDatabase:
            return None
        for row in rows:
            # A replica may be older than its faxbox, and have an address that this has no more.
            if row.id != faxbox_id and await self.has_address(row.value, row.id, address):
                return address
        return None

    async def _with_address(self, address: str) -> list[ViewRow]:
        # The view's lower case is that of all letters, not only of ASCII's.
        wanted = ViewRange(key=address.lower())
        try:
            return await self._store.view(FAXES, ADDRESSES, wanted)
        except MissingView:
            # Where ours may not be installed there is Kazoo's, of addresses as they were written.
            return await self._store.view(FAXES, KAZOO_ADDRESSES, wanted)

    async def _used_by(self, account_id: Json, faxbox_id: DocumentId) -> frozenset[str]:
        found = await self._found(account_id, faxbox_id)
        if is_hidden_account(found.get(account_id)):
            return frozenset()
        return held_addresses(found.get(faxbox_id))

    async def _found(self, account_id: Json, faxbox_id: DocumentId) -> dict[DocumentId, Document]:
        """The account's own document and the faxbox's, as far as they exist."""
        if not isinstance(account_id, str) or not is_account_id(account_id):
            return {}
        try:
            return await self._store.get_many(account_database(account_id), (account_id, faxbox_id))
        except MissingDatabase:
            return {}

    def _now(self) -> GregorianSeconds:
        return gregorian_seconds(self._clock())


def address_taken(address: str) -> InvalidDocument:
    """The error for a faxbox whose address another one has (docs/reference/wire.md, 5.2)."""
    fault = {"message": "email address must be unique", "cause": address}
    return InvalidDocument({"custom_smtp_email_address": {"unique": fault}})
