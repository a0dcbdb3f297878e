"""What one request is charged, and what logins cost (docs/reference/wire.md, 6.6)."""

import pytest

from faxbox_service.crossbar.auth.rate_limits import Charge, Limits, RateLimits
from faxbox_service.crossbar.errors import CrossbarError

ADDRESS = "192.0.2.1"
BURST = 100


@pytest.fixture
def limits():
    return RateLimits(Limits(BURST, 1, is_for_authenticated=True), lambda: 0.0)


def spent(limits, account_id=None):
    return BURST - limits.figures((ADDRESS, account_id))["remaining"]


def test_a_request_without_an_identity_is_charged_once(limits):
    charge = Charge(limits, ADDRESS, False)
    charge.for_no_identity()
    charge.for_no_identity()
    charge.for_login()
    assert spent(limits) == 1


def test_a_charge_is_refunded_once(limits):
    limits.charge(ADDRESS)
    charge = Charge(limits, ADDRESS, False)
    charge.refund()
    charge.for_no_identity()
    charge.refund()
    charge.refund()
    assert spent(limits) == 1


def test_each_failed_login_makes_the_next_one_cost_twice_as_much(limits):
    costs = []
    for _ in range(7):
        before = spent(limits)
        charge = Charge(limits, ADDRESS, True)
        charge.for_no_identity()
        charge.login_failed()
        costs.append(spent(limits) - before)
    assert costs[:6] == [1, 2, 4, 8, 16, 32]
    assert costs[6] == 35


def test_a_login_that_succeeds_makes_the_next_one_cheap_again(limits):
    charge = Charge(limits, ADDRESS, True)
    charge.for_login()
    charge.login_failed()
    charge.login_succeeded()
    before = spent(limits)
    Charge(limits, ADDRESS, True).for_login()
    assert spent(limits) - before == 1


def test_an_empty_bucket_is_a_429(limits):
    for _ in range(BURST):
        limits.charge(ADDRESS)
    with pytest.raises(CrossbarError) as raised:
        Charge(limits, ADDRESS, False).for_no_identity()
    assert (raised.value.status, raised.value.headers["retry-after"]) == (429, "1")


def test_authenticated_requests_have_buckets_of_their_own(limits):
    limits.charge_authenticated((ADDRESS, "a" * 32))
    assert (spent(limits), spent(limits, "a" * 32)) == (0, 1)
