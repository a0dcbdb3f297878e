"""The schemas of envelopes, for requests and replies (docs/reference/wire.md, 1.1 to 1.3)."""

from typing import Final

from faxbox_service.documents.types import Document

_TEXT: Final[Document] = {"type": "string"}

_IDENTITY: Final[Document] = {
    "version": {"type": "string", "description": "Of the service; only when authenticated."},
    "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    "node": {"type": "string", "description": "Which node answered, hashed."},
    "request_id": {"type": "string", "description": "The same as the header `x-request-id`."},
    "tokens": {
        "type": "object",
        "description": "The rate limit's bucket.",
        "required": ["consumed", "remaining"],
        "properties": {"consumed": {"type": "integer"}, "remaining": {"type": "integer"}},
    },
    "auth_token": {
        "type": "string",
        "description": "The token of the request; after a login, the new one.",
    },
}
_ALWAYS: Final = ["timestamp", "node", "request_id", "tokens"]

_PAGING: Final[Document] = {
    "page_size": {"type": "integer", "minimum": 0, "description": "How many items there are."},
    "start_key": {"type": "string", "description": "Where this page starts."},
    "next_start_key": {"type": "string", "description": "The `start_key` of the next page."},
}

ERROR_ENVELOPE: Final[Document] = {
    "type": "object",
    "required": [*_ALWAYS, "error", "message", "status"],
    "properties": {
        "page_size": {"const": 0},
        **_IDENTITY,
        "data": {"description": "Details; their form depends on `message`."},
        "error": {"type": "string", "pattern": "^[45][0-9]{2}$", "description": "The status."},
        "message": {"type": "string", "description": "What is wrong, as a code or phrase."},
        "status": {"const": "error"},
    },
    "additionalProperties": False,
}

ERROR_DETAILS: Final[Document] = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": _TEXT, "cause": {}},
    "additionalProperties": False,
}

VALIDATION_ERRORS: Final[Document] = {
    "type": "object",
    "description": (
        "For each failing property (its path with dots, `%2E` for a dot within a name) the rules "
        "that it fails."
    ),
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["message"],
            "properties": {"message": _TEXT, "target": {}, "value": {}, "cause": {}},
        },
    },
}


def success_schema(data: Document | None, *, has_revision: bool = True) -> Document:
    """The envelope around one thing, or around nothing."""
    properties = {**_IDENTITY, "status": {"const": "success"}}
    required = [*_ALWAYS, "status"]
    if data is not None:
        properties["data"] = data
        required.append("data")
    if has_revision:
        properties["revision"] = _TEXT
        required.append("revision")
    return _object(properties, required)


def login_schema(data: Document) -> Document:
    """The envelope of a new token, with the members that Crossbar adds to it.

    See docs/reference/wire.md, 6.5.
    """
    schema = success_schema(data)
    schema["properties"] |= {"page_size": {"const": 1}, "revision": {"const": "automatic"}}
    schema["required"] += ["auth_token", "page_size"]
    return schema


def listing_schema(items: Document) -> Document:
    """The envelope of a page; an empty one has no revision (docs/reference/wire.md, 3.1)."""
    data = {"type": "array", "items": items}
    return _object(
        {
            **_PAGING,
            **_IDENTITY,
            "data": data,
            "revision": _TEXT,
            "status": {"const": "success"},
        },
        [*_ALWAYS, "data", "status"],
    )


def chunked_schema(items: Document) -> Document:
    """What `is_chunked` streams: every member but `data` is a text.

    See docs/reference/wire.md, 3.4.
    """
    texts = {name: _TEXT for name in (*_PAGING, *_IDENTITY, "revision") if name != "tokens"}
    properties = {
        **texts,
        "data": {"type": "array", "items": items},
        "status": {"const": "success"},
    }
    return _object(properties, ["data", "status", "request_id", "node", "timestamp"])


def error_schema(status: int, *messages: str, data: Document | None = None) -> Document:
    """The error envelope with one status and one of some messages."""
    properties: Document = {"error": {"const": str(status)}, "message": {"enum": list(messages)}}
    if data is not None:
        properties["data"] = data
    return {"allOf": [{"$ref": "#/components/schemas/ErrorEnvelope"}, {"properties": properties}]}


def request_schema(data: Document, **options: Document) -> Document:
    """The envelope of a request; what it does not name is ignored."""
    token = {"type": "string", "description": "Instead of the header `X-Auth-Token`."}
    return {
        "type": "object",
        "required": ["data"],
        "properties": {"data": data, "auth_token": token, **options},
    }


def _object(properties: Document, required: list[str]) -> Document:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }
