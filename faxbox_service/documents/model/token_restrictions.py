"""What a token may be used for: rules by endpoint, account, arguments and verb.

Kazoo keeps them in an account's document `token_restrictions`, or for all accounts in
`system_config/crossbar.token_restrictions`: `{method: {privilege level: {endpoint: [{"rules":
{"arguments": [verbs]}, "allowed_accounts": [ids]}]}}}`, where `_` matches anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from faxbox_service.documents.types import Document, Json

from .account import Account

ANYTHING = "_"

_ANY_ARGUMENT = "*"
_ANY_ARGUMENTS = "#"
_OWN_ACCOUNT = "{AUTH_ACCOUNT_ID}"
_DESCENDANT = "{DESCENDANT_ACCOUNT_ID}"


def restrictions_for(methods: Json, method: str, priv_level: str) -> Document | None:
    """The endpoints' rules for tokens of a login method and a privilege level; None: no limits.

    `methods` is the whole template; the exact name wins over `_`, on both levels.
    """
    levels = _exact_or_any(methods, method)
    rules = _exact_or_any(levels, priv_level)
    return rules if isinstance(rules, dict) else None


@dataclass(frozen=True, slots=True)
class Restriction:
    """The rules for one bearer of a token."""

    caller: Account
    rules: Document

    def forbids(
        self, endpoint: str, arguments: Sequence[str], verb: str, account: Account | None
    ) -> bool:
        """Whether no rule allows them a request: see `is_restricted`."""
        return is_restricted(self.rules, endpoint, arguments, verb, self.caller, account)


def is_restricted(
    restrictions: Document,
    endpoint: str,
    arguments: Sequence[str],
    verb: str,
    caller: Account,
    account: Account | None,
) -> bool:
    """Whether restrictions forbid a request, which they do unless a rule allows it.

    `endpoint` and `arguments` are those of the path's last noun, `account` that of the path.
    """
    rules = _rules_for_account(_entries(restrictions, endpoint), _names_of(caller, account))
    for pattern, verbs in rules.items():
        if _matches(_segments(pattern), arguments):
            return not (isinstance(verbs, list) and (verb in verbs or ANYTHING in verbs))
    return True


def _exact_or_any(values: Json, name: str) -> Json:
    if not isinstance(values, dict):
        return None
    return values[name] if name in values else values.get(ANYTHING)


def _entries(restrictions: Document, endpoint: str) -> list[Json]:
    entries = restrictions.get(endpoint)
    if not isinstance(entries, list):
        entries = restrictions.get(ANYTHING)
    return entries if isinstance(entries, list) else []


def _rules_for_account(entries: list[Json], names: frozenset[str]) -> Document:
    """The rules of the first entry that applies to the account."""
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        allowed = entry.get("allowed_accounts")
        if not isinstance(allowed, list) or not names.isdisjoint(map(str, allowed)):
            rules = entry.get("rules")
            return rules if isinstance(rules, dict) else {}
    return {}


def _names_of(caller: Account, account: Account | None) -> frozenset[str]:
    """The names by which an entry may refer to the account of the path."""
    if account is None:
        return frozenset((ANYTHING,))
    names = {ANYTHING, account.id}
    if account.id == caller.id:
        names.add(_OWN_ACCOUNT)
    elif caller.id in account.tree:
        names.add(_DESCENDANT)
    return frozenset(names)


def _segments(pattern: str) -> list[str]:
    """`/` alone means no arguments; elsewhere it separates them."""
    segments = pattern.split("/")
    while segments and not segments[-1]:
        segments.pop()
    return segments


def _matches(pattern: Sequence[str], arguments: Sequence[str]) -> bool:
    """`*` matches one argument, `#` any number of them."""
    # The positions in `arguments` up to which the pattern so far can match.
    reached = {0}
    for segment in pattern:
        if segment == _ANY_ARGUMENTS:
            reached = set(range(min(reached, default=len(arguments) + 1), len(arguments) + 1))
        else:
            reached = {
                at + 1
                for at in reached
                if at < len(arguments) and (segment in (_ANY_ARGUMENT, arguments[at]))
            }
    return len(arguments) in reached
