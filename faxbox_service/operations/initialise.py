"""The first account of a store: what `faxbox init` and the first `faxbox serve` do."""

from dataclasses import dataclass, field

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.private_fields import Author
from faxbox_service.documents.types import AccountId, Document, DocumentId

_API_KEY_LENGTH = 64


class CannotInitialise(Exception):
    """The store has accounts already, or the account is impossible."""


@dataclass(frozen=True, slots=True)
class FirstUser:
    """The user who administers the master account."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MasterAccount:
    """What the owner of a new master account must know."""

    account_id: AccountId
    api_key: str = field(repr=False)
    realm: str
    user_id: DocumentId | None = None

    def facts(self) -> Document:
        """As one JSON object."""
        user = {} if self.user_id is None else {"user_id": self.user_id}
        return {
            "account_id": self.account_id,
            "api_key": self.api_key,
            "realm": self.realm,
            **user,
        }


async def create_master_account(
    repositories: Repositories,
    name: str,
    author: Author,
    *,
    realm: str | None = None,
    api_key: str | None = None,
    user: FirstUser | None = None,
) -> MasterAccount:
    """Create the master account of an empty store, and a user of it if one is given.

    Raises `CannotInitialise`, or `InvalidDocument` for an impossible name or realm.
    """
    if api_key is not None and len(api_key) != _API_KEY_LENGTH:
        raise CannotInitialise(f"an API key has {_API_KEY_LENGTH} characters")
    if not await repositories.accounts.is_empty():
        raise CannotInitialise("the store has accounts already")
    account = await repositories.accounts.create_master(name, author, realm=realm, api_key=api_key)
    user_id = None
    if user is not None:
        fields = {
            "username": user.username,
            "first_name": user.username,
            "last_name": "Admin",
            "priv_level": "admin",
            "enabled": True,
            "password": user.password,
        }
        document = await repositories.users.create(Account.of(account), fields, author)
        user_id = document["_id"]
    return MasterAccount(account["_id"], account["pvt_api_key"], account["realm"], user_id)
