"""A store of its own for each test."""

import json

import pytest

from tests.command import run


@pytest.fixture
def store(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    return f"sqlite://{tmp_path}/data/faxbox.db"


@pytest.fixture
def master(store):
    return json.loads(run("init", "--store", store, "--account-name", "master").stdout)
