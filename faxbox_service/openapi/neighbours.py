"""What stands beside accounts and faxboxes: this document itself."""

from typing import Final

from faxbox_service.documents.types import Document

from .headers import reply_headers
from .operations import Operation
from .replies import JSON, example, not_modified

_TAG: Final = "descriptions"

NEIGHBOUR_SCHEMAS: Final[Document] = {}

_OPENAPI: Final = Operation(
    id="fetchOpenApi",
    tag=_TAG,
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
    needs_token=False,
    general_parameters=("RequestId",),
)

NEIGHBOUR_PATHS: Final = {"/v2/openapi.json": {"get": _OPENAPI}}
