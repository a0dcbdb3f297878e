"""Finding one's way in an OpenAPI document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """A method of a path, with the parts it refers to put in."""

    document: dict[str, Any]
    path: str
    method: str
    definition: dict[str, Any]

    @property
    def id(self) -> str:
        return self.definition["operationId"]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [resolved(self.document, part) for part in self.definition["parameters"]]

    @property
    def replies(self) -> dict[str, dict[str, Any]]:
        """By status."""
        return {
            status: resolved(self.document, part)
            for status, part in self.definition["responses"].items()
        }


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation, in the document's order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(document, path, method.upper(), item[method])


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part, or what it refers to."""
    while "$ref" in part:
        target: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part
