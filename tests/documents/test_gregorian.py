"""Gregorian seconds and ISO 8601."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from faxbox_service.documents.gregorian import gregorian_seconds, iso8601, unix_seconds


def test_values_of_the_reference():
    assert gregorian_seconds(0) == 62_167_219_200
    assert gregorian_seconds(1_700_000_000) == 63_867_219_200


@given(st.floats(0, 4e9))
def test_fractions_are_cut_off(unix):
    assert unix_seconds(gregorian_seconds(unix)) == int(unix)


@given(st.integers(0, 4_000_000_000))
def test_gregorian_seconds_count_from_the_year_0(unix):
    since_year_1 = datetime.fromtimestamp(unix, UTC) - datetime(1, 1, 1, tzinfo=UTC)
    year_0 = 366 * 24 * 3600
    assert gregorian_seconds(unix) == year_0 + int(since_year_1.total_seconds())


@given(st.floats(0, 4e9))
def test_iso8601_can_be_read_back(unix):
    assert datetime.fromisoformat(iso8601(unix)).timestamp() == int(unix)
