"""Making `faxes` agree with the accounts: what a crash, a failure or Kazoo left is repaired.

An account's documents are the truth. Idempotent, and safe beside requests and in parallel: every
write names the revision that was read, and what requests have reserved is left alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from faxbox_service.documents.couchdb_fields import tombstone_of
from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.lifecycle import soft_deleted_document
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
from faxbox_service.stores.base import Store
from faxbox_service.stores.errors import DocumentRefused, MissingDatabase, RevisionConflict
from faxbox_service.stores.values import Outcome

from .address_claims import AddressClaims


@dataclass(frozen=True, slots=True)
class _Faxboxes:
    """The faxboxes of an account as `faxes` should have them: hidden if the account is."""

    documents: dict[DocumentId, Document]
    is_live: bool
    """Whether requests may be in progress in the account."""


class FaxboxConsistency:
    """Finds and repairs inconsistencies of given faxboxes."""

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
        revisions: Mapping[DocumentId, Revision | None] | None = None,
    ) -> list[Finding]:
        """What was wrong with faxboxes of an account, repaired unless it is a `dry_run`.

        With `revisions`, only faxboxes still at these are repaired (None: gone). Ids of faxboxes
        that do not exist any more are valid. The claims that are checked are those that follow from
        the faxboxes and their replicas, and those of `more_addresses`. Raises `StoreError`.
        """
        left = list(dict.fromkeys(faxbox_ids))
        done: list[Finding] = []
        for _ in CONFLICT.attempts():
            if not left:
                break
            try:
                findings, unsettled = await self._find(account_id, left, more_addresses)
            except DocumentRefused as error:
                # Those of several faxboxes that it does not concern are reconciled without it.
                return [
                    *done,
                    finding_of(error, account_id),
                    *await self._reconcile_one_by_one(
                        account_id,
                        _without(account_id, left, error),
                        more_addresses,
                        dry_run,
                        revisions,
                    ),
                ]
            if revisions is not None:
                findings = [
                    finding
                    for finding in findings
                    if finding.revision == revisions.get(finding.faxbox_id or "", "")
                ]
            if dry_run:
                return findings
            settled, conflicting = await self._repair(findings)
            done += settled
            left = [id for id in left if id in unsettled or id in conflicting]
        # What keeps changing is being written by requests, and will be reconciled after those.
        return done

    async def _reconcile_one_by_one(
        self,
        account_id: AccountId,
        faxbox_ids: list[DocumentId],
        more_addresses: Collection[str],
        dry_run: bool,
        revisions: Mapping[DocumentId, Revision | None] | None,
    ) -> list[Finding]:
        findings: list[Finding] = []
        for faxbox_id in faxbox_ids:
            findings += await self.reconcile(
                account_id,
                [faxbox_id],
                more_addresses=more_addresses,
                dry_run=dry_run,
                revisions=revisions,
            )
        return findings

    async def _find(
        self, account_id: AccountId, faxbox_ids: list[DocumentId], more_addresses: Collection[str]
    ) -> tuple[list[Finding], set[DocumentId]]:
        """The findings, and the faxboxes that changed while they were read."""
        before = await self._faxboxes(account_id, faxbox_ids)
        claimable = set(more_addresses).union(*map(addresses, before.documents.values()))
        entries = await self._entries({*faxbox_ids, *map(claim_id, claimable)})
        # A stale replica has addresses that its faxbox has had before.
        former = (
            set().union(*(addresses(entries[id]) for id in faxbox_ids if id in entries)) - claimable
        )
        entries |= await self._entries(set(map(claim_id, former)))
        after = await self._faxboxes(account_id, faxbox_ids)
        steady = [id for id in faxbox_ids if before.documents.get(id) == after.documents.get(id)]
        findings: list[Finding] = []
        for faxbox_id in steady:
            faxbox = after.documents.get(faxbox_id)
            found = await self._replica_findings(account_id, faxbox_id, faxbox, entries)
            found += await self._claim_findings(
                account_id, faxbox_id, faxbox, entries, claimable | former, after.is_live
            )
            revision = None if faxbox is None else faxbox["_rev"]
            findings += [replace(finding, revision=revision) for finding in found]
        return findings, set(faxbox_ids) - set(steady)

    async def _replica_findings(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        faxbox: Document | None,
        entries: dict[DocumentId, Document],
    ) -> list[Finding]:
        present = entries.get(faxbox_id)
        if present is not None and present.get("pvt_account_id") != account_id:
            if faxbox is None:
                return []
            if await self._claims.is_faxbox(present.get("pvt_account_id"), faxbox_id):
                duplicate = Inconsistency.FAXBOX_DUPLICATE
                return [Finding(duplicate, account_id, faxbox_id, conflicting=present)]
        if faxbox is None:
            if present is None or present.get("pvt_type") != FAXBOX:
                return []
            repair = tombstone_of(present)
            return [Finding(Inconsistency.REPLICA_ORPHANED, account_id, faxbox_id, repair=repair)]
        wanted = replica_of(faxbox, account_id, present)
        if wanted == present:
            return []
        is_missing = present is None
        inconsistency = Inconsistency.REPLICA_MISSING if is_missing else Inconsistency.REPLICA_STALE
        return [Finding(inconsistency, account_id, faxbox_id, repair=wanted)]

    async def _claim_findings(
        self,
        account_id: AccountId,
        faxbox_id: DocumentId,
        faxbox: Document | None,
        entries: dict[DocumentId, Document],
        candidates: Iterable[str],
        is_live: bool,
    ) -> list[Finding]:
        used = held_addresses(faxbox)
        findings = []
        for address in sorted(candidates):
            claim = entries.get(claim_id(address))
            is_own = claim is not None and is_held_by(claim, faxbox_id)
            if address in used and not is_own:
                finding = await self._missing_claim(account_id, faxbox_id, address, claim)
            elif claim is not None and is_own and address not in used:
                finding = self._stale_claim(account_id, faxbox_id, claim, is_live)
            else:
                continue
            if finding is None:
                continue
            findings.append(finding)
            if finding.inconsistency is Inconsistency.CLAIM_MISSING:
                # The next faxbox of this batch that wants the address finds it claimed.
                entries[claim_id(address)] = cast(Document, finding.repair)
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
                duplicate = Inconsistency.ADDRESS_DUPLICATE
                return Finding(duplicate, account_id, faxbox_id, address, conflicting=present)
            if is_reserved(present, self._now()):
                return None
            wanted["_rev"] = present["_rev"]
        return Finding(Inconsistency.CLAIM_MISSING, account_id, faxbox_id, address, wanted)

    def _stale_claim(
        self, account_id: AccountId, faxbox_id: DocumentId, claim: Document, is_live: bool
    ) -> Finding | None:
        if is_live and is_reserved(claim, self._now()):
            return None
        repair = tombstone_of(claim)
        return Finding(
            Inconsistency.CLAIM_STALE, account_id, faxbox_id, claim.get("address"), repair
        )

    def _now(self) -> GregorianSeconds:
        return gregorian_seconds(self._clock())

    async def _repair(self, findings: list[Finding]) -> tuple[list[Finding], set[DocumentId]]:
        """Write the repairs.

        Returns the findings that are settled (repaired, for operators to decide, or refused by the
        store), and the faxboxes of those whose repair conflicted with another write.
        """
        documents = [finding.repair for finding in findings if finding.repair is not None]
        outcomes = iter(await self._put(documents))
        settled: list[Finding] = []
        conflicting: set[DocumentId] = set()
        for finding in findings:
            outcome = None if finding.repair is None else next(outcomes)
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

    async def _faxboxes(self, account_id: AccountId, faxbox_ids: Iterable[DocumentId]) -> _Faxboxes:
        try:
            found = await self._store.get_many(
                account_database(account_id), (account_id, *faxbox_ids)
            )
        except MissingDatabase:
            return _Faxboxes({}, is_live=False)
        is_hidden = is_hidden_account(found.pop(account_id, None))
        documents = {
            id: soft_deleted_document(document) if is_hidden else document
            for id, document in found.items()
            if document.get("pvt_type") == FAXBOX
        }
        return _Faxboxes(documents, is_live=not is_hidden)

    async def _entries(self, ids: Collection[DocumentId]) -> dict[DocumentId, Document]:
        try:
            return await self._store.get_many(FAXES, ids)
        except MissingDatabase:
            return {}


def _without(
    account_id: AccountId, faxbox_ids: list[DocumentId], error: DocumentRefused
) -> list[DocumentId]:
    """The faxboxes that can be reconciled, each by itself, although a document is unreadable."""
    # Whether an account is hidden only its own document says. And of a single faxbox the document
    # is one that it depends on.
    if error.document_id == account_id or len(faxbox_ids) == 1:
        return []
    return [id for id in faxbox_ids if id != error.document_id]
