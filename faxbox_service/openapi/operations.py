"""How an operation is written down."""

from dataclasses import dataclass
from typing import Final

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
_NOBODY: Final[list[Document]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of a path.

    `replies` are by status, `errors` by the names of their components; they win over what any
    request may be answered, and what any use of a token may.
    """

    id: str
    tag: str
    summary: str
    replies: dict[str, Document]
    errors: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    body: Document | None = None
    needs_token: bool = True
    general_parameters: tuple[str, ...] = EVERYWHERE
    description: str | None = None

    def document(self) -> Document:
        """The Operation Object."""
        parameters = (*self.parameters, *self.general_parameters)
        if self.needs_token:
            parameters = (*parameters, "AuthAccountId")
        document: Document = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameter_references(*parameters),
            "security": _TOKEN if self.needs_token else _NOBODY,
        }
        if self.description is not None:
            document["description"] = self.description
        if self.body is not None:
            document["requestBody"] = self.body
        document["responses"] = dict(sorted((self._errors() | self.replies).items()))
        return document

    def _errors(self) -> dict[str, Document]:
        general = ["Malformed", *ANY_REQUEST]
        if self.needs_token:
            general += ["Unauthorized", "Unavailable"]
        elif "Unavailable" not in self.errors:
            general.append("Overloaded")
        takes_much = self.body is not None and self.needs_token
        general.append("BodyTooLarge" if takes_much else "SmallBodyTooLarge")
        if self.body is not None:
            general += ["RequestTimeout", "UnsupportedMediaType"]
        return {
            _status_of(name): {"$ref": f"#/components/responses/{name}"}
            for name in (*general, *self.errors)
        }


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
