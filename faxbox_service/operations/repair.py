"""Repair: scan everything once, and correct it (`faxbox repair`)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from faxbox_service.container import Repositories
from faxbox_service.documents.types import AccountId, Document, DocumentId
from faxbox_service.repositories.inconsistency import Finding, Inconsistency


@dataclass(slots=True)
class Summary:
    """What a repair found; all but what is left to people is repaired, unless it was a dry run."""

    accounts: int = 0
    faults: Counter[Inconsistency] = field(default_factory=Counter)
    for_people: list[Finding] = field(default_factory=list)
    _seen: set[tuple[object, ...]] = field(default_factory=set, repr=False)

    def take(self, findings: list[Finding]) -> None:
        """Count findings, each once: in a dry run replicas and claims lead to a faxbox again."""
        for finding in findings:
            key = (
                *(finding.inconsistency, finding.account_id, finding.faxbox_id),
                *(finding.address, finding.location),
            )
            if key in self._seen:
                continue
            self._seen.add(key)
            self.faults[finding.inconsistency] += 1
            if finding.inconsistency.needs_operator:
                self.for_people.append(finding)

    def facts(self) -> Document:
        """The JSON that `faxbox repair --json` prints."""
        return {
            "accounts": self.accounts,
            "faults": {str(fault): self.faults[fault] for fault in Inconsistency},
            "doubled": [_duplicate(one) for one in self.for_people if one.conflicting is not None],
            "documents": [_document(one) for one in self.for_people if one.location is not None],
        }


async def repair(
    repositories: Repositories,
    account_id: AccountId | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Summary:
    """Make `faxes` and `accounts` agree with the accounts, or with one of them.

    `on_progress` is called with how many accounts are done, and of how many. Raises `StoreError`.
    """
    full_scan, summary = repositories.full_scan, Summary()

    async def found(findings: list[Finding]) -> None:
        summary.take(findings)

    only = None if account_id is None else (account_id,)
    if only is None:
        await full_scan.scan_system(found)
    accounts = await full_scan.accounts(found) if account_id is None else [account_id]
    expected: set[DocumentId] = set()
    for account in accounts:
        expected |= await full_scan.scan_account(account, found, dry_run=dry_run)
        summary.accounts += 1
        on_progress(summary.accounts, len(accounts))
    await full_scan.scan_faxes(expected, found, only=only, dry_run=dry_run)
    return summary


def _document(finding: Finding) -> Document:
    database, document_id = finding.location or ("", "")
    return {
        "fault": str(finding.inconsistency),
        "database": database,
        "document_id": document_id,
        "reason": finding.reason,
    }


def _duplicate(finding: Finding) -> Document:
    other = finding.conflicting or {}
    return {
        "address": finding.address,
        "account_id": finding.account_id,
        "faxbox_id": finding.faxbox_id,
        "other_account_id": other.get("pvt_account_id"),
        "other_faxbox_id": other.get("faxbox_id", other.get("_id")),
    }
