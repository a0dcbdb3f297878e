"""Filters as the tests apply them: read from a query, and followed through all their steps."""

from urllib.parse import quote_plus

from faxbox_service.crossbar.listing.filters import Filters
from faxbox_service.crossbar.request.target import Query

_MANY = 10_000


def filters_of(*pairs):
    return read_filters("&".join(_parameter(*pair) for pair in pairs))


def read_filters(query, most=_MANY):
    return Filters.of(Query(query), most)


def outcome_of(filters, shown, stored):
    """Whether a document passes, and how many steps it took to find out."""
    outcome = filters.passes(shown, stored)
    if isinstance(outcome, bool):
        return outcome, 0
    steps = 0
    while True:
        try:
            next(outcome)
        except StopIteration as end:
            return end.value, steps
        steps += 1


def _parameter(name, value):
    return quote_plus(name) if value is True else f"{quote_plus(name)}={quote_plus(value)}"


def passes(filter_text, shown, stored=None):
    return outcome_of(read_filters(filter_text), shown, stored or {})[0]
