"""Schemas, the service itself, and the OpenAPI document."""

from typing import Final

from faxbox_service.documents.private_fields import public_fields
from faxbox_service.documents.schema.packaged import packaged_schema, packaged_schema_ids
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.envelopes import success_schema
from faxbox_service.openapi.components.examples import DEFAULTS, REVISION, VERSION, success_envelope
from faxbox_service.openapi.components.headers import reply_headers
from faxbox_service.openapi.components.parameters import CONDITIONS, TABLE
from faxbox_service.openapi.components.responses import (
    JSON,
    example,
    not_modified,
    reply,
    table_reply,
)
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

_SCHEMAS: Final = "schemas"
_SERVICE: Final = "service"
_ANY_OBJECT: Final[Document] = {"type": "object"}
_TEXT: Final[Document] = {"type": "string"}

_FAXBOX: Final = public_fields(packaged_schema("faxbox").document) | {"id": "faxbox"}
_VALID: Final[Document] = {"name": "Front desk", **DEFAULTS}
_FACTS: Final[Document] = {
    "version": VERSION,
    "store": {"kind": "sqlite", "version": "3.45.1"},
    "uptime": 86_400,
}

_SCHEMA_COMPONENTS: Final[Document] = {
    "JsonSchema": {
        "type": "object",
        "title": "A JSON Schema of draft 4, with its id",
        "required": ["id"],
        "properties": {"id": _TEXT},
    },
    "About": {
        "type": "object",
        "title": "What answers",
        "required": list(_FACTS),
        "properties": {
            "version": _TEXT,
            "store": {
                "type": "object",
                "required": ["kind", "version"],
                "properties": {"kind": _TEXT, "version": _TEXT},
            },
            "uptime": {"type": "integer", "minimum": 0, "description": "Seconds."},
        },
        "additionalProperties": False,
    },
}

_LIST: Final = Operation(
    id="listSchemas",
    tag=_SCHEMAS,
    summary="List the ids of all schemas",
    parameters=("Internals",),
    replies={
        "200": reply(
            "The ids, sorted.",
            success_schema({"type": "array", "items": _TEXT}, has_revision=False),
            {
                "ids": example(
                    "Those packaged",
                    success_envelope(packaged_schema_ids(), is_anonymous=True),
                    headers={"X-Auth-Token": None},
                )
            },
            expires="Expires",
        )
    },
)

_FETCH: Final = Operation(
    id="fetchSchema",
    tag=_SCHEMAS,
    summary="Fetch a schema that is in force",
    parameters=(*CONDITIONS, *TABLE),
    replies={
        "200": table_reply(
            "The schema.",
            success_schema(schema_reference("JsonSchema")),
            {
                "schema": example(
                    "That of faxboxes",
                    success_envelope(_FAXBOX, revision=REVISION, is_anonymous=True),
                    headers={"X-Auth-Token": None},
                )
            },
        ),
        "304": not_modified(),
    },
    errors=("SchemaNotFound", "PreconditionFailed"),
)

_VALIDATE: Final = Operation(
    id="validateDocument",
    tag=_SCHEMAS,
    summary="Have a document judged by a schema, without storing it",
    body=json_body(_ANY_OBJECT, {"name": "Front desk"}),
    replies={
        "201": reply(
            "It is valid: as it would be stored, with defaults.",
            success_schema(_ANY_OBJECT, has_revision=False),
            {"valid": example("Valid", success_envelope(_VALID))},
        )
    },
    errors=("InvalidDocument", "SchemaNotFound"),
)


def _about(operation_id: str, summary: str, errors: tuple[str, ...], **request: str) -> Operation:
    shown = example("Versions and seconds", success_envelope(_FACTS), **request)
    table = '"version","store_kind","store_version","uptime"\n"5.4.0","sqlite","3.45.1","86400"\n'
    return Operation(
        id=operation_id,
        tag=_SERVICE,
        summary=summary,
        parameters=TABLE,
        replies={
            "200": table_reply(
                "The service, its store, and the seconds since its start.",
                success_schema(schema_reference("About"), has_revision=False),
                {"about": shown},
                example("As a table", table, query="accept=csv", **request),
            )
        },
        errors=errors,
    )


_ABOUT: Final = _about(
    "fetchAbout",
    "Ask what answers, as a superduper admin",
    ("Forbidden",),
    given="a superduper admin's token",
)
_ABOUT_OF_ACCOUNT: Final = _about(
    "fetchAboutOfAccount", "Ask what answers", ("Forbidden", "AccountNotFound")
)

_OPENAPI: Final = Operation(
    id="fetchOpenApi",
    tag=_SERVICE,
    summary="Fetch this document",
    parameters=("IfNoneMatch",),
    replies={
        "200": {
            "description": "OpenAPI 3.1, outside the envelope.",
            "headers": reply_headers(expires="Expires", etag="EntityTag"),
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["openapi", "info", "paths", "components"],
                        "properties": {"openapi": {"const": "3.1.0"}},
                    },
                    "examples": {
                        "document": example(
                            "Its beginning",
                            {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {}},
                        )
                    },
                }
            },
        },
        "304": not_modified(),
    },
    general_parameters=("RequestId",),
)

SERVICE: Final = Documentation(
    (_LIST, _FETCH, _VALIDATE, _ABOUT, _ABOUT_OF_ACCOUNT, _OPENAPI), _SCHEMA_COMPONENTS
)
