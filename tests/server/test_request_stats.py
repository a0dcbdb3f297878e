"""Counts of requests: all that were answered are in one place each."""

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.crossbar.request.parsed import METHODS
from faxbox_service.server.request_stats import BUCKET_LIMITS, OTHER_METHODS, RequestStats

requests = st.lists(
    st.tuples(
        st.sampled_from(["GET", "PATCH"]) | st.text(max_size=8),
        st.sampled_from([200, 404, 503]),
        st.sampled_from(BUCKET_LIMITS) | st.floats(0, 100),
    )
)


@given(requests)
def test_every_request_counts_once(taken) -> None:
    served = RequestStats()
    for request in taken:
        served.add(*request)
    assert served.replies.total() == len(taken)
    assert {name for name, _ in served.replies} <= {*METHODS, OTHER_METHODS}
    for method in ("GET", "PATCH"):
        seconds = [request[2] for request in taken if request[0] == method]
        counts = served.durations[method].counts if seconds else []
        for limit, below in zip(BUCKET_LIMITS, range(len(counts)), strict=False):
            assert sum(counts[: below + 1]) == sum(second <= limit for second in seconds)
        assert sum(counts) == len(seconds)
