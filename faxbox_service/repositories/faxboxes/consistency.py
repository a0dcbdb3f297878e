"""Making `faxes` agree with the accounts: what a crash, a failure or Kazoo left there is mended.

An account's documents are the truth. Idempotent, and safe beside requests and in parallel: every
write names the revision that was read, and what requests have reserved is left alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.model.account import is_hidden_account
from faxbox_service.documents.model.address_claim import (
    claim_id,
    is_held_by,
    is_reserved,
    new_claim,
)
from faxbox_service.documents.model.faxbox import (
    FAXBOX,
    addresses,
    held_addresses,
    replica_of,
    soft_deleted_faxbox,
)
from faxbox_service.documents.names import FAXES, account_database
from faxbox_service.documents.types import (
    AccountId,
    Document,
    DocumentId,
    GregorianSeconds,
    Revision,
)
from faxbox_service.repositories.inconsistency import Finding, Inconsistency, finding_of
from faxbox_service.repositories.primitives.clock import Clock
from faxbox_service.retry import CONFLICT
from faxbox_service.stores.base import (
    DocumentRefused,
    MissingDatabase,
    Outcome,
    RevisionConflict,
    Store,
)

from .address_claims import AddressClaims


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The boxes there are in an account, as they should be in `faxes`: hidden with the account."""

    boxes: dict[DocumentId, Document]
    is_live: bool
    """Whether requests may be under way in the account."""


class FaxboxConsistency:
    """Finds and mends faults of given boxes."""

    def __init__(self, store: Store, claims: AddressClaims, clock: Clock) -> None:
        self._store = store
        self._claims = claims
        self._clock = clock

    async def reconcile(
        self,
        account_id: AccountId,
        faxbox_ids: Iterable[DocumentId],
        *,
        more_addresses: Collection[str] = (),
        dry_run: bool = False,
        at: Mapping[DocumentId, Revision | None] | None = None,
    ) -> list[Finding]:
        """What was wrong with boxes of an account, and is right now unless it is a `dry_run`.

        With `at`, only boxes still at those revisions are mended (None: gone).
        Ids of boxes that are no more are welcome. Claims are looked at that follow from the boxes
        and their copies, and those of `more_addresses`. Raises `StoreError`.
        """
        left = list(dict.fromkeys(faxbox_ids))
        done: list[Finding] = []
        for _ in CONFLICT.attempts():
            if not left:
                break
            try:
                findings, unsettled = await self._find(account_id, left, more_addresses)
            except DocumentRefused as error:
                # Of several boxes, those that this one is nothing to are looked at without it.
                return [
                    *done,
                    finding_of(error, account_id),
                    *await self._reconcile_apart(
                        account_id, _without(account_id, left, error), more_addresses, dry_run, at
                    ),
                ]
            if at is not None:
                findings = [
                    finding
                    for finding in findings
                    if finding.revision == at.get(finding.faxbox_id or "", "")
                ]
            if dry_run:
                return findings
            mended, conflicting = await self._mend(findings)
            done += mended
            left = [id for id in left if id in unsettled or id in conflicting]
        # What keeps changing is being written by requests, which will be looked at in their turn.
        return done

    async def _reconcile_apart(
        self,
        account_id: AccountId,
        faxbox_ids: list[DocumentId],
        more_addresses: Collection[str],
        dry_run: bool,
        at: Mapping[DocumentId, Revision | None] | None,
    ) -> list[Finding]:
        findings: list[Finding] = []
        for faxbox_id in faxbox_ids:
            findings += await self.reconcile(
                account_id, [faxbox_id], more_addresses=more_addresses, dry_run=dry_run, at=at
            )
        return findings

    async def _find(
        self, account_id: AccountId, faxbox_ids: list[DocumentId], more_addresses: Collection[str]
    ) -> tuple[list[Finding], set[DocumentId]]:
        """The faults, and the boxes that changed while they were looked at."""
        before = await self._boxes(account_id, faxbox_ids)
        claimable = set(more_addresses).union(*map(addresses, before.boxes.values()))
        entries = await self._entries({*faxbox_ids, *map(claim_id, claimable)})
        # A stale copy tells of addresses that its box has had before.
        former = (
            set().union(*(addresses(entries[id]) for id in faxbox_ids if id in entries)) - claimable
        )
        entries |= await self._entries(set(map(claim_id, former)))
        after = await self._boxes(account_id, faxbox_ids)
        steady = [id for id in faxbox_ids if before.boxes.get(id) == after.boxes.get(id)]
        findings: list[Finding] = []
        for faxbox_id in steady:
            box = after.boxes.get(faxbox_id)
            found = await self._copy_faults(account_id, faxbox_id, box, entries)
            found += await self._claim_faults(
                account_id, faxbox_id, box, entries, claimable | former, after.is_live
            )
            revision = None if box is None else box["_rev"]
            findings += [replace(finding, revision=revision) for finding in found]
        return findings, set(faxbox_ids) - set(steady)

    async def _copy_faults(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        box: Document | None,
        entries: dict[DocumentId, Document],
    ) -> list[Finding]:
        copy = entries.get(faxbox_id)
        if copy is not None and copy.get("pvt_account_id") != account_id:
            if box is None:
                return []
            if await self._claims.is_faxbox(copy.get("pvt_account_id"), faxbox_id):
                return [Finding(Inconsistency.COPY_DOUBLED, account_id, faxbox_id, rival=copy)]
        if box is None:
            if copy is None or copy.get("pvt_type") != FAXBOX:
                return []
            return [
                Finding(
                    Inconsistency.COPY_ORPHANED, account_id, faxbox_id, mended=tombstone_of(copy)
                )
            ]
        wanted = replica_of(box, account_id, copy)
        if wanted == copy:
            return []
        fault = Inconsistency.COPY_MISSING if copy is None else Inconsistency.COPY_STALE
        return [Finding(fault, account_id, faxbox_id, mended=wanted)]

    async def _claim_faults(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        box: Document | None,
        entries: dict[DocumentId, Document],
        looked_at: Iterable[str],
        is_live: bool,
    ) -> list[Finding]:
        used = held_addresses(box)
        findings = []
        for address in sorted(looked_at):
            claim = entries.get(claim_id(address))
            is_own = claim is not None and is_held_by(claim, faxbox_id)
            if address in used and not is_own:
                finding = await self._missing_claim(account_id, faxbox_id, address, claim)
            elif claim is not None and is_own and address not in used:
                finding = self._stale_claim(account_id, faxbox_id, claim, is_live)
            else:
                continue
            if finding is not None:
                findings.append(finding)
            if finding is not None and finding.fault is Inconsistency.CLAIM_MISSING:
                # The next box of this batch that wants the address finds it claimed.
                entries[claim_id(address)] = cast(Document, finding.mended)
        return findings

    async def _missing_claim(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        address: str,
        present: Document | None,
    ) -> Finding | None:
        wanted = new_claim(address, faxbox_id, account_id, self._now())
        if present is not None:
            if "_rev" not in present or await self._claims.is_used(present):
                return Finding(Inconsistency.DOUBLED, account_id, faxbox_id, address, rival=present)
            if is_reserved(present, self._now()):
                return None
            wanted["_rev"] = present["_rev"]
        return Finding(Inconsistency.CLAIM_MISSING, account_id, faxbox_id, address, wanted)

    def _stale_claim(
        self, account_id: AccountId, faxbox_id: DocumentId, claim: Document, is_live: bool
    ) -> Finding | None:
        if is_live and is_reserved(claim, self._now()):
            return None
        mended = tombstone_of(claim)
        return Finding(
            Inconsistency.CLAIM_STALE, account_id, faxbox_id, claim.get("address"), mended
        )

    def _now(self) -> GregorianSeconds:
        return gregorian_seconds(self._clock())

    async def _mend(self, findings: list[Finding]) -> tuple[list[Finding], set[DocumentId]]:
        """Write what mends them.

        Returns those that are settled (mended, for people to decide, or refused by the store), and
        the boxes of those that others were faster with.
        """
        documents = [finding.mended for finding in findings if finding.mended is not None]
        outcomes = iter(await self._put(documents))
        settled: list[Finding] = []
        conflicting: set[DocumentId] = set()
        for finding in findings:
            outcome = None if finding.mended is None else next(outcomes)
            if isinstance(outcome, RevisionConflict) and finding.faxbox_id is not None:
                conflicting.add(finding.faxbox_id)
            elif isinstance(outcome, DocumentRefused):
                settled.append(finding_of(outcome, finding.account_id))
            else:
                settled.append(finding)
        return [one for one in settled if one.faxbox_id not in conflicting], conflicting

    async def _put(self, documents: list[Document]) -> list[Outcome]:
        try:
            return await self._store.put_many(FAXES, documents)
        except MissingDatabase:
            await self._store.create_database(FAXES)
            return await self._store.put_many(FAXES, documents)

    async def _boxes(self, account_id: AccountId, faxbox_ids: Iterable[DocumentId]) -> "_Boxes":
        try:
            found = await self._store.get_many(
                account_database(account_id), (account_id, *faxbox_ids)
            )
        except MissingDatabase:
            return _Boxes({}, is_live=False)
        is_hidden = is_hidden_account(found.pop(account_id, None))
        boxes = {
            id: soft_deleted_faxbox(document) if is_hidden else document
            for id, document in found.items()
            if document.get("pvt_type") == FAXBOX
        }
        return _Boxes(boxes, is_live=not is_hidden)

    async def _entries(self, ids: Collection[DocumentId]) -> dict[DocumentId, Document]:
        try:
            return await self._store.get_many(FAXES, ids)
        except MissingDatabase:
            return {}


def _without(
    account_id: AccountId, faxbox_ids: list[DocumentId], error: DocumentRefused
) -> list[DocumentId]:
    """The boxes that can be looked at, each by itself, although a document cannot be read."""
    # Without its own document nobody knows whether an account is hidden. And a box that is alone is
    # the one that the document has to do with.
    if error.document_id == account_id or len(faxbox_ids) == 1:
        return []
    return [id for id in faxbox_ids if id != error.document_id]
