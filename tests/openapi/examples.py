"""The examples of the document, and the requests that get them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from faxbox_service.documents.json.text import encode_json
from tests.openapi.reading import Operation, operations_of

JSON = "application/json"


@dataclass(frozen=True)
class Example:
    """One reply that the document shows."""

    operation: Operation
    status: int
    media_type: str | None
    """None: the reply has no body."""
    name: str
    value: Any
    changes: dict[str, Any]
    """`x-request`: what is different from the operation's ordinary request."""

    @property
    def given(self) -> str | None:
        return self.changes.get("given")

    @property
    def reply(self) -> dict[str, Any]:
        return self.operation.replies[str(self.status)]

    def __str__(self) -> str:
        return f"{self.operation.id}-{self.status}-{self.name}".replace(" ", "_")


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str | None]
    body: bytes | AsyncIterator[bytes] | None

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def with_header(self, name: str, value: str) -> "Request":
        return replace(self, headers={**self.headers, name: value})


def examples_of(document: dict[str, Any]) -> Iterator[Example]:
    """Every example of every reply of every operation."""
    for operation in operations_of(document):
        for status, reply in operation.replies.items():
            if "content" not in reply:
                yield Example(operation, int(status), None, "empty", None, reply["x-request"])
            for media_type, content in reply.get("content", {}).items():
                for name, shown in content.get("examples", {}).items():
                    yield Example(
                        operation,
                        int(status),
                        media_type,
                        name,
                        shown["value"],
                        shown["x-request"],
                    )


def request_of(example: Example) -> Request:
    """The operation's ordinary request, changed as the example says."""
    changes, operation = example.changes, example.operation
    path = operation.path
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            name = parameter["name"]
            value = changes.get("path", {}).get(name, parameter["example"])
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return Request(
        operation.method, path, changes.get("query", ""), changes.get("headers", {}), _body(example)
    )


def _body(example: Example) -> bytes | None:
    changes = example.changes
    if "text" in changes:
        return changes["text"].encode()
    if "body" in changes:
        return encode_json(changes["body"])
    definition = example.operation.definition.get("requestBody")
    return definition and encode_json(definition["content"][JSON]["examples"]["ordinary"]["value"])
