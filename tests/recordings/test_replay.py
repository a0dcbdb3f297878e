"""The service answers what Kazoo answered, or what the contract wants instead."""

import pytest

from .conftest import Service
from .differences import DIFFERENCES
from .exchanges import Recordings
from .replay import Result
from .waiting import OUT_OF_SCOPE, SHOW_BIG_INTEGERS, WAITING, is_out_of_scope, waits_for

_RECORDINGS = Recordings.load()
_IN_SCOPE = [item.name for item in _RECORDINGS.exchanges if not is_out_of_scope(item.group)]


@pytest.mark.parametrize("name", _IN_SCOPE)
def test_reply_is_as_recorded_or_as_the_contract_has_it(
    name: str, results: dict[str, Result], service: Service, is_pouchdb: bool
) -> None:
    result = results[name]
    if is_pouchdb and service.store.startswith("couchdb") and name in SHOW_BIG_INTEGERS:
        assert not result.is_equal
        pytest.xfail("PouchDB, unlike CouchDB, keeps no integers beyond 53 bits")
    title = waits_for(name)
    if title is None:
        if not result.is_equal:
            pytest.fail(str(result), pytrace=False)
        return
    if result.is_equal:
        pytest.fail(
            f"{name} replays: take it off the list of what waits for “{title}”", pytrace=False
        )
    pytest.xfail(f"waits for: {title}")


def test_every_listed_exchange_was_recorded() -> None:
    listed = [*DIFFERENCES, *(name for names in WAITING.values() for name in names)]

    assert [name for name in listed if name not in _RECORDINGS] == []


def test_every_difference_is_listed_once() -> None:
    waiting = [name for names in WAITING.values() for name in names]

    assert len(waiting) == len(set(waiting))
    assert not [name for name in waiting if name.partition("/")[0] in OUT_OF_SCOPE]
