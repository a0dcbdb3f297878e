"""What cases stand on: accounts, users and boxes with names, and what each sender shows."""

import base64
import hashlib
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from faxbox_service.container import Repositories
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import account_database
from faxbox_service.repositories.primitives.clock import system_clock
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION
from tests.faults.clients.ground import NOBODY, open_repositories

PASSWORD = "Secret1234"
_LONG_AGO = 30 * 24 * 3600.0

_DEEPEST = 240
_MOST_ITEMS = 9_000
_MOST_COLUMNS = 4_500

LOOK_ONLY = {"_": {"user": {"faxboxes": [{"rules": {"#": ["GET"]}}], "_": []}}}
"""Plain users of an account may look at its boxes, and do nothing else."""


class Sender(Enum):
    """Who sends a request."""

    STRANGER = auto()
    FORGED = auto()
    """Shows a token that nobody signed."""
    EXPIRED = auto()
    USER = auto()
    """A plain user of `<tenant>`."""
    ADMIN = auto()
    """An admin of `<tenant>`."""
    BASIC = auto()
    """The plain user, by name and password."""
    CLIMBER = auto()
    """Another plain user of `<tenant>`, who would be more."""
    NEIGHBOUR = auto()
    """An admin of `<neighbour>`, an account beside `<tenant>`."""
    CHILD = auto()
    """An admin of `<child>`, an account below `<tenant>`."""
    GUARDED = auto()
    """A plain user of `<guarded>`, whom token restrictions let only look at boxes."""
    DISABLED = auto()
    """A user of `<disabled>`, an account that is disabled, by name and password."""
    ROOT = auto()
    """A superduper admin."""


@dataclass(slots=True)
class Ground:
    """Everything there is, by the names that cases use in angle brackets, such as `<tenant>`."""

    ids: dict[str, str] = field(default_factory=dict)
    shown: dict[Sender, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """The headers by which each sender tells who he is."""

    def filled(self, text: str | bytes) -> bytes:
        """The text with ids in the places of their names."""
        filled = text if isinstance(text, bytes) else text.encode()
        if b"<" in filled:
            for name, value in self.ids.items():
                filled = filled.replace(f"<{name}>".encode(), value.encode())
        return filled


def md5_credentials(username: str) -> str:
    """What Kazoo's clients send instead of a name and a password."""
    return hashlib.md5(f"{username}:{PASSWORD}".encode()).hexdigest()


async def lay_ground(store_url: str) -> Ground:
    """Make it all."""
    async with open_repositories(store_url) as repositories:
        builder = _Builder(repositories)
        await builder.make_accounts()
        await builder.make_boxes()
    async with open_repositories(store_url, lambda: system_clock() - _LONG_AGO) as repositories:
        tenant = await repositories.accounts.find(builder.ground.ids["tenant"])
        token = await repositories.tokens.issue(tenant, None, "cb_api_auth")
        builder.ground.shown[Sender.EXPIRED] = _token(token)
    return builder.ground


class _Builder:
    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories
        self.ground = Ground({"nobody": "f" * 32})

    async def make_accounts(self) -> None:
        """Accounts, their users, and what these show."""
        shown = self.ground.shown
        shown[Sender.STRANGER] = ()
        shown[Sender.FORGED] = _token("eyJhbGciOiJub25lIn0.eyJhY2NvdW50X2lkIjoiIn0.AAAA")
        accounts = self._repositories.accounts
        root = await accounts.find((await accounts.create_master("root", NOBODY))["_id"])
        self.ground.ids["root"] = root.id
        shown[Sender.ROOT] = await self._token_of(root, None)
        tenant = await self._make_account("tenant", root)
        await self._make_users(tenant, user=Sender.USER, climber=Sender.CLIMBER, admin=Sender.ADMIN)
        shown[Sender.BASIC] = _basic(tenant.id, "user")
        child = await self._make_account("child", tenant)
        await self._make_users(child, child_user=None, child_admin=Sender.CHILD)
        neighbour = await self._make_account("neighbour", root)
        await self._make_users(neighbour, neighbour_admin=Sender.NEIGHBOUR)
        guarded = await self._make_account("guarded", root)
        guarded_child = await self._make_account("guarded_child", guarded)
        await self._make_users(guarded_child, guarded_child_admin=None)
        await self._repositories.token_restrictions.replace(
            guarded.id, {"restrictions": LOOK_ONLY}, NOBODY, NO_PRECONDITION
        )
        await self._make_users(guarded, guarded_user=Sender.GUARDED)
        disabled = await self._make_account("disabled", root)
        await self._make_users(disabled, disabled_admin=None)
        shown[Sender.DISABLED] = _basic(disabled.id, "disabled_admin")
        await accounts.change_private(
            disabled.id, lambda document: {**document, "pvt_enabled": False}
        )

    async def make_boxes(self) -> None:
        """Boxes of every awkward shape, written as a Kazoo node might have written them."""
        await self._make_box("tenant", "kept", note="others read this one")
        await self._make_box("neighbour", "theirs", custom_smtp_email_address="taken.example.com")
        await self._make_box("tenant", "fuzzed", note="this one may be changed in any way")
        await self._make_box("tenant", "deep", nest=_nested(_DEEPEST))
        await self._make_box("tenant", "long", flags=["x"] * _MOST_ITEMS)
        wide = {f"column {number}": number for number in range(_MOST_COLUMNS)}
        await self._make_box("tenant", "wide", **wide)

    async def _make_account(self, name: str, parent: Account) -> Account:
        accounts = self._repositories.accounts
        document = await accounts.create_child(
            parent, {"name": name, "realm": f"{name}.test"}, NOBODY
        )
        self.ground.ids[name] = document["_id"]
        return await accounts.find(document["_id"])

    async def _make_users(self, account: Account, **senders: Sender | None) -> None:
        """Users of these names; those whose names end in `admin` are admins."""
        for name, sender in senders.items():
            fields = {
                "username": name,
                "first_name": name,
                "last_name": "Hostile",
                "priv_level": "admin" if name.endswith("admin") else "user",
                "enabled": True,
            }
            user = await self._repositories.users.create(
                account, {**fields, "password": PASSWORD}, NOBODY
            )
            self.ground.ids[name] = user["_id"]
            if sender is not None:
                self.ground.shown[sender] = await self._token_of(account, user["_id"])

    async def _token_of(self, account: Account, user_id: str | None) -> tuple[tuple[str, str], ...]:
        method = "cb_api_auth" if user_id is None else "cb_user_auth"
        return _token(await self._repositories.tokens.issue(account, user_id, method))

    async def _make_box(self, account: str, name: str, **fields: Any) -> None:
        account_id = self.ground.ids[account]
        found = await self._repositories.accounts.find(account_id)
        box = await self._repositories.faxboxes.create(found, {"name": name}, NOBODY)
        await self._repositories.store.put(account_database(account_id), {**box, **fields})
        self.ground.ids[name] = box["_id"]


def _nested(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = {"a": value}
    return value


def _token(token: str) -> tuple[tuple[str, str], ...]:
    return (("X-Auth-Token", token),)


def _basic(account_id: str, username: str) -> tuple[tuple[str, str], ...]:
    text = base64.b64encode(f"{account_id}:{username}:{PASSWORD}".encode()).decode()
    return (("Authorization", f"Basic {text}"),)
