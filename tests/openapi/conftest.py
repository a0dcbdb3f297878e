"""The OpenAPI document, on the embedded store alone: it says nothing about stores."""

import pytest

from faxbox_service import __version__
from faxbox_service.openapi.document import openapi_document
from tests.http.conftest import environment, service

__all__ = ["environment", "service"]


@pytest.fixture
def store_url(tmp_path) -> str:
    return f"sqlite://{tmp_path}/faxbox.db"


@pytest.fixture(scope="session")
def document():
    return openapi_document(__version__)
