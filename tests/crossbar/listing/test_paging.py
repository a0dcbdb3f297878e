"""The bounds of listings whose keys begin with the account they belong to."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.call import Call
from faxbox_service.crossbar.listing.cursor import encode_cursor
from faxbox_service.crossbar.listing.paging import PageRequest
from faxbox_service.crossbar.request.parsed import Options
from faxbox_service.crossbar.request.target import Query
from faxbox_service.repositories.primitives.preconditions import NO_PRECONDITION

OWN, OTHER = "a" * 32, "b" * 32

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_ids = st.sampled_from([OWN, OTHER, OWN[:-1], OWN + "0", "", "\ufff0"]) | _texts
_keys = _ids | st.lists(_ids, max_size=4) | st.tuples(st.just(OWN), _texts).map(list)
_cursors = _keys.map(encode_cursor) | _texts
_options = st.none() | st.booleans() | st.integers() | st.lists(_texts, max_size=2) | _cursors


def page_of(query, envelope):
    options = Options.of(Query(query), envelope)
    call = Call("GET", (), None, None, "", options, NO_PRECONDITION)
    return PageRequest.within(call, 50, [OWN])


@given(_options, _options, st.booleans())
def test_whatever_bounds_are_asked_for_lie_within_the_account(start, end, descending):
    envelope = {"start_key": start, "end_key": end}
    page = page_of(f"descending={str(descending).lower()}", envelope)
    assert page.start_key[0] == page.end_key[0] == OWN


@given(_texts, st.booleans())
def test_a_cursor_of_the_account_is_where_the_page_begins(name, descending):
    cursor = encode_cursor([OWN, name])
    page = page_of(f"start_key={quote(cursor)}&descending={str(descending).lower()}", {})
    end = [OWN] if descending else [OWN, "\ufff0"]
    assert (page.start_key, page.end_key) == ([OWN, name], end)
    assert page.envelope(1, None) == {"page_size": 1, "start_key": cursor}
