"""The service answers what Kazoo answered, or what the contract wants instead."""

import pytest

from .conftest import Service
from .exchanges import Recordings
from .expected.differences import DIFFERENCES
from .expected.scope import SHOW_BIG_INTEGERS, is_out_of_scope
from .replay.replayer import Result

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
    if not result.is_equal:
        pytest.fail(str(result), pytrace=False)


def test_every_listed_exchange_was_recorded() -> None:
    assert [name for name in DIFFERENCES if name not in _RECORDINGS] == []
