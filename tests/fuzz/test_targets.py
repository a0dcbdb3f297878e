"""Every target holds for its seeds, for what was found before, and for hostile texts."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.grammar import json_texts, texts

from .dearness import require_cheap
from .seeds import SEEDS
from .targets import TARGETS

_FOUND = sorted((Path(__file__).parent / "found").glob("*"))
"""By whatever means; named by the target and what was wrong: `table-long-name-over-many`."""


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_hold(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("path", _FOUND, ids=lambda path: path.name)
def test_what_was_found_holds(path: Path) -> None:
    data = path.read_bytes()
    started = time.process_time()
    TARGETS[path.name.partition("-")[0]](data)
    require_cheap(time.process_time() - started, data)


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)
@given(first=texts(500), rest=json_texts() | texts(), between=st.sampled_from((b"", b"\n")))
def test_hostile_texts_hold(name: str, first: bytes, rest: bytes, between: bytes) -> None:
    started = time.process_time()
    TARGETS[name](first + between + rest)
    TARGETS[name](rest)
    require_cheap(time.process_time() - started, first + rest)
