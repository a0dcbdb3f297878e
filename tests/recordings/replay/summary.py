"""Counts a replay: what is equal, what differs by contract, what is out of scope."""

from collections import Counter
from collections.abc import Iterator

from tests.recordings.exchanges import Recordings
from tests.recordings.expected.scope import OUT_OF_SCOPE, is_out_of_scope

from .replayer import Result


def summary(
    recordings: Recordings, results: dict[str, Result], beyond_store: frozenset[str]
) -> Iterator[str]:
    """Lines for people; `beyond_store` are exchanges that the store of the tests cannot hold."""
    equal, by_contract, failed, not_held = 0, 0, 0, 0
    numbers: Counter[int] = Counter()
    for name, result in results.items():
        if name in beyond_store:
            not_held += 1
        elif not result.is_equal:
            failed += 1
        elif result.expected.contracts:
            by_contract += 1
            numbers.update(result.expected.contracts)
        else:
            equal += 1
    yield f"{equal} of {len(recordings.exchanges)} exchanges are as Kazoo answered them"
    yield f"{by_contract} differ as the contract has it: " + ", ".join(
        f"{count} by {number}" for number, count in sorted(numbers.items())
    )
    left_out = Counter(item.group for item in recordings.exchanges if is_out_of_scope(item.group))
    for group, count in left_out.items():
        yield f"{count} are out of scope: {group} {OUT_OF_SCOPE[group]}"
    if not_held:
        yield f"{not_held} show integers beyond 53 bits, which PouchDB does not keep"
    if failed:
        yield f"{failed} are wrong"
