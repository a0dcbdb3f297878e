"""Every reply that the document shows is what the service answers.

A 503 and a 500 cannot be had by asking: for those the store is made to fail, and every resource is
given a defect, in the running service (`circumstances.py`). All others are had by requests alone.
"""

import asyncio
import shutil
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from faxbox_service import __version__
from faxbox_service.openapi.components.examples import REQUEST_ID
from faxbox_service.openapi.document import openapi_document
from faxbox_service.settings.settings import Settings
from tests.http.conftest import Answer
from tests.openapi.circumstances import (
    CIRCUMSTANCES,
    Scene,
    environment_of,
    fill_store,
    prepare_new_ids,
)
from tests.openapi.examples import Example, examples_of, request_of
from tests.openapi.reading import operations_of, resolved

DOCUMENT = openapi_document(__version__)
EXAMPLES = list(examples_of(DOCUMENT))

VOLATILE = {
    *("version", "timestamp", "node", "request_id", "auth_token", "revision"),
    *("smtp_email_address", "created", "exp", "identity_sig", "cluster_id", "uptime"),
}
"""Members whose values differ from run to run."""

OF_WHO_ASKS = {"version", "auth_token"}
"""Members of an error that depend on how far the request got before it failed."""

OF_HTTP = {
    *("connection", "content-encoding", "content-length", "content-type", "date", "server"),
    "transfer-encoding",
}
"""Headers of every HTTP reply, which OpenAPI does not list."""


@pytest.fixture(scope="session")
def filled_store(tmp_path_factory):
    """The file of a store that holds what all examples presuppose."""
    folder = tmp_path_factory.mktemp("examples")
    settings = Settings.load({"FAXBOX_STORE": f"sqlite://{folder}/faxbox.db"})
    asyncio.run(fill_store(settings))
    return folder


@pytest.fixture
def store_url(filled_store, tmp_path):
    shutil.copytree(filled_store, tmp_path / "data")
    return f"sqlite://{tmp_path}/data/faxbox.db"


@pytest.fixture
def environment(example):
    return environment_of(example.given)


def validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def without_volatile(value: Any) -> Any:
    """The value with what differs from run to run replaced by its type."""
    if isinstance(value, dict):
        return {
            name: type(member).__name__ if name in VOLATILE else without_volatile(member)
            for name, member in value.items()
        }
    return [without_volatile(item) for item in value] if isinstance(value, list) else value


def without(value: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: member for name, member in value.items() if name not in names}


def assert_headers_are_declared(example: Example, answer: Answer) -> None:
    declared = example.reply["headers"]
    sent = {name.lower() for name in answer.headers} - OF_HTTP
    required = {n for n, part in declared.items() if resolved(DOCUMENT, part).get("required")}
    assert required <= sent <= set(declared)
    for name in sent:
        schema = resolved(DOCUMENT, declared[name])["schema"]
        validator_of(schema).validate(answer.headers[name])


def assert_json_is_as_shown(example: Example, answer: Answer) -> None:
    validator = validator_of(example.reply["content"][example.media_type]["schema"])
    validator.validate(answer.json)
    validator.validate(example.value)
    if example.operation.id == "fetchOpenApi" and example.status == 200:
        assert answer.json.keys() >= example.value.keys()
        return
    shown = answer.json if example.status < 400 else without(answer.json, OF_WHO_ASKS)
    assert without_volatile(shown) == without_volatile(example.value)


def assert_text_is_as_shown(example: Example, answer: Answer) -> None:
    lines, shown = answer.body.decode().splitlines(), example.value.splitlines()
    assert (lines[0], len(lines)) == (shown[0], len(shown))


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
async def test_an_example_is_what_the_service_answers(example, service, monkeypatch):
    prepare_new_ids(service.repositories)
    scene = Scene(service.repositories, monkeypatch, request_of(example))
    token = await scene.token()
    request = await CIRCUMSTANCES[example.given](scene)
    ordinary = {"Content-Type": "application/json"} if request.body is not None else {}
    headers = {"X-Auth-Token": token, "X-Request-ID": REQUEST_ID, **ordinary, **request.headers}

    answer = await service.client().request(
        request.method,
        request.target,
        body=request.body,
        headers={name: value for name, value in headers.items() if value is not None},
    )

    assert answer.status == example.status, answer.body
    assert_headers_are_declared(example, answer)
    if example.media_type is None:
        assert answer.body == b""
        return
    assert answer.headers["content-type"] == example.media_type
    if example.media_type == "application/json":
        assert_json_is_as_shown(example, answer)
    else:
        assert_text_is_as_shown(example, answer)


def test_every_status_of_every_operation_has_an_example():
    shown = {(example.operation.id, str(example.status)) for example in EXAMPLES}
    for operation in operations_of(DOCUMENT):
        for status in operation.replies:
            assert (operation.id, status) in shown
