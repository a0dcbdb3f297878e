"""`docs/compatibility.md` is what the recordings and the differences make it."""

import re
from pathlib import Path

import pytest

from .compatibility import Compatibility, compatibility
from .exchanges import Recordings
from .expected.deviations import BY_RULE, DEVIATIONS
from .expected.differences import DIFFERENCES
from .expected.scope import is_out_of_scope

_ROOT = Path(__file__).parents[2]
_DOCUMENT = _ROOT / "docs" / "compatibility.md"
_RECORDINGS = Recordings.load()
_COMPATIBILITY = Compatibility(_RECORDINGS, DIFFERENCES)
_EXAMPLES = [name for item in DEVIATIONS.values() for name in item.shown_by]


def test_the_document_is_up_to_date() -> None:
    assert _DOCUMENT.read_text(encoding="utf-8") == compatibility(), "run `make docs`"


def test_every_number_of_the_contract_is_told_and_shown() -> None:
    text = compatibility()

    assert list(DEVIATIONS) == sorted(DEVIATIONS)
    assert set(range(24)) < DEVIATIONS.keys()
    for number, deviation in DEVIATIONS.items():
        assert f" | {deviation.kazoo} | {deviation.here}" in text
        assert f"\n### {number}. {deviation.title}\n".replace(" 0. ", " ") in text
        assert deviation.shown_by or deviation.by_hand, number


def test_every_difference_is_listed_with_its_reason() -> None:
    text = compatibility()

    for name, difference in DIFFERENCES.items():
        if is_out_of_scope(name.partition("/")[0]):
            continue
        line = rf"^- {re.escape(difference.why)}: .*`{re.escape(name)}`"
        assert re.search(line, text, re.MULTILINE), name


def test_every_rule_has_a_reason() -> None:
    numbers = {*BY_RULE, *(item.contract for item in DIFFERENCES.values())}

    assert set(_COMPATIBILITY.differing()) <= numbers


@pytest.mark.parametrize("name", _EXAMPLES)
def test_a_pair_shows_a_difference_of_its_number(name: str) -> None:
    number = next(number for number, item in DEVIATIONS.items() if name in item.shown_by)

    pair = _COMPATIBILITY.pair(name)

    assert any(name in names for names in _COMPATIBILITY.differing()[number].values())
    assert re.search(r"^[-+]", pair, re.MULTILINE), pair
    assert not re.search(r"\{[A-Z_]+:", pair), pair
