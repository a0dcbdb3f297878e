"""The cache of accounts, which every request looks up: invalidated through the changes feed.

Each change of an account reaches its replica in `accounts`, whatever makes it, so following that
one database invalidates all accounts. While it cannot be followed, entries are valid for seconds.
"""

from collections.abc import Awaitable, Callable

from faxbox_service.bounded_cache import BoundedCache
from faxbox_service.documents.model.account import Account
from faxbox_service.documents.names import ACCOUNTS
from faxbox_service.documents.types import AccountId
from faxbox_service.repositories.primitives.changes_follower import ChangesFollower
from faxbox_service.repositories.primitives.clock import SteadyClock
from faxbox_service.stores.base import Store
from faxbox_service.stores.values import NOW, Change

_FOLLOWED_SECONDS = 300.0
"""The longest an account stays cached: its replica may have been left unwritten."""

_BYTES = 16_000_000


class AccountCache:
    """Keeps accounts, for `unfollowed_seconds` at most while changes do not arrive.

    With 0 seconds nothing is cached, and nothing followed. `entries` bounds their number.
    """

    def __init__(
        self,
        store: Store,
        clock: SteadyClock,
        *,
        unfollowed_seconds: float,
        entries: int = 10_000,
    ) -> None:
        self._clock = clock
        self._unfollowed_seconds = unfollowed_seconds
        self._entries: BoundedCache[AccountId, tuple[float, Account]] = BoundedCache(
            _BYTES, most=entries
        )
        self._loading: dict[AccountId, object] = {}
        self._follower = ChangesFollower(store, ACCOUNTS, self._take, NOW)

    async def open(self) -> None:
        """Begin to follow. Raises `StoreError`."""
        if self._unfollowed_seconds > 0:
            await self._follower.start()

    async def close(self) -> None:
        """Stop following."""
        await self._follower.stop()

    async def find(
        self, account_id: AccountId, load: Callable[[AccountId], Awaitable[Account]]
    ) -> Account:
        """The account as it is cached, or as `load` returns it now. Raises what that raises."""
        account = self._cached(account_id)
        if account is not None:
            return account
        # A change while we load makes what we load stale, though it is cached only after.
        mark = self._loading[account_id] = object()
        try:
            account = await load(account_id)
            if self._loading.get(account_id) is mark:
                self._keep(account)
        finally:
            if self._loading.get(account_id) is mark:
                del self._loading[account_id]
        return account

    def invalidate(self, account_id: AccountId) -> None:
        """Drop an account: it has changed."""
        self._entries.forget(account_id)
        self._loading.pop(account_id, None)

    def _cached(self, account_id: AccountId) -> Account | None:
        entry = self._entries.get(account_id)
        if entry is None:
            return None
        since, account = entry
        is_followed = self._follower.is_following
        seconds = _FOLLOWED_SECONDS if is_followed else self._unfollowed_seconds
        # A clock that was set back makes nothing younger.
        if 0 <= self._clock() - since < seconds:
            return account
        self._entries.forget(account_id)
        return None

    def _keep(self, account: Account) -> None:
        if self._unfollowed_seconds <= 0:
            return
        self._entries.put(account.id, (self._clock(), account), account.memory)

    def _take(self, changes: list[Change]) -> None:
        for change in changes:
            self.invalidate(change.id)
