"""The schemas of a collection's documents: as clients write them, and as replies show them."""

from typing import Final

from faxbox_service.documents.types import Document

from .draft4 import patch_schema

_ID: Final[Document] = {"type": "string", "minLength": 1}

REVISION_OPTION: Final[Document] = {
    "type": "string",
    "description": "The revision that the data was made from; 409 unless it is the current one.",
}

_REVISIONS: Final[Document] = {
    "type": "array",
    "description": "The revisions that are kept, the newest first.",
    "readOnly": True,
    "items": {
        "type": "object",
        "required": ["rev", "status"],
        "properties": {
            "rev": {"type": "string"},
            "status": {"const": "available"},
            "deleted": {"const": True},
            "pvt_modified": {"type": "integer"},
            "pvt_auth_account_id": {"type": "string"},
            "pvt_auth_user_id": {"type": "string"},
        },
    },
}


def document_schemas(singular: str, fields: Document, **derived: Document) -> Document:
    """The components of documents that are called `singular` (`Faxbox`).

    `fields` is the schema of what clients write, in the modern draft; `derived` are the properties
    that replies have besides.
    """
    name = f"A {singular.lower()}"
    required = fields.get("required", [])
    return {
        f"{singular}Fields": {**fields, "title": f"{name}, as a client writes it"},
        f"{singular}Patch": {
            **patch_schema(fields),
            "title": f"Changes to {name.lower()}; null removes",
        },
        singular: {
            **fields,
            "title": f"{name}, as replies show it",
            "properties": {
                **fields["properties"],
                "id": {**_ID, "readOnly": True},
                "_revs_info": _REVISIONS,
                **derived,
            },
            "required": [*required, "id", *derived],
            "additionalProperties": True,
        },
        f"Deleted{singular}": {
            **fields,
            "title": f"{name} that has been deleted",
            "properties": {
                **fields["properties"],
                "id": _ID,
                "_read_only": {
                    "type": "object",
                    "required": ["deleted"],
                    "properties": {"deleted": {"const": True}},
                },
            },
            "required": [*required, "id", "_read_only"],
            "additionalProperties": True,
        },
    }
