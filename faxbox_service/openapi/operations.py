"""How an operation is described: what is declared in `routes.py` is not repeated."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from faxbox_service.crossbar.resource import Access, DeclaredOperation, Routes
from faxbox_service.documents.types import Document

from .components.envelopes import request_schema
from .components.errors import ANY_REQUEST, ERRORS
from .components.parameters import EVERYWHERE, parameter_references
from .components.responses import JSON

_TOKEN: Final[list[Document]] = [
    {"token": []},
    {"tokenInQuery": []},
    {"bearer": []},
    {"basic": []},
]
_METHODS: Final = ("GET", "PUT", "POST", "PATCH", "DELETE")
"""In the order of the document."""
_NO_TOKEN: Final[list[Document]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The description of an operation, by its declared id.

    `replies` are by status, `errors` by the names of their components; they win over what any
    request may be answered, and what any use of a token may. `parameters` are those beside the
    path's.
    """

    id: str
    tag: str
    summary: str
    replies: dict[str, Document]
    errors: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    body: Document | None = None
    general_parameters: tuple[str, ...] = EVERYWHERE
    description: str | None = None

    def document(self, declared: DeclaredOperation) -> Document:
        """The Operation Object."""
        needs_token = declared.access is not Access.ANYONE
        parameters = (*_of_path(declared.path), *self.parameters, *self.general_parameters)
        if needs_token:
            parameters = (*parameters, "AuthAccountId")
        document: Document = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameter_references(*parameters),
            "security": _TOKEN if needs_token else _NO_TOKEN,
        }
        if self.description is not None:
            document["description"] = self.description
        if self.body is not None:
            document["requestBody"] = self.body
        document["responses"] = dict(
            sorted((self._errors(needs_token=needs_token) | self.replies).items())
        )
        return document

    def _errors(self, *, needs_token: bool) -> dict[str, Document]:
        general = ["Malformed", *ANY_REQUEST]
        if needs_token:
            general += ["Unauthorized", "Unavailable"]
        elif "Unavailable" not in self.errors:
            general.append("Overloaded")
        takes_much = self.body is not None and needs_token
        general.append("BodyTooLarge" if takes_much else "SmallBodyTooLarge")
        if self.body is not None:
            general += ["RequestTimeout", "UnsupportedMediaType"]
        return {
            _status_of(name): {"$ref": f"#/components/responses/{name}"}
            for name in (*general, *self.errors)
        }


@dataclass(frozen=True, slots=True)
class Documentation:
    """What the document says of a resource."""

    operations: tuple[Operation, ...]
    schemas: Document = field(default_factory=dict)
    """Components, as are the `parameters`."""
    parameters: Document = field(default_factory=dict)


class RoutesNotDocumented(Exception):
    """A declared operation lacks a description, or a description lacks the operation."""


def documented_paths(
    routes: Iterable[Routes], documentation: Iterable[Documentation]
) -> dict[str, Document]:
    """The Path Items of all declared operations. Raises `RoutesNotDocumented`."""
    declared = [operation for resource in routes for operation in resource.operations()]
    described = {operation.id: operation for part in documentation for operation in part.operations}
    differences = described.keys() ^ {operation.id for operation in declared}
    if differences:
        raise RoutesNotDocumented(f"not both declared and described: {sorted(differences)}")
    paths: dict[str, Document] = {operation.path: {} for operation in declared}
    for operation in sorted(declared, key=lambda operation: _METHODS.index(operation.method)):
        description = described[operation.id].document(operation)
        paths[operation.path][operation.method.lower()] = description
    return paths


def json_body(data: Document, example: Document, **options: Document) -> Document:
    """A request body: the envelope around `data`, and what else it may hold."""
    return {
        "required": True,
        "content": {
            JSON: {
                "schema": request_schema(data, **options),
                "examples": {"ordinary": {"value": {"data": example}}},
            }
        },
    }


def schema_reference(name: str) -> Document:
    """A reference to a schema by the name of its component."""
    return {"$ref": f"#/components/schemas/{name}"}


def _status_of(name: str) -> str:
    """The status of a shared error reply; its schema says it."""
    content: Document = ERRORS[name]["content"][JSON]
    examples: Document = content["examples"]
    status: str = next(iter(examples.values()))["value"]["error"]
    return status


def _of_path(path: str) -> list[str]:
    """The parameters of a path: `{FAXBOX_ID}` is the component `FaxboxId`."""
    names = [segment.strip("{}") for segment in path.split("/") if segment.startswith("{")]
    return ["".join(word.capitalize() for word in name.split("_")) for name in names]
