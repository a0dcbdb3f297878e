"""Connections and framing, on the embedded store alone: no store has a part in them."""

import pytest


@pytest.fixture
def store_url(embedded_store_url) -> str:
    return embedded_store_url
