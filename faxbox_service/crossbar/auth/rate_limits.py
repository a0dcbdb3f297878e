"""What requests are charged, and to which bucket (docs/reference/wire.md, 6.6).

Kazoo has a bucket for each client address and account of the path. Clients that have proved no
identity may name any account, so here all their requests are charged to one bucket of their
address, `no_account`; the bucket of an address and an account is for those who may act on it. Each
worker has its own.
"""

from dataclasses import dataclass
from math import ceil, log2
from typing import TypeAlias

from faxbox_service.crossbar.errors import too_many_requests
from faxbox_service.documents.types import AccountId, Document
from faxbox_service.repositories.primitives.clock import SteadyClock

from .token_bucket import TokenBuckets

BucketName: TypeAlias = tuple[str, AccountId | None]
"""The client's address and the path's account."""

_COST = 1
_HIGHEST_LOGIN_COST = 35
"""What Kazoo declares a login to cost."""

_FAILURES_FORGIVEN_PER_SECOND = 1 / 60
_KAZOO_BURST = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """`burst` requests at once, `refill` more each second; a burst of 0 is no limit."""

    burst: int
    refill: float
    is_for_authenticated: bool
    """Whether requests with a good token are charged, too."""


class RateLimits:
    """Charges requests, and knows what is left."""

    def __init__(self, limits: Limits, clock: SteadyClock) -> None:
        self._limits = limits
        self._requests: TokenBuckets[BucketName] = TokenBuckets(limits.burst, limits.refill, clock)
        most = ceil(log2(_HIGHEST_LOGIN_COST))
        # Failures fill up again, too: they are forgotten one by one.
        self._failures: TokenBuckets[str] = TokenBuckets(most, _FAILURES_FORGIVEN_PER_SECOND, clock)
        self._most_failures = most
        self._full: Document = {"consumed": _COST, "remaining": limits.burst or _KAZOO_BURST}

    def figures(self, name: BucketName) -> Document:
        """`tokens` of an envelope: what a request costs, and what the bucket has left."""
        if not len(self._requests):
            return self._full
        return {"consumed": _COST, "remaining": self._requests.remaining(name)}

    def charge(self, address: str) -> None:
        """Charge a client that has proved no identity. Raises a 429."""
        self._take((address, None), _COST)

    def refund(self, address: str) -> None:
        """Return what a client was charged that has proved its identity after all."""
        self._requests.put_back((address, None), _COST)

    def charge_authenticated(self, name: BucketName) -> None:
        """Charge a client that may act on the account, where that is wanted. Raises a 429."""
        if self._limits.is_for_authenticated:
            self._take(name, _COST)

    def charge_login(self, address: str) -> None:
        """Charge an attempt to log in: twice as much after each failure. Raises a 429."""
        failures = self._most_failures - self._failures.remaining(address)
        self._take((address, None), min(2**failures, _HIGHEST_LOGIN_COST))

    def login_failed(self, address: str) -> None:
        """Make the next attempt cost more; a minute without one makes it cheaper again."""
        self._failures.take(address)

    def login_succeeded(self, address: str) -> None:
        """Forget the failures."""
        self._failures.refill(address)

    def _take(self, name: BucketName, cost: int) -> None:
        if not self._limits.burst:
            return
        seconds = self._requests.take(name, cost)
        if seconds is not None:
            raise too_many_requests(ceil(seconds))


class Charge:
    """What one request is charged, at most once: for proving no identity, or for a login."""

    __slots__ = ("_address", "_is_login", "_is_made", "_limits")

    def __init__(self, limits: RateLimits, address: str, is_login: bool) -> None:
        self._limits = limits
        self._address = address
        self._is_login = is_login
        self._is_made = False

    def for_no_identity(self) -> None:
        """Charge it for proving no identity; where that is a login, for one. Raises a 429."""
        if self._is_made:
            return
        if self._is_login:
            self._limits.charge_login(self._address)
        else:
            self._limits.charge(self._address)
        self._is_made = True

    def for_login(self) -> None:
        """Charge it for an attempt to log in. Raises a 429."""
        if not self._is_made:
            self._limits.charge_login(self._address)
            self._is_made = True

    def refund(self) -> None:
        """Take the charge back, if there was one."""
        if self._is_made:
            self._limits.refund(self._address)
            self._is_made = False

    def login_failed(self) -> None:
        """Make the client's next login cost more."""
        self._limits.login_failed(self._address)

    def login_succeeded(self) -> None:
        """Make it cost as little as at first."""
        self._limits.login_succeeded(self._address)
