"""Names of databases and shapes of ids, as Kazoo builds them.

See docs/reference/data-model.md, 1.1.
"""

import re
from enum import StrEnum
from functools import lru_cache

from .types import AccountId

ACCOUNTS = "accounts"
FAXES = "faxes"
IDEMPOTENCY = "faxbox_idempotency"
REVOCATIONS = "faxbox_revocations"
SYSTEM_AUTH = "system_auth"
SYSTEM_CONFIG = "system_config"
SYSTEM_SCHEMAS = "system_schemas"

ACCOUNT_ID_LENGTH = 32
"""Characters of an account id, and of the other ids that Kazoo makes."""

_ACCOUNT_ID = re.compile(rf"[0-9a-f]{{{ACCOUNT_ID_LENGTH}}}\Z")
_ACCOUNT_DATABASE = re.compile(
    rf"account/([0-9a-f]{{2}})/([0-9a-f]{{2}})/([0-9a-f]{{{ACCOUNT_ID_LENGTH - 4}}})\Z"
)


class DatabaseClass(StrEnum):
    """What kind of documents a database holds, which determines its views."""

    ACCOUNT = "account"
    ACCOUNTS = "accounts"
    FAXES = "faxes"
    OTHER = "other"


def is_account_id(text: str) -> bool:
    """Whether `text` is 32 lower-case hex characters: no other id names a database."""
    return _ACCOUNT_ID.match(text) is not None


@lru_cache(maxsize=4096)
def account_database(account_id: AccountId) -> str:
    """`abcdef…` → `account/ab/cd/ef…`, the database's real name in CouchDB."""
    if not is_account_id(account_id):
        raise ValueError(f"not an account id: {account_id!r}")
    return f"account/{account_id[:2]}/{account_id[2:4]}/{account_id[4:]}"


def encoded_account_database(account_id: AccountId) -> str:
    """`abcdef…` → `account%2Fab%2Fcd%2Fef…`, the form that `pvt_account_db` holds."""
    return account_database(account_id).replace("/", "%2F")


def account_of_database(database: str) -> AccountId | None:
    """The account whose database this is, or None."""
    match = _ACCOUNT_DATABASE.match(database)
    return "".join(match.groups()) if match else None


@lru_cache(maxsize=4096)
def database_class(database: str) -> DatabaseClass:
    """Classify an unencoded database name."""
    if account_of_database(database) is not None:
        return DatabaseClass.ACCOUNT
    if database in (ACCOUNTS, FAXES):
        return DatabaseClass(database)
    return DatabaseClass.OTHER
