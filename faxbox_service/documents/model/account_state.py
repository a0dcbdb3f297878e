"""What an account's state forbids: everything, or logging in with a password (wire, 6.3)."""

from faxbox_service.documents.gregorian import gregorian_seconds
from faxbox_service.documents.schema.errors import InvalidDocument

from .account import Account


def require_running(account: Account, now: float) -> None:
    """Raise `InvalidDocument` for an account whose trial is over."""
    expires = account.trial_expires
    if expires is not None and expires <= gregorian_seconds(now):
        error = {"message": "account expired", "cause": expires}
        raise InvalidDocument({"account": {"expired": error}})


def require_open(account: Account, now: float) -> None:
    """Raise `InvalidDocument` for an account that passwords open nothing of.

    Whoever shows a password asks here, with each request: `user_auth` and Basic alike.
    """
    require_running(account, now)
    if not account.enabled:
        raise InvalidDocument({"account": {"disabled": {"message": "account disabled"}}})
