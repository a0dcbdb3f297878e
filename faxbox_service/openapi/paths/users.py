"""The users of an account."""

from typing import Final

from faxbox_service.documents.schema.packaged import packaged_schema
from faxbox_service.documents.types import Document
from faxbox_service.openapi.components.document_schemas import REVISION_OPTION
from faxbox_service.openapi.components.draft4 import modern_schema
from faxbox_service.openapi.components.envelopes import error_schema, listing_schema, success_schema
from faxbox_service.openapi.components.examples import (
    CHILD_ID,
    LIST_REVISION,
    REVISION,
    USER_ID,
    error_envelope,
    success_envelope,
)
from faxbox_service.openapi.components.parameters import CONDITIONS, LISTING, TABLE
from faxbox_service.openapi.components.responses import (
    OF_PAGES,
    empty_reply,
    example,
    not_modified,
    reply,
    table_reply,
)
from faxbox_service.openapi.operations import Documentation, Operation, json_body, schema_reference

_TAG: Final = "users"
_FIELDS: Final = modern_schema(packaged_schema("users").document)
_SHOWN_FIELDS: Final[Document] = {
    name: schema for name, schema in _FIELDS["properties"].items() if name != "password"
}
_NEW: Final[Document] = {
    "username": "bob",
    "password": "Better5678",
    "first_name": "Bob",
    "last_name": "Test",
}
_DEFAULTS: Final[Document] = {
    "call_restriction": {},
    "contact_list": {},
    "enabled": True,
    "hotdesk": {"enabled": False, "keep_logged_in_elsewhere": False, "require_pin": False},
    "music_on_hold": {},
    "priv_level": "user",
    "require_password_update": False,
    "ringtones": {},
    "verified": False,
    "vm_to_email_enabled": True,
}
_ALICE: Final[Document] = {
    "username": "alice",
    "first_name": "Alice",
    "last_name": "Test",
    **_DEFAULTS,
    "id": USER_ID,
}
_BOB: Final[Document] = {
    "username": "bob",
    "first_name": "Bob",
    "last_name": "Test",
    **_DEFAULTS,
    "id": CHILD_ID,
}
_SUMMARY: Final[Document] = {
    "id": USER_ID,
    "features": ["vm_to_email"],
    "username": "alice",
    "first_name": "Alice",
    "last_name": "Test",
    "priv_level": "user",
    "flags": [],
}

_TEXT: Final[Document] = {"type": "string"}
_SCHEMAS: Final[Document] = {
    "UserFields": {**_FIELDS, "title": "A user, as a client writes it"},
    "UserPatch": {
        **_FIELDS,
        "title": "What changes of a user",
        "required": [],
        "properties": {name: {} for name in _FIELDS["properties"]},
    },
    "User": {
        **_FIELDS,
        "title": "A user, as replies show it: without password and hashes",
        "properties": {**_SHOWN_FIELDS, "id": _TEXT},
        "required": [*_FIELDS["required"], "id"],
    },
    "DeletedUser": {
        **_FIELDS,
        "title": "A user who has been deleted",
        "properties": {
            **_SHOWN_FIELDS,
            "id": _TEXT,
            "_read_only": {
                "type": "object",
                "required": ["deleted"],
                "properties": {"deleted": {"const": True}},
            },
        },
        "required": ["id", "_read_only"],
    },
    "UserSummary": {
        "type": "object",
        "title": "A user, as listings show it",
        "required": ["id", "features", "flags"],
        "properties": {
            "id": _TEXT,
            "features": {"type": "array", "items": _TEXT},
            "flags": {"type": "array"},
        },
    },
}

_CHANGE_ERRORS: Final = ("UserChangeForbidden", "UserNotFound", "PreconditionFailed")
_BY_WHOM: Final = (
    "For admins of the account and of accounts above it, and for the user themselves, who leaves "
    "`priv_level` and `enabled` as they are."
)
_ONE: Final = success_schema(schema_reference("User"))
_TABLE: Final = (
    '"ID","features","username","first_name","last_name","priv_level","flags"\n'
    f'"{USER_ID}","vm_to_email","alice","Alice","Test","user",""\n'
)


def _changed(description: str, user: Document, **headers: str) -> Document:
    examples = {"changed": example(description, success_envelope(user, revision=REVISION))}
    return reply(f"{description}.", _ONE, examples, etag="EntityTag", **headers)


_LIST: Final = Operation(
    id="listUsers",
    tag=_TAG,
    summary="List the users of an account",
    parameters=(*LISTING, *CONDITIONS),
    replies={
        "200": table_reply(
            "A page of summaries.",
            listing_schema(schema_reference("UserSummary")),
            {
                "page": example(
                    "A page", success_envelope([_SUMMARY], revision=LIST_REVISION, page_size=1)
                )
            },
            example("As a table", _TABLE, query="accept=csv"),
            **OF_PAGES,
        ),
        "204": empty_reply("A table without rows.", {"query": "accept=csv&has_key=nothing"}),
        "304": not_modified(),
        "416": reply(
            "The page is longer than may be held in memory.",
            error_schema(416, "range not satisfiable"),
            {
                "too long": example(
                    "A page that is too long",
                    error_envelope(416, "range not satisfiable", {}),
                    given="many users",
                    query="page_size=1000",
                )
            },
        ),
    },
    errors=("InvalidListing", "Forbidden", "PageNotFound", "PreconditionFailed"),
)

_CREATE: Final = Operation(
    id="createUser",
    tag=_TAG,
    summary="Create a user",
    description="Only admins of the account and of accounts above it make admins.",
    parameters=("IfMatch",),
    body=json_body(schema_reference("UserFields"), _NEW),
    replies={
        "201": reply(
            "The new user, with defaults and `id`.",
            _ONE,
            {"created": example("Created", success_envelope(_BOB, revision=REVISION))},
            location="Location",
            etag="EntityTag",
        )
    },
    errors=("InvalidUser", "UserCreationForbidden", "AccountNotFound", "PreconditionFailed"),
)

_FETCH: Final = Operation(
    id="fetchUser",
    tag=_TAG,
    summary="Fetch a user",
    parameters=(*CONDITIONS, *TABLE),
    replies={
        "200": table_reply(
            "The user.",
            _ONE,
            {"found": example("Found", success_envelope(_ALICE, revision=REVISION))},
        ),
        "304": not_modified(),
    },
    errors=("Forbidden", "UserNotFound", "PreconditionFailed"),
)

_REPLACE: Final = Operation(
    id="replaceUser",
    tag=_TAG,
    summary="Replace all fields of a user",
    description=(
        f"Without a `password`, the one there is stays; a new one ends all their tokens. {_BY_WHOM}"
    ),
    parameters=CONDITIONS,
    body=json_body(
        schema_reference("UserFields"),
        {"username": "alice", "first_name": "Alice", "last_name": "Best"},
        revision=REVISION_OPTION,
    ),
    replies={"200": _changed("The user as it is now", {**_ALICE, "last_name": "Best"})},
    errors=("InvalidUserChange", "Conflict", *_CHANGE_ERRORS),
)

_PATCH: Final = Operation(
    id="patchUser",
    tag=_TAG,
    summary="Change some fields of a user",
    description=f"The result is what is validated; `null` removes. {_BY_WHOM}",
    parameters=CONDITIONS,
    body=json_body(schema_reference("UserPatch"), {"last_name": "Best"}, revision=REVISION_OPTION),
    replies={
        "200": _changed(
            "The user as it is now",
            {**_ALICE, "last_name": "Best"},
            x_invalid_fields="InvalidFields",
        )
    },
    errors=("InvalidUserChange", "Conflict", *_CHANGE_ERRORS),
)

_DELETE: Final = Operation(
    id="deleteUser",
    tag=_TAG,
    summary="Delete a user, which ends all their tokens",
    parameters=(*CONDITIONS, "SoftDelete"),
    replies={
        "200": reply(
            "The user as it was.",
            success_schema(schema_reference("DeletedUser")),
            {
                "deleted": example(
                    "Deleted",
                    success_envelope(
                        {**_ALICE, "_read_only": {"deleted": True}}, revision=REVISION
                    ),
                )
            },
            etag="EntityTag",
        )
    },
    errors=_CHANGE_ERRORS,
)

USERS: Final = Documentation((_LIST, _CREATE, _FETCH, _REPLACE, _PATCH, _DELETE), _SCHEMAS)
