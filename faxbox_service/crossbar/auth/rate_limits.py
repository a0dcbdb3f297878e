"""Who pays for requests, and from which bucket (wire, 6.6).

Kazoo has a bucket for each client address and account of the path. Those who have proved nothing
may name any account, so here all they do is paid from one bucket of their address, `no_account`;
the bucket of an address and an account is for those who may act on it. Each worker has its own.
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
_DEAREST_LOGIN = 35
"""What Kazoo declares a login to cost."""

_FAILURES_FORGIVEN_PER_SECOND = 1 / 60
_KAZOOS_BURST = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """`burst` requests at once, `refill` more each second; a burst of 0 is no limit at all."""

    burst: int
    refill: float
    is_for_authenticated: bool
    """Whether requests with a good token pay, too."""


class RateLimits:
    """Lets requests pay, and knows what is left."""

    def __init__(self, limits: Limits, clock: SteadyClock) -> None:
        self._limits = limits
        self._requests: TokenBuckets[BucketName] = TokenBuckets(limits.burst, limits.refill, clock)
        most = ceil(log2(_DEAREST_LOGIN))
        # Failures fill up again, too: a bucket of them is a memory that fades.
        self._failures: TokenBuckets[str] = TokenBuckets(most, _FAILURES_FORGIVEN_PER_SECOND, clock)
        self._most_failures = most
        self._full: Document = {"consumed": _COST, "remaining": limits.burst or _KAZOOS_BURST}

    def figures(self, name: BucketName) -> Document:
        """`tokens` of an envelope: what a request costs, and what the bucket has left."""
        if not len(self._requests):
            return self._full
        return {"consumed": _COST, "remaining": self._requests.remaining(name)}

    def pay(self, address: str) -> None:
        """Let a client pay who has proved nothing. Raises a 429."""
        self._take((address, None), _COST)

    def give_back(self, address: str) -> None:
        """Return what a client paid who has proved who he is after all."""
        self._requests.put_back((address, None), _COST)

    def pay_authenticated(self, name: BucketName) -> None:
        """Let one pay who may act on the account, where that is wanted. Raises a 429."""
        if self._limits.is_for_authenticated:
            self._take(name, _COST)

    def begin_login(self, address: str) -> None:
        """Let an attempt to log in pay: twice as much after each failure. Raises a 429."""
        failures = self._most_failures - self._failures.remaining(address)
        self._take((address, None), min(2**failures, _DEAREST_LOGIN))

    def login_failed(self, address: str) -> None:
        """Make the next attempt dearer; a minute without one makes it cheaper again."""
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
